"""What was entered in a case, labelled by the forms it came from: public values in clear, personal ones masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web import forms
from web.flowwords import FlowWords
from web.formatting import mask, plain
from web.language import gettext as _


def answers(
    words: FlowWords, public: Mapping[str, Any], private: Mapping[str, Any], kept: Mapping[str, bool]
) -> list[tuple[str, str]]:
    """(label, value) of everything a form asked for, in the order of the forms.

    ``kept`` names the private fields and says whether each is still there; an erased one says so.
    """
    rows = []
    for name, schema in _asked(words).items():
        label = forms.label_of(schema, name)
        if name in public:
            rows.append((label, plain(forms.shown(schema, name, public[name]))))
        elif name in kept:
            rule = schema["properties"][name]
            value = mask(private.get(name, ""), rule.get("x-sun-mask", "")) if kept[name] else _("已按规定删除")
            rows.append((label, value))
    return rows


def _asked(words: FlowWords) -> dict[str, dict[str, Any]]:
    """Every field name of the package with the first form that asks for it, forms in the order of the chart."""
    found: dict[str, dict[str, Any]] = {}
    for node in words.package.definitions.nodes.values():
        schema = words.package.form(node.step.form) if node.step is not None and node.step.form else None
        for name in (schema or {}).get("properties", {}):
            found.setdefault(name, schema or {})
    return found
