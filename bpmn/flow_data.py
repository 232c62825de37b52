"""The data of a flow: who gives which value, who reads it, and of what type it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpmn import timer_text
from bpmn.dmn import asked_for, results
from bpmn.dmn_types import answer_type
from bpmn.errors import Refused
from bpmn.feel import (
    Comparison,
    FeelError,
    Judgement,
    Script,
    compile_expression,
    compile_script,
    judge_expression,
    judge_script,
)
from bpmn.feel_nested import NULL, entry, joined, list_of
from bpmn.model import Flow, Node
from bpmn.watched import watched

if TYPE_CHECKING:
    from bpmn.rules import Subject

#: How often each script is judged at most, on the average, until all types are settled.
MOST_JUDGED = 4


@dataclass(frozen=True)
class Reading:
    """One expression of the file: where it stands, the variables it reads, and what it compares them with."""

    thing: Node | Flow
    names: frozenset[str]
    comparisons: tuple[Comparison, ...] = ()
    #: Its text, and what that is: a ``condition`` (yes or no), a ``number``, a ``script``, the text of a timer
    #: (``timeDate`` …).
    text: str = ""
    kind: str = ""


def readings(subject: Subject) -> Iterator[Reading]:
    """Every expression that compiles; those that do not are findings of their own."""
    things: list[Node | Flow] = [*subject.nodes.values(), *subject.flows]
    for thing in things:
        try:
            yield from _read_by(thing)
        except FeelError:
            continue
    for node in subject.nodes.values():
        if (asked := subject.decision(node)) is not None:
            yield Reading(node, asked_for(subject.decisions[asked[0]], asked[1]))


def judged(subject: Subject) -> Iterator[tuple[Reading, Judgement]]:
    """Every reading, and what is known of it under the types of its variables."""
    types = types_of(subject)
    for reading in readings(subject):
        if reading.kind == "script":
            yield reading, judge_script(reading.text, types)
        elif reading.kind:
            yield reading, judge_expression(reading.text, types)
        else:
            yield reading, Judgement("", {}, reading.names, (), ())


def _reading(thing: Node | Flow, text: str, kind: str = "condition") -> Reading:
    compiled = compile_expression(text)
    return Reading(thing, compiled.names, compiled.comparisons, text, kind)


def _read_by(thing: Node | Flow) -> Iterator[Reading]:
    if isinstance(thing, Flow):
        if thing.condition:
            yield _reading(thing, thing.condition)
        return
    if thing.loop and thing.loop.condition:
        yield _reading(thing, thing.loop.condition)
    if thing.loop and thing.loop.cardinality and not thing.loop.cardinality.isdigit():
        yield _reading(thing, thing.loop.cardinality, "number")
    if thing.step and (thing.step.key or thing.step.data):
        named = compile_expression(thing.step.key).names if thing.step.key else frozenset()
        yield Reading(thing, named | frozenset(thing.step.data))
    if thing.step and thing.step.discretion:
        for text in filter(None, (thing.step.discretion.when, thing.step.discretion.waives)):
            yield _reading(thing, text)
    if thing.step and thing.step.discretion and thing.step.discretion.by:
        yield Reading(thing, frozenset((thing.step.discretion.by,)))
    if thing.type == "scriptTask" and thing.script:
        yield Reading(thing, compile_script(thing.script).reads, text=thing.script, kind="script")
    for event in thing.events:
        if event.kind == "conditional" and watched(thing):
            yield _reading(thing, event.text)
        if event.kind == "timer" and event.text:
            read = timer_text.names(event.timer, event.text)
            # One that reads nothing says its time itself, and is another rule's.
            yield Reading(thing, read, text=event.text, kind=(event.timer or "timeDuration") if read else "")


def writes(node: Node) -> set[str]:
    """Names a script sets; none where it cannot be read."""
    try:
        return set(compile_script(node.script).writes) if node.type == "scriptTask" and node.script else set()
    except FeelError:
        return set()


def written_by_scripts(subject: Subject) -> set[str]:
    """Names scripts set: public, like all they read."""
    return {name for node in subject.nodes.values() for name in writes(node)}


def written(subject: Subject) -> set[str]:
    """Names that scripts, decisions and the tier task of a benchmark set: public."""
    names = {name for node in subject.nodes.values() for name in writes(node) | _decided(subject, node)}
    tiers = any(_part(node) == "tier" for node in subject.nodes.values())
    return names | ({"discretion"} if tiers else set())


def _part(node: Node) -> str:
    own = node.step.discretion if node.step is not None else None
    return own.part if own is not None else ""


def _decided(subject: Subject, node: Node) -> set[str]:
    asked = subject.decision(node)
    return set(results(node.step.result if node.step else "", asked[1])) if asked else set()


def fields_of(subject: Subject) -> dict[str, dict[str, dict[str, Any]]]:
    """Field → form → its schema, of the forms that can be read."""
    fields: dict[str, dict[str, dict[str, Any]]] = {}
    try:
        forms = subject.package.forms if subject.package else {}
    except Refused:
        return {}
    for form, schema in forms.items():
        properties = schema.get("properties")
        for name, field in properties.items() if isinstance(properties, dict) else ():
            if isinstance(field, dict):
                fields.setdefault(name, {})[form] = field
    return fields


def feel_type(schema: Mapping[str, Any]) -> str:
    """FEEL's own type of what a field of a form gives, a date as the text it is; '' where it has none."""
    kinds = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    if schema.get("type") == "array":
        items = schema.get("items")
        return list_of(feel_type(items) if isinstance(items, dict) else "")
    return kinds.get(str(schema.get("type")), "")


