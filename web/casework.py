"""One case and one work item as an officer sees them: the form, the chart, the law of the step, what happened."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from bpmn.model import Node
from engine.answers import Incident, WorkItem
from engine.errors import Rejection
from engine.forms import FormError, errors
from web import casedata, conflict, formdrafts, forms, uploads
from web.acting import act, command_id, officer, today, why
from web.auth import require_role
from web.casefile import File, open_file
from web.errors import explain
from web.flowwords import FlowWords
from web.language import gettext as _
from web.session import now, read
from web.stepguide import answers, companions, names_read, ways_back
from web.worklist import lateness, may_do

bp = Blueprint("casework", __name__, url_prefix="/desk")

VERBS = {"suspend": engine.suspend, "resume": engine.resume, "cancel": engine.cancel}


@bp.before_request
@require_role("clerk")
def _only_clerks() -> None:
    """Every page of casework is for clerks."""


@bp.get("/cases/<number>")
def case(number: str) -> ResponseReturnValue:
    """The case on its chart, its open items, its incidents, and what the office may do with it."""
    return case_page(number, {})


@bp.post("/cases/<number>/<any(suspend,resume,cancel):verb>")
def change(number: str, verb: str) -> ResponseReturnValue:
    """Suspend, resume or cancel a case, with a reason."""
    open_file(number)
    reason = request.form.get("reason", "")[:2000]
    try:
        act(lambda session: VERBS[verb](session, number, actor=officer().name, reason=reason, at=now()))
    except Rejection as rejection:
        if rejection.code != "reason.missing":
            raise
        return case_page(number, {verb: explain(rejection)}), 422
    said = {"suspend": _("已中止办理。"), "resume": _("已恢复办理。"), "cancel": _("已终止这个办件。")}
    flash(said[verb])
    return redirect(url_for("casework.case", number=number))


@bp.get("/<number>/<path:item>")
def item(number: str, item: str) -> ResponseReturnValue:
    """One work item: its form beside what is needed to decide."""
    file = open_file(number)
    found = next((one for one in file.view.work_items if one.item == item), None)
    if found is not None:
        schema = file.schema(found.element)
        known = formdrafts.kept() or _known(file, found, schema)
        return _item_page(file, found, forms.fields(schema, known), [], secrets.token_hex(16))
    with read() as session:
        gone = conflict.ended(engine.steps(session, number), item)
    if gone is None:
        raise Rejection("item.unknown", item=item, case=number, open="")
    return conflict.page(gone, number, file.words, item.rpartition("#")[0])


def _known(file: File, item: WorkItem, schema: dict[str, Any]) -> dict[str, Any]:
    """What the case holds of what the form asks: an applicant's own answers, and what fields are filled from."""
    given = {**file.view.data, **file.private}
    sources = {rule["x-sun-prefill"] for rule in schema.get("properties", {}).values() if "x-sun-prefill" in rule}
    own = file.view.data if item.applicant else {}
    return forms.prefilled(schema, {**{name: given[name] for name in sources if name in given}, **own})


@bp.post("/<number>/<path:item>")
def complete(number: str, item: str) -> ResponseReturnValue:
    """Do a work item. The same form sent twice is one step; an item somebody else did answers who and when."""
    file, id_ = open_file(number), command_id()
    element = item.rpartition("#")[0]
    schema = file.schema(element)
    data, unfit = uploads.parse(schema)
    if formdrafts.is_wanted():
        kept = formdrafts.answer(data, unfit)
        return kept or _not_done(Rejection("form.invalid", errors=unfit, fields=""), file, item, data, id_)
    if unfit:
        wrong = unfit + errors(schema, data)
        return _not_done(Rejection("form.invalid", errors=wrong, fields=""), file, item, data, id_)
    try:
        act(
            lambda session: engine.complete(
                session, number, item, actor=officer().name, data=data | _reserved(), at=now(), command_id=id_
            )
        )
    except Rejection as rejection:
        return _not_done(rejection, file, item, data, id_)
    formdrafts.done()
    flash(_("已办理并写入记录：%(name)s（%(number)s）", name=file.words.name(element), number=number))
    return redirect(url_for("desk.index"))


def _not_done(rejection: Rejection, file: File, item: str, data: dict[str, Any], id_: str) -> ResponseReturnValue:
    """The form again with what is wrong, or the page that says who was faster."""
    element = item.rpartition("#")[0]
    schema = file.schema(element)
    if rejection.code in conflict.CODES:
        entered = casedata.entered(schema, data)
        return conflict.page(rejection, file.view.case, file.words, element, entered)
    found = next((one for one in file.view.work_items if one.item == item), None)
    places = {"item.people": "with", "take.missing": "take-1", "take.unknown": "take-1"}
    discretion = rejection.code.startswith("discretion.")
    if found is None or not (discretion or rejection.code in ("form.invalid", *places)):
        raise rejection
    if discretion:
        return _item_page(
            file, found, forms.fields(schema, data), [(_amount_field(file, item), explain(rejection))], id_
        ), 422
    wrong: list[FormError] = rejection.params["errors"] if rejection.code == "form.invalid" else []  # type: ignore[assignment]
    said = [(places[rejection.code], _CHOOSE[rejection.code]())] if rejection.code in places else []
    return _item_page(file, found, forms.fields(schema, data, wrong), said, id_), 422


