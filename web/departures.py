"""Decisions that depart from their benchmark, for supervisors and auditors: why, what they passed through, who decided.

No party is named and nothing that people wrote is shown: that lies in the file of the case. The public sees how many
there were, on the page of the benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import Departure
from engine.store import Session
from web.auth import require_role
from web.benchmarks import amounts, yuan
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang
from web.session import read, settings

bp = Blueprint("departures", __name__)

PAGE = 30


@dataclass(frozen=True, kw_only=True)
class Row:
    """One departure in words."""

    one: Departure
    words: FlowWords
    benchmark: str
    tier: str
    range: str
    amount: str


@bp.get("/departures")
@require_role("supervisor", "auditor")
def index() -> ResponseReturnValue:
    """Departures, newest first, of a power and a year."""
    key, year = request.args.get("key") or None, request.args.get("year", type=int)
    page = max(request.args.get("page", 1, type=int), 1)
    simulated = None if settings().demo else False
    with read() as session:
        keys, years = engine.departed_in(session, simulated)
        found = engine.departures(
            session,
            key=key,
            year=year if year in years else None,
            simulated=simulated,
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        rows = [_row(session, one) for one in found[:PAGE]]
        flows = [(one, _title(session, one)) for one in keys]

    def address(**changed: Any) -> str:
        return url_for("departures.index", **({"key": key, "year": year, "page": None} | changed))

    return render_template(
        "supervision/departures.html",
        rows=rows,
        key=key,
        year=year,
        flows=flows,
        years=years,
        address=address,
        pages=(address(page=page - 1) if page > 1 else None, address(page=page + 1) if found[PAGE:] else None),
    )


def _row(session: Session, one: Departure) -> Row:
    words = FlowWords(engine.package_of(session, one.definition_id), lang())
    own = words.package.benchmarks[one.benchmark]
    tier = own.tier(one.tier)
    return Row(
        one=one,
        words=words,
        benchmark=words.text(own.title),
        tier=words.text(tier.title) if tier is not None else one.tier,
        range=amounts(one.low, one.high, one.closed),
        amount=_("%(amount)s 元", amount=yuan(one.amount)) if one.amount else _("不罚款"),
    )


def _title(session: Session, key: str) -> str:
    info = engine.definition(session, key)
    return FlowWords(engine.package_of(session, info.id), lang()).title
