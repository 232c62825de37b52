"""The journal of a case in words: what happened, when, at whose post. Pure; newest last, as recorded.

Only what people understand as a step is a line: a task done, a question answered, an event, a case sent back. The
lines carry the step numbers they rest on, so that a page can lead to the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bpmn.model import Node
from engine.answers import CaseView, Step
from web.flowwords import FlowWords
from web.language import gettext as _
from web.wording import word


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened."""

    at: datetime
    #: Sign beside it: done, current, warn, overdue, returned, skipped.
    sign: str
    title: str
    detail: str = ""
    #: Number of the recorded step behind it, and the element it speaks of.
    step: int
    element: str = ""


def history(steps: Iterable[Step], words: FlowWords, *, internal: bool = False) -> list[Line]:
    """The lines of a case; steps at internal elements (``public="false"``) only with ``internal``."""
    lines = []
    for step in steps:
        if step.element and not internal and not words.is_public(step.element):
            continue
        write = _WORDS.get(step.kind)
        line = write(step, words) if write is not None else None
        if line is not None:
            lines.append(line)
    return lines


def standing(view: CaseView, words: FlowWords) -> list[Line]:
    """Where the case stands now, as lines that follow the history: what is open at public elements."""
    return [
        Line(
            at=item.offered_at,
            sign="current",
            title=_("转到：%(name)s", name=words.name(item.element)),
            detail=words.post(item.element),
            step=view.step,
            element=item.element,
        )
        for item in sorted(view.work_items, key=lambda item: item.offered_at)
        if words.is_public(item.element)
    ]


def _line(step: Step, sign: str, title: str, detail: str = "") -> Line:
    return Line(at=step.at, sign=sign, title=title, detail=detail, step=step.seq, element=step.element or "")


def _left(step: Step, words: FlowWords) -> Line | None:
    """A task, group of tasks or named event is over; gateways speak through the arrow taken."""
    node = words.node(step.element or "")
    if node is None or node.kind not in ("task", "sub", "event") or not node.name:
        return None
    if node.type == "startEvent":
        return None
    title = _("完成：%(name)s", name=words.name(node.id)) if node.kind != "event" else words.name(node.id)
    return _line(step, "done", title, words.post(node.id) if node.kind == "task" else "")


def _arrow(step: Step, words: FlowWords) -> Line | None:
    """The answer to a question: a labelled arrow out of a gateway."""
    flow = words.package.definitions.flows.get(step.element or "")
    source = words.node(flow.source) if flow is not None else None
    if flow is None or not flow.name or source is None or source.kind != "gateway":
        return None
    question, answer = words.name(source.id) if source.name else _("判断"), words.name(flow.id)
    if question.endswith(("？", "?")):
        return _line(step, "done", f"{question} {answer}")
    return _line(step, "done", _("%(question)s：%(answer)s", question=question, answer=answer))


def _fired(step: Step, words: FlowWords) -> Line | None:
    node: Node | None = words.node(step.element or "")
    name = words.name(node.id) if node is not None and node.name else _("计时")
    return _line(step, "warn", _("到时：%(name)s", name=name), _("系统按流程图自动进行"))


def _returned(step: Step, words: FlowWords) -> Line | None:
    """An arrow that leads back: to what it leads, and what it is called."""
    arrow = words.package.definitions.flows.get(str(step.body.get("arrow", "")))
    if arrow is None:
        return None
    detail = words.name(arrow.id) if arrow.name else ""
    return _line(step, "returned", _("回到：%(name)s", name=words.name(arrow.target)), detail)


def _started(step: Step, words: FlowWords) -> Line | None:
    """The clock of the whole case; those of single steps stand beside their steps."""
    if step.element:
        return None
    return _line(step, "current", _("开始计算办理期限"), _until(step, words))


def _until(step: Step, words: FlowWords) -> str:
    """Until when a limit runs, by the promise and by the statute."""
    dates = [(value, step.body[value]) for value in ("promised", "statutory") if value in step.body]
    return "；".join(f"{word('limit', value, words.lang)} {day}" for value, day in dates)


def _paused(step: Step, words: FlowWords) -> Line | None:
    if step.element:
        return None
    return _line(step, "skipped", _("期限停止计算：%(ground)s", ground=word("ground", step.body["ground"], words.lang)))


def _resumed(step: Step, words: FlowWords) -> Line | None:
    return None if step.element else _line(step, "current", _("期限继续计算"), _until(step, words))


def _expired(step: Step, words: FlowWords) -> Line | None:
    title = _("%(limit)s届满", limit=word("limit", step.body["value"], words.lang))
    name = _name(step, words)
    return _line(step, "overdue" if step.body["value"] == "statutory" else "warn", title, name)


def _card(step: Step, words: FlowWords) -> Line | None:
    """A card that says something to everybody: not the reminder before a date."""
    rule = step.body["card"].partition(" ")[0]
    if step.body["colour"] == "blue":
        return None
    title = f"{word('colour', step.body['colour'], words.lang)}{_('：')}{word('rule', rule, words.lang)}"
    return _line(step, "overdue" if step.body["colour"] == "red" else "warn", title, _name(step, words))


def _treated(step: Step, words: FlowWords) -> Line:
    state = step.kind.removeprefix("card ")
    title = f"{word('colour', step.body['colour'], words.lang)}{_('：')}{word('card', state, words.lang)}"
    return _line(step, "done" if state == "revoked" else "current", title, _name(step, words))


def _name(step: Step, words: FlowWords) -> str:
    return words.name(step.element) if step.element else ""


_WORDS: Mapping[str, Callable[[Step, FlowWords], Line | None]] = {
    "case opened": lambda step, words: _line(step, "done", _("办件登记")),
    "case closed": lambda step, words: _line(step, "done", _("办结")),
    "case cancelled": lambda step, words: _line(step, "skipped", _("办件终止")),
    "case suspended": lambda step, words: _line(step, "skipped", _("办理中止")),
    "case resumed": lambda step, words: _line(step, "done", _("恢复办理")),
    "element left": _left,
    "arrow taken": _arrow,
    "timer fired": _fired,
    "work item returned": _returned,
    "limit started": _started,
    "limit paused": _paused,
    "limit resumed": _resumed,
    "limit extended": lambda step, words: _line(step, "current", _("期限延长"), _until(step, words)),
    "limit recounted": lambda step, words: (
        None if step.element else _line(step, "current", _("按新公布的日历重新计算期限"), _until(step, words))
    ),
    "limit expired": _expired,
    "card raised": _card,
    **dict.fromkeys(("card answered", "card appealed", "card upheld", "card revoked"), _treated),
    "deemed effect": lambda step, words: _line(step, "warn", _("依法视为：%(effect)s", effect=step.body["effect"])),
    "document issued": lambda step, words: _line(
        step, "done", _("制发文书：%(name)s", name=words.text(step.body["document"])), step.body["number"]
    ),
    "case migrated": lambda step, words: _line(
        step, "done", _("改按流程图第 %(version)s 版办理", version=step.body["to"]["version"])
    ),
    "message received": lambda step, words: _line(
        step, "done", _("收到：%(name)s", name=step.body.get("message") or step.body.get("signal", ""))
    ),
    "incident raised": lambda step, words: _line(
        step, "overdue", _("在这里受阻：%(name)s", name=words.name(step.element or "")), _("工作人员正在处理")
    ),
    "incident resolved": lambda step, words: _line(
        step, "done", _("受阻已经解决：%(name)s", name=words.name(step.element or ""))
    ),
}
