"""The chart as words: numbered steps in reading order, for screen readers, print and search, or instead of a picture.

It says what the picture says, from the same model and in the same order, and needs neither layout nor Graphviz.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bpmn.chart_words import words
from bpmn.citing import title_of
from bpmn.model import Definitions
from bpmn.twin import Next, RiskWords, Twin, TwinStep

__all__ = ["Next", "RiskWords", "TwinStep", "as_text", "facts", "twin"]


def twin(
    definitions: Definitions,
    order: Sequence[str] | None = None,
    numbers: Mapping[str, int] | None = None,
    lang: str = "zh",
    labels: Mapping[str, str] | None = None,
) -> tuple[TwinStep, ...]:
    """The steps in reading order.

    ``order`` and ``numbers`` are those of the picture; without them they are computed from the model. ``labels`` as
    for ``chart.picture``.
    """
    return tuple(Twin(definitions, order, numbers, lang, labels or {}).steps())


def as_text(
    definitions: Definitions,
    order: Sequence[str] | None = None,
    numbers: Mapping[str, int] | None = None,
    lang: str = "zh",
    labels: Mapping[str, str] | None = None,
) -> str:
    """The twin as plain text, ending in a newline."""
    lines = [title_of(definitions, lang, labels)]
    for step in twin(definitions, order, numbers, lang, labels):
        indent = "    " * step.depth
        lines += ["", indent + _heading(step, lang), *(f"{indent}    {line}" for line in _facts(step, lang))]
    return "\n".join(lines).lstrip("\n") + "\n"


def facts(step: TwinStep, lang: str) -> Iterator[tuple[str, str]]:
    """What is known of a step, without its ways on, as (field, value) in words: (办理方, 综合窗口) …"""
    field, say = words(lang)["field"], words(lang)["say"]
    if step.attached:
        yield field["attached"], step.attached
    for name in ("lane", "post", "phase"):
        if value := getattr(step, name):
            yield field[name], value
    if step.people > 1:
        yield field["people"], field["people_value"].format(people=step.people)
    if step.limits:
        yield field["limit"], say["semicolon"].join(step.limits)
    if step.bases:
        yield field["basis"], say["semicolon"].join(step.bases)
    if step.documents:
        yield field["documents"], _listed(step.documents, lang)
    for risk in step.risks:
        level = f"（{risk.level}）" if lang == "zh" else f" ({risk.level})"
        yield field["risk"] + (level if risk.level else ""), risk.text
        if risk.control:
            yield field["control"], risk.control
    if step.rights:
        yield field["rights"], _listed(step.rights, lang)
    for note in step.notes:
        yield field["note"], note


def _heading(step: TwinStep, lang: str) -> str:
    say = words(lang)["say"]
    if step.number:
        return f"{say['step'].format(number=step.number)} {step.name}"
    kind = f"〔{step.type}〕" if lang == "zh" else f"[{step.type}] "
    return f"{kind}{step.name}".rstrip()


def _facts(step: TwinStep, lang: str) -> Iterator[str]:
    field, say = words(lang)["field"], words(lang)["say"]
    colon = "：" if lang == "zh" else ": "
    for name, value in facts(step, lang):
        yield f"{name}{colon}{value}"
    for way in step.next:
        condition = say["if"].format(condition=way.label) if way.label else ""
        yield f"{condition or field['next']}{colon}{way.words}"
    if not step.next and step.type and step.kind == "event" and not step.attached:
        yield field["end"]


def _listed(texts: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else "; ").join(texts)
