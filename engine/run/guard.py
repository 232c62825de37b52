"""May this person do this, with this data? Pure: the answer is nothing, or a Rejection that says what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bpmn.model import Definitions, Node
from bpmn.package import FlowPackage
from engine import forms
from engine.answers import Person
from engine.errors import Rejection
from engine.office.people import APPLICANT
from engine.record import canonical


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a form sent, sorted: values for the record, values to keep beside it, and the second officer."""

    public: dict[str, Any]
    private: dict[str, Any]
    second: str | None = None


def is_applicants(definitions: Definitions, node: Node | None) -> bool:
    """Is the step the applicant's own (its lane has the role ``applicant``)?"""
    lane = definitions.lanes.get(node.lane or "") if node is not None else None
    return lane is not None and lane.role == "applicant"


def posts_of(definitions: Definitions) -> frozenset[str]:
    """All posts that act in a flow."""
    return frozenset(node.step.post for node in definitions.nodes.values() if node.step and node.step.post)


def may_act(person: Person | None, definitions: Definitions, node: Node | None) -> None:
    """Raises Rejection ``item.not_yours`` unless the person's posts allow the step; ``person`` None is the applicant.

    A clerk with any post of the flow may do the applicant's own steps (at the window, recorded as on behalf).
    """
    applicants = is_applicants(definitions, node)
    if person is None:
        if not applicants:
            raise Rejection("item.not_yours", post=post_of(node))
        return
    post = post_of(node)
    allowed = posts_of(definitions) if applicants else ({post} if post else set())
    if allowed and not person.posts & allowed:
        raise Rejection("item.not_yours", name=person.name, post=post)


def has_post(person: Person, definitions: Definitions) -> None:
    """Raises Rejection ``item.not_yours`` unless the person has a post in the flow."""
    posts = posts_of(definitions)
    if posts and not person.posts & posts:
        raise Rejection("item.not_yours", name=person.name, post=", ".join(sorted(posts)))


def may_start(person: Person | None, definitions: Definitions, is_power: bool) -> None:
    """Raises Rejection: a power is opened by the applicant or somebody with a post in it, an exercise by anybody.

    What powers share is never a case of its own.
    """
    if not is_power:
        return
    process = definitions.main
    if process and process.power and process.power.shared:
        raise Rejection("start.shared", name=process.name)
    first = definitions.nodes.get(process.power.apply) if process and process.power else None
    if person is None:
        if not is_applicants(definitions, first):
            raise Rejection("start.not_public")
        return
    has_post(person, definitions)


def sort_data(package: FlowPackage, node: Node | None, data: Mapping[str, Any], choices: tuple[str, ...]) -> Given:
    """Check what was sent against the step's form and part it into public and private.

    Raises Rejection ``form.invalid`` (with the errors), ``data.unrecordable``, ``take.missing`` or ``take.unknown``.
    """
    recordable(data)
    form = node.step.form if node is not None and node.step is not None else ""
    schema = package.form(form) if form else None
    fields = {name: value for name, value in data.items() if name not in forms.RESERVED}
    if schema is None:
        no_form(package, fields)
    if schema is not None:
        errors = forms.errors(schema, fields)
        if errors:
            raise Rejection("form.invalid", errors=errors, fields=", ".join(error.field for error in errors))
    public = {name: value for name, value in fields.items() if forms.is_public(schema, name)}
    private = {name: value for name, value in fields.items() if name not in public}
    if choices:
        public["take"] = _taken(data, choices)
    return Given(public=public, private=private, second=_text(data.get("with")))


def no_form(package: FlowPackage, fields: Mapping[str, Any]) -> None:
    """Raises Rejection ``form.none``: in a power every value comes through a form, which says whether it is private.

    In an exercise there are no people's data: what is given becomes public case data.
    """
    if package.is_power and fields:
        raise Rejection("form.none", fields=", ".join(fields))


def public_fields(package: FlowPackage, data: Mapping[str, Any]) -> None:
    """Raises Rejection ``form.none`` for data from outside of a power that no form calls public."""
    no_form(package, not_public(package, data))


def not_public(package: FlowPackage, data: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``data`` from outside a flow does not take: in a power all that no form calls public."""
    if not package.is_power:
        return {}
    public = {
        name for form in package.forms.values() for name in form.get("properties", {}) if forms.is_public(form, name)
    }
    return {name: value for name, value in data.items() if name not in public}


def recordable(data: Mapping[str, Any]) -> None:
    """Raises Rejection ``data.unrecordable`` for a value that has no canonical form (half a character, infinity …)."""
    for name, value in data.items():
        try:
            canonical.dumps(canonical.encode({name: value}))
        except canonical.Uncanonical as error:
            raise Rejection("data.unrecordable", name=name, reason=str(error)) from error


def not_too_early(last: date | None, node: Node | None) -> None:
    """Raises Rejection ``limit.too_early`` while a minimum period runs, whose last day ``last`` is."""
    if last is not None:
        allowed = (last + timedelta(days=1)).isoformat()
        raise Rejection("limit.too_early", name=node.name if node else "", last=last.isoformat(), allowed=allowed)


def second_officer(node: Node | None, given: Given, actor: str, second: Person | None) -> None:
    """The two-person rule: another account with the same post. Raises Rejection ``item.people``."""
    if node is None or node.step is None or node.step.people < 2:
        return
    post = node.step.post
    if second is None or second.name == actor or (post and post not in second.posts):
        raise Rejection("item.people", post=post, given=given.second or "")


def on_behalf(person: Person | None, definitions: Definitions, node: Node | None) -> bool:
    """Does an officer act for the applicant here?"""
    return person is not None and is_applicants(definitions, node)


def actor_name(person: Person | None) -> str:
    """How the record names who acted."""
    return person.name if person is not None else APPLICANT


def _taken(data: Mapping[str, Any], choices: tuple[str, ...]) -> Any:
    taken = data.get("take")
    if taken is None:
        raise Rejection("take.missing", choices=", ".join(choices))
    unknown = [arrow for arrow in (taken if isinstance(taken, list) else [taken]) if arrow not in choices]
    if unknown or taken == []:
        raise Rejection("take.unknown", taken=", ".join(map(str, unknown)), choices=", ".join(choices))
    return taken


def post_of(node: Node | None) -> str:
    """Whose a step is: the connection of a service task, else its post; '' is anybody's."""
    if node is None or node.step is None:
        return ""
    return node.step.service if node.type == "serviceTask" and node.step.service else node.step.post


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
