"""What was entered in a case, labelled by the forms it came from: public values in clear, personal ones masked."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from engine.answers import CaseView
from web import forms
from web.flowwords import FlowWords
from web.formatting import mask, plain
from web.language import gettext as _


def answers(
    words: FlowWords,
    public: Mapping[str, Any],
    private: Mapping[str, Any],
    kept: Mapping[str, bool],
    *,
    done: Container[str] | None = None,
    masked: bool = True,
) -> list[tuple[str, str]]:
    """(label, value) of everything a form asked for, in the order of the forms.

    ``kept`` names the private fields and says whether each is still there; an erased one says so. ``done`` names
    the elements a form was sent at; values of other forms are defaults nobody entered, and are left out. ``masked`` is
    False only for the officers of the flow.
    """
    rows = []
    for name, schema in asked(words, done).items():
        label = forms.label_of(schema, name)
        if name in public:
            rows.append((label, plain(forms.shown(schema, name, public[name]))))
        elif name in kept:
            rows.append(
                (label, _private(schema, name, private.get(name, ""), masked) if kept[name] else _("已按规定删除"))
            )
    return rows


def answered(view: CaseView) -> frozenset[str]:
    """BPMN ids of the elements that have been done at least once."""
    return frozenset(key.rpartition("/")[2] for key, status in view.elements.items() if status.left_at is not None)


def entered(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of what one form held."""
    return [(forms.label_of(schema, name), plain(forms.shown(schema, name, value))) for name, value in data.items()]


def party(words: FlowWords, private: Mapping[str, Any]) -> str:
    """Whose case it is: the first name the first forms asked for; '' where there is none."""
    for name, schema in asked(words).items():
        if name in private and schema["properties"][name].get("x-sun-mask") == "name":
            return str(private[name])
    return ""


def _private(schema: dict[str, Any], name: str, value: Any, masked: bool) -> str:
    if not masked:
        return plain(forms.shown(schema, name, value))
    return mask(value, schema["properties"][name].get("x-sun-mask", ""))


def asked(words: FlowWords, done: Container[str] | None = None) -> dict[str, dict[str, Any]]:
    """Every field name of the package with the first form that asks for it, forms in the order of the chart.

    With ``done`` only the forms of these elements.
    """
    found: dict[str, dict[str, Any]] = {}
    for node in words.package.definitions.nodes.values():
        if done is not None and node.id not in done:
            continue
        schema = words.package.form(node.step.form) if node.step is not None and node.step.form else None
        for name in (schema or {}).get("properties", {}):
            found.setdefault(name, schema or {})
    return found


def own_names(words: FlowWords) -> frozenset[str]:
    """Names of the fields the applicant fills in; all others are the office's."""
    definitions = words.package.definitions
    own = {lane.id for lane in definitions.lanes.values() if lane.role == "applicant"}
    nodes = [node for node in definitions.nodes.values() if node.lane in own and node.step and node.step.form]
    forms_ = [words.package.form(node.step.form) for node in nodes if node.step]
    return frozenset(name for form in forms_ for name in (form or {}).get("properties", {}))
