"""A case as of one of its steps: the chart with that step on it, the data then, the arrows taken so far.

Every coloured element and arrow of the chart leads to the step that recorded it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import url_for
from markupsafe import Markup, escape

import engine
from bpmn.anchors import anchor
from engine.answers import CaseView
from engine.store import Session
from web import charts
from web.flowwords import FlowWords
from web.journal import Group, Journal, Row, element_of
from web.language import gettext as _
from web.language import lang

#: A node and an arrow as ``bpmn.svg`` and ``bpmn.overlay`` write them; an arrow holds no group.
_NODE = re.compile(r'<a href="#step-([^"]+)" class="')
_ARROW = re.compile(r'<g class="(flow [^"]*)" id="((?:m-)?edge-([^"]+))">((?:(?!<g[ >]).)*?)</g>')
_LINE = re.compile(r'<path d="([^"]*)"/>')
#: The slider's own width in the units of the ticks, and how far its ends stand in: half of the browser's thumb.
TRACK, INSET = 1000, 8
#: Above this number of steps only the marked ones get a tick.
MANY = 160


@dataclass(frozen=True, kw_only=True)
class Datum:
    """One entry of the case data at that step."""

    label: str
    #: public, committed, erased or missing: only a public value is ever shown.
    kind: str
    value: str
    #: The step that wrote it, and the one that erased it later.
    written: int
    erased: int | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One arrow of the chart and every step that recorded it, up to the one shown."""

    id: str
    answer: str
    source: str
    target: str
    steps: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What ``audit/case.html`` shows."""

    view: CaseView
    words: FlowWords
    chart: charts.Chart
    journal: Journal
    here: Row
    group: Group
    data: list[Datum]
    arrows: list[Taken]
    #: Class of the mark → path of its ticks.
    ticks: dict[str, str]


def replay(session: Session, number: str, step: int | None) -> Replay:
    """The case as of ``step``, the last without one. Raises Rejection ``case.unknown`` or ``step.unknown``."""
    steps = engine.steps(session, number)
    at = steps[step - 1].at if step is not None and 1 <= step <= len(steps) else None
    view = engine.show(session, number, step, at=at or steps[-1].at)
    words = FlowWords(engine.package_of(session, view.definition_id), lang())
    chart = charts.chart(session, view.definition_id, words, engine.picture_status(view))
    journal = Journal(number, steps, words, chart.twin, engine.people(session))
    here = journal.rows[(step or len(steps)) - 1]
    return Replay(
        view=view,
        words=words,
        chart=_linked(chart, view, element_of(here.step)),
        journal=journal,
        here=here,
        group=next(group for group in journal.groups if group.first <= view.step <= group.last),
        data=_data(view, journal),
        arrows=_arrows(view, journal),
        ticks=_ticks(journal.rows),
    )


def address(number: str, step: int) -> str:
    """Where a step is shown."""
    return url_for("audit.case", number=number, step=step, _anchor="replay")


def _data(view: CaseView, journal: Journal) -> list[Datum]:
    """Public values in words; of a private one only that it is committed to, or erased."""
    written = {step.body["name"]: step.seq for step in journal.steps[: view.step] if step.kind == "data set"}
    found = []
    for name, seq in written.items():
        label = journal.label(name)
        if name in view.data:
            value = journal.value(name, view.data[name])
            found.append(Datum(label=label, kind="public", value=value, written=seq))
            continue
        erased = journal.erased_at(name, seq)
        kind = "erased" if erased else "committed" if view.private.get(name) else "missing"
        found.append(Datum(label=label, kind=kind, value="", written=seq, erased=erased))
    return found


def _arrows(view: CaseView, journal: Journal) -> list[Taken]:
    taken: dict[str, list[int]] = {}
    for step in journal.steps[: view.step]:
        if step.kind == "arrow taken" and step.element:
            taken.setdefault(step.element, []).append(step.seq)
    flows = journal.words.package.definitions.flows
    return [
        Taken(
            id=id_,
            answer=journal.words.name(id_) if flows[id_].name else "",
            source=journal.place(flows[id_].source),
            target=journal.place(flows[id_].target),
            steps=tuple(steps),
        )
        for id_, steps in taken.items()
        if id_ in flows
    ]


def _ticks(rows: tuple[Row, ...]) -> dict[str, str]:
    """Short ticks for all steps, long ones for the marked; drawn in the order of the classes."""
    paths: dict[str, list[str]] = {"step": [], "command": [], "end": [], "back": [], "time": [], "stuck": []}
    for row in rows:
        if not row.mark and len(rows) > MANY:
            continue
        share = (row.step.seq - 1) / max(len(rows) - 1, 1)
        place = INSET + share * (TRACK - 2 * INSET)
        paths[row.mark or "step"].append(f"M{place:.1f} 2v{16 if row.mark else 8}")
    return {kind: "".join(parts) for kind, parts in paths.items() if parts}


# -- the chart as a table of contents ---------------------------------------------------------------------------------


def _linked(chart: charts.Chart, view: CaseView, here: str) -> charts.Chart:
    """The chart whose recorded elements lead to their steps; others keep leading to their words."""
    nodes = {anchor(key.rpartition("/")[2]): status.step for key, status in view.elements.items() if status.step}
    arrows = {anchor(id_): status.step for id_, status in view.arrows.items()}
    marked = anchor(here.rpartition("/")[2])
    return replace(
        chart,
        wide=_with_links(chart.wide, view.case, nodes, arrows, marked),
        phone=_with_links(chart.phone, view.case, nodes, arrows, marked),
    )


def _with_links(
    svg: Markup | None, number: str, nodes: Mapping[str, int], arrows: Mapping[str, int], here: str
) -> Markup | None:
    """The picture was checked when it was drawn; what is put in here are addresses of this site and numbers."""
    if svg is None:
        return None

    def node(found: re.Match[str]) -> str:
        step = nodes.get(found[1])
        href = escape(address(number, step)) if step else f"#step-{found[1]}"
        current = 'aria-current="step" ' if found[1] == here else ""
        return f'<a {current}href="{href}" class="{"here " if current else ""}'

    def arrow(found: re.Match[str]) -> str:
        classes, id_, name, inner = found.groups()
        opening = f'<g class="{classes}{" here" if name == here else ""}" id="{id_}">'
        step = arrows.get(name)
        line = _LINE.search(inner)
        if step is None or line is None:
            return f"{opening}{inner}</g>"
        # The picture's ground is hidden from screen readers, who have the table of arrows: no stop of the tab key here.
        title = f"<title>{escape(_('第 %(step)s 步走过', step=step))}</title>"
        hit = f'<path class="hit" d="{line[1]}"/>'
        href = escape(address(number, step))
        return f'{opening}<a href="{href}" tabindex="-1">{inner}{hit}{title}</a></g>'

    return Markup(_ARROW.sub(arrow, _NODE.sub(node, str(svg))))