def types_of(subject: Subject) -> dict[str, str]:
    """FEEL's own type of each value, as far as all that give it agree: forms, decisions and scripts."""
    given: dict[str, list[str]] = {}
    for name, schemas in fields_of(subject).items():
        given[name] = [feel_type(schema) for schema in schemas.values()]
    for node in subject.nodes.values():
        for name, kind in _decided_types(subject, node).items():
            given.setdefault(name, []).append(kind)
    return _with_scripts(given, [compile_script(node.script) for node in subject.nodes.values() if writes(node)])


def _with_scripts(given: Mapping[str, list[str]], scripts: list[Script]) -> dict[str, str]:
    """The types with what scripts set. One is judged anew when the type of a name it reads has become another."""
    sets: list[Mapping[str, str]] = [{} for _ in scripts]
    types = _settled(given)
    waiting = deque(range(len(scripts)))
    for _ in range(MOST_JUDGED * len(scripts)):
        if not waiting:
            return types
        place = waiting.popleft()
        sets[place] = judge_script(scripts[place].text, types).sets
        now = _settled(given, *sets)
        changed = {name for name in types.keys() | now.keys() if types.get(name) != now.get(name)}
        types = now
        waiting += (other for other, one in enumerate(scripts) if one.reads & changed and other not in waiting)
    # Scripts that read each other in a ring and never agree: what they set is not known.
    return {name: kind for name, kind in types.items() if not any(name in one for one in sets)}


def _settled(given: Mapping[str, list[str]], *sets: Mapping[str, str]) -> dict[str, str]:
    """The type of each name, as far as all agree."""
    known = {name: list(kinds) for name, kinds in given.items()}
    for one in sets:
        for name, kind in one.items():
            known.setdefault(name, []).append(kind)
    settled = {name: joined(kinds) for name, kinds in known.items()}
    return {name: kind for name, kind in settled.items() if kind not in ("", NULL)}


def _decided_types(subject: Subject, node: Node) -> dict[str, str]:
    """Types of what a decision sets: its answer, or of several outputs each."""
    asked = subject.decision(node)
    if asked is None:
        return {}
    path, item = asked
    names, kind = results(node.step.result if node.step else "", item), answer_type(subject.decisions[path], item)
    if len(names) == 1:
        return {names[0]: kind}
    return {name: entry(kind, name) or "" for name in names}
