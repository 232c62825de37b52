"""Issuing a document: a step is done, its templates are filled, numbered, and recorded with the digests of the bytes.

The bytes lie beside the record, because they hold people's data; a random check number in every document keeps its
digest from telling what stands in it. What cannot be made refuses the step, so no decision is without its document.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn import template
from bpmn.model import Node
from bpmn.power import Paper
from engine import paper, tables
from engine.cases import private_values
from engine.errors import Rejection
from engine.law import limits, wording
from engine.law.discretion import NAME
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.run.open_case import OpenCase
from engine.run.port import Command
from engine.run.post import write_command
from engine.store import Session, one_at_a_time


def issue_all(
    session: Session, case: OpenCase, node: Node | None, element: str, *, actor: str, at: datetime, simulated: bool
) -> OpenCase:
    """Issue every document of a step that was just done; answers the case as it then stands.

    Raises Rejection ``document.failed`` naming document and reason.
    """
    for one in node.step.papers if node is not None and node.step is not None else ():
        case = _issue(session, case, node, one, element, actor=actor, at=at, simulated=simulated)
    return case


def _issue(
    session: Session,
    case: OpenCase,
    node: Node | None,
    one: Paper,
    element: str,
    *,
    actor: str,
    at: datetime,
    simulated: bool,
) -> OpenCase:
    when = max(at, read_instant(case.changed_at))
    series, year, n = _next(session, one, limits.local(when).year)
    number = one.number.replace("{year}", str(year)).replace("{n}", str(n)) if one.number else ""
    words, check = _filled(session, case, node, one, number, when), secrets.token_hex(8)
    body = _body(case)
    told = f"本文书的核对码：{check}。办件 {case.number}，可在公开网站凭查询码核对。"
    html = paper.page(
        body=body, name=one.name, number=number, words=words, date=wording.written(limits.local(when)), check=told
    )
    made = paper.pdf(html)
    digests = {"html": canonical.bytes_digest(html), "pdf": canonical.bytes_digest(made)}
    data = {"document": one.name, "template": one.template, "number": number, **digests}
    command = Command(type="issue", actor=actor, item=element, data=data)
    case = write_command(session, case, command, at, simulated=simulated)
    row = {"case_id": case.id, "seq": case.version, "name": one.name, "number": number, "html": html, "pdf": made}
    session.execute(sa.insert(tables.document).values(**row, series=series, year=year, n=n))
    return case


def _next(session: Session, one: Paper, year: int) -> tuple[str, int, int]:
    """Series, year and running number; documents without a number are counted too, in a series of their name."""
    series, table = one.number or one.name, tables.document.c
    one_at_a_time(session, f"document {series}")
    last = session.execute(
        sa.select(sa.func.coalesce(sa.func.max(table.n), 0)).where(table.series == series, table.year == year)
    ).scalar_one()
    return series, year, int(last) + 1


def _body(case: OpenCase) -> str:
    process = case.definitions.main
    return process.power.body if process is not None and process.power is not None else ""


def _filled(session: Session, case: OpenCase, node: Node | None, one: Paper, number: str, at: datetime) -> str:
    """The template with what the case holds. Raises Rejection ``document.failed``."""
    data = case.package.template(one.template)
    values = _values(session, case, node, one, number, at)
    try:
        return template.read(data or b"").render(values)
    except template.Unusable as error:
        reason = str(error.params.get("what", error.code))
        raise Rejection("document.failed", document=one.name, reason=reason) from error


def _values(
    session: Session, case: OpenCase, node: Node | None, one: Paper, number: str, at: datetime
) -> dict[str, Any]:
    """Every field by its name, as documents write it (``raw``: as it is), and what every document has."""
    step, process = (node.step if node is not None else None), case.definitions.main
    power = process.power if process is not None else None
    raw = {**_fields(case), **case.data, **private_values(session, case.number)}
    labels = _labels(case)
    words = {name: wording.said(value, labels.get(name)) for name, value in raw.items()}
    contested = (step.remedies if step else ()) or (power.remedies if power else ())
    remedies = [{"text": one.text, "basis": str(one.basis or "")} for one in contested]
    opened = wording.written(limits.local(read_instant(case.opened_at)))
    return words | {
        "raw": raw,
        "body": power.body if power else "",
        "power": process.name if process is not None else "",
        "case": {"number": case.number, "opened": opened},
        "document": {"name": one.name, "number": number, "date": wording.written(limits.local(at))},
        "bases": [str(basis) for basis in (step.bases if step else ())],
        "rights": list(step.rights if step else ()),
        "remedies": remedies,
        **_benchmark(case, words),
    }


def _benchmark(case: OpenCase, words: Mapping[str, str]) -> dict[str, str]:
    """What a benchmark adds: its title, the articles, and how it was applied; empty texts without one."""
    found = case.data.get(NAME)
    own = case.package.benchmarks.get(str(found.get("benchmark"))) if isinstance(found, dict) else None
    if own is None or not isinstance(found, dict):
        return dict.fromkeys(("benchmark", "statute", "violated", NAME), "")
    clauses = [node.step.discretion for node in case.definitions.nodes.values() if node.step and node.step.discretion]
    reasons = "；".join(words[name] for name in sorted({one.reasons for one in clauses} - {""}) if words.get(name))
    return {
        "benchmark": own.title,
        "statute": str(own.penalty or ""),
        "violated": str(own.violated or ""),
        NAME: wording.on_discretion(own, found, words, reasons),
    }


def _fields(case: OpenCase) -> dict[str, None]:
    """Every field any form asks for, empty: a template may name what was not filled in."""
    return {name: None for form in case.package.forms.values() for name in form.get("properties", {})}


def _labels(case: OpenCase) -> dict[str, dict[str, str]]:
    """The words of choices, by field."""
    return {
        name: rule["x-sun-labels"]
        for form in case.package.forms.values()
        for name, rule in form.get("properties", {}).items()
        if isinstance(rule.get("x-sun-labels"), dict)
    }