def _amount_field(file: File, item: str) -> str:
    """Where an amount that may not be submitted is mended: its field, or that of the reasons it lacks."""
    node = file.words.node(item.rpartition("#")[0])
    own = node.step.discretion if node is not None and node.step is not None else None
    return f"f-{own.amount}" if own is not None else "h-form"


_CHOOSE = {
    "item.people": lambda: _("请选择另一位同岗位的人"),
    "take.missing": lambda: _("请选择往哪里走"),
    "take.unknown": lambda: _("请选择往哪里走"),
}


def _reserved() -> dict[str, Any]:
    """What speaks to the engine, not to the form: the arrow chosen, the second officer."""
    taken, second = request.form.getlist("take"), request.form.get("with", "")
    chosen: dict[str, Any] = {}
    if taken:
        chosen["take"] = taken if request.form.get("several") else taken[0]
    if second:
        chosen["with"] = second
    return chosen


def _item_page(file: File, item: WorkItem, fields: list[forms.Field], wrong: list[tuple[str, str]], id_: str) -> str:
    node = file.words.node(item.element)
    me, definitions = officer(), file.words.package.definitions
    allowed = may_do(me, item, definitions)
    return render_template(
        "desk/item.html",
        file=file,
        view=file.view,
        words=file.words,
        item=item,
        step=file.step(item.element),
        fields=[_weighed(one, file, node) for one in fields],
        errors=[*wrong, *forms.summary(fields)],
        wrong=dict(wrong),
        command_id=id_,
        lateness=lateness(item, node, today()),
        days=(item.due.on - today()).days if item.due is not None else None,
        choices=answers(file.words, item),
        ways_back=ways_back(file.words, item.element),
        grave={file.words.text(risk.text) for risk in node.step.risks if risk.level == "high"}
        if node and node.step
        else (),
        several=node is not None and node.type == "inclusiveGateway",
        companions=companions(file.people, me, item.post) if item.people > 1 else [],
        sent=request.form,
        kept=formdrafts.kept() is not None,
        allowed=allowed,
        open=allowed and item.claimed_by in (None, me.name) and file.view.state == "open",
    )


def _weighed(field: forms.Field, file: File, node: Node | None) -> forms.Field:
    """Where an amount is asked for: what the benchmark computes and its range, read out with the field."""
    clause = node.step.discretion if node is not None and node.step is not None else None
    if clause is None or not clause.amount or field.name != clause.amount or file.discretion is None:
        return field
    said = _("按基准测算：%(amount)s；幅度：%(range)s。", amount=file.discretion.proposed, range=file.discretion.range)
    return replace(field, hint=" ".join(part for part in (field.hint, said) if part))


def _grave(words: FlowWords, node: Node | None) -> set[str]:
    """Risks of the highest level at a step, in the words of the page."""
    risks = node.step.risks if node is not None and node.step is not None else ()
    return {words.text(risk.text) for risk in risks if risk.level == "high"}


def case_page(number: str, wrong: dict[str, str]) -> str:
    """The page of a case; ``wrong``: what a command lacked, by its verb."""
    file = open_file(number)
    definitions = file.words.package.definitions
    return render_template(
        "desk/case.html",
        file=file,
        view=file.view,
        words=file.words,
        wrong=wrong,
        why=why,
        reason=request.form.get("reason", ""),
        items=[(item, may_do(officer(), item, definitions)) for item in file.view.work_items],
        stuck=[
            (incident, forms.fields(correctable(file, incident.element), file.view.data), _ways_past(file, incident))
            for incident in file.view.incidents
        ],
        fresh=secrets.token_hex(16),
    )


def _ways_past(file: File, incident: Incident) -> list[tuple[str, str]] | None:
    """The arrows an officer may choose to go past a stuck element; None where the flowchart does not allow it."""
    node = file.words.node(incident.element)
    if node is None or node.step is None or not node.step.skip:
        return None
    flows = file.words.package.definitions.outgoing(node.id) if node.kind == "gateway" else []
    return [(flow.id, file.words.name(flow.id) if flow.name else file.words.name(flow.target)) for flow in flows]


def correctable(file: File, element: str) -> dict[str, Any]:
    """A form of the public data a stuck element decides by, with the rules of the forms that ask for them."""
    known = casedata.asked(file.words)
    rules = {name: known[name]["properties"][name] for name in names_read(file.words, element) if name in known}
    loose = [name for name in names_read(file.words, element) if name not in known]
    return {"properties": rules | {name: {"type": _type(file.view.data.get(name))} for name in loose}}


def _type(value: Any) -> str:
    """JSON Schema type of a value no form asks for; what is not there yet is a number if it looks like one."""
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"
