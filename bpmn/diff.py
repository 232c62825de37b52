"""Two versions of a flow → what changed, element by element. The sentences are ``diff.<kind>`` in the word files.

Elements are the same if they have the same id: a modeller who wants to rename a step keeps its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

from bpmn.model import Definitions, Flow, Lane, Node
from bpmn.power import Basis, Limit, Power, Step
from bpmn.wording import Sentence, say


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change. ``kind``: node-added, node-removed, node-renamed, flow-added, condition, limits, post …

    ``element`` is the BPMN id (of the new version, or of the old where it was removed); ``params`` holds ``old`` and
    ``new`` as text where a value changed, and the names its sentence needs.
    """

    kind: str
    element: str | None
    params: dict[str, object] = field(default_factory=dict)

    def say(self, lang: str = "zh") -> Sentence:
        """The change as a sentence."""
        return say(f"diff.{self.kind}", lang, **self.params)


def diff(old: Definitions, new: Definitions) -> list[Change]:
    """Every change from ``old`` to ``new``: the flow, lanes, steps, arrows, in the order of the new file."""
    return [*_process(old, new), *_lanes(old, new), *_nodes(old, new), *_flows(old, new)]


# -- the flow and its lanes --------------------------------------------------------------------------------------


def _process(old: Definitions, new: Definitions) -> Iterator[Change]:
    before, after = old.main, new.main
    if before is None or after is None:
        return
    if before.name != after.name:
        yield Change(kind="process-renamed", element=after.id, params={"old": before.name, "new": after.name})
    for part in fields(Power):
        was, is_ = (_text(getattr(process.power, part.name, "")) for process in (before, after))
        if was != is_:
            yield Change(kind="power", element=after.id, params={"field": part.name, "old": was, "new": is_})


def _lanes(old: Definitions, new: Definitions) -> Iterator[Change]:
    yield from _gone(old.lanes, new.lanes, "lane-removed")
    for key, lane in new.lanes.items():
        was = old.lanes.get(key)
        if was is None:
            yield Change(kind="lane-added", element=key, params={"name": lane.name or key})
            continue
        if was.name != lane.name:
            yield Change(kind="lane-renamed", element=key, params={"old": was.name or key, "new": lane.name or key})
        if was.role != lane.role:
            yield _changed("lane-role", key, was.role, lane.role, name=lane.name or key)


# -- steps -------------------------------------------------------------------------------------------------------


def _nodes(old: Definitions, new: Definitions) -> Iterator[Change]:
    yield from _gone(old.nodes, new.nodes, "node-removed")
    for key, node in new.nodes.items():
        was = old.nodes.get(key)
        if was is None:
            yield Change(kind="node-added", element=key, params={"name": _name(node)})
            continue
        if was.name != node.name:
            yield Change(kind="node-renamed", element=key, params={"old": _name(was), "new": _name(node)})
        if _lane(old, was) != _lane(new, node):
            yield _changed("node-moved", key, _lane(old, was), _lane(new, node), name=_name(node))
        for kind, value in _NODE_PARTS:
            if value(was) != value(node):
                yield _changed(kind, key, value(was), value(node), name=_name(node))


def _lane(definitions: Definitions, node: Node) -> str:
    lane = definitions.lanes.get(node.lane or "")
    return (lane.name or lane.id) if lane else "—"


def _of_step(part: str) -> Callable[[Node], str]:
    return lambda node: _text(getattr(node.step or Step(), part))


_NODE_PARTS: tuple[tuple[str, Callable[[Node], str]], ...] = (
    ("node-type", lambda node: node.type + (f" ({node.trigger})" if node.trigger else "")),
    ("default", lambda node: node.default or "—"),
    ("script", lambda node: node.script or "—"),
    ("timer", lambda node: _text(tuple(f"{event.timer} {event.text}" for event in node.events if event.timer))),
    ("loop", lambda node: _loop(node)),
    ("post", _of_step("post")),
    ("phase", _of_step("phase")),
    ("form", _of_step("form")),
    ("people", _of_step("people")),
    ("public", _of_step("public")),
    ("limits", _of_step("limits")),
    ("bases", _of_step("bases")),
    ("documents", _of_step("documents")),
    ("risks", _of_step("risks")),
    ("rights", _of_step("rights")),
)


def _loop(node: Node) -> str:
    loop = node.loop
    if loop is None:
        return "—"
    return " ".join(filter(None, (loop.kind, loop.cardinality or loop.maximum, loop.condition)))


# -- arrows ------------------------------------------------------------------------------------------------------


def _flows(old: Definitions, new: Definitions) -> Iterator[Change]:
    for key, flow in old.flows.items():
        if key not in new.flows:
            yield Change(kind="flow-removed", element=key, params=_arrow(old, flow))
    for key, flow in new.flows.items():
        was = old.flows.get(key)
        if was is None:
            yield Change(kind="flow-added", element=key, params=_arrow(new, flow))
            continue
        names = _arrow(new, flow)
        if (was.source, was.target) != (flow.source, flow.target):
            yield _changed("flow-redirected", key, _ends(old, was), _ends(new, flow))
        if was.name != flow.name:
            yield _changed("flow-renamed", key, was.name or "—", flow.name or "—", **names)
        if was.condition != flow.condition:
            yield _changed("condition", key, was.condition or "—", flow.condition or "—", **names)
        if was.returns != flow.returns:
            yield _changed("returns", key, _text(was.returns), _text(flow.returns), **names)


def _arrow(definitions: Definitions, flow: Flow) -> dict[str, object]:
    ends = {"source": flow.source, "target": flow.target}
    named = {key: _name(definitions.nodes[node]) for key, node in ends.items() if node in definitions.nodes}
    return {**ends, **named, "label": f" ({flow.name})" if flow.name else ""}


def _ends(definitions: Definitions, flow: Flow) -> str:
    names = _arrow(definitions, flow)
    return f"{names['source']} → {names['target']}"


# -- values as text ----------------------------------------------------------------------------------------------


def _gone(
    old: dict[str, Node] | dict[str, Lane], new: dict[str, Node] | dict[str, Lane], kind: str
) -> Iterator[Change]:
    for key, thing in old.items():
        if key not in new:
            yield Change(kind=kind, element=key, params={"name": thing.name or key})


def _changed(kind: str, element: str, old: str, new: str, **params: object) -> Change:
    return Change(kind=kind, element=element, params={**params, "old": old, "new": new})


def _name(node: Node) -> str:
    return node.name or node.id


def _text(value: object) -> str:
    """A value of the model as people read it."""
    if isinstance(value, bool):
        return "✓" if value else "—"
    if isinstance(value, tuple):
        return "; ".join(map(_text, value)) or "—"
    if isinstance(value, Limit):
        return _limit(value)
    if isinstance(value, Basis) or not hasattr(value, "__dataclass_fields__"):
        return str(value) if value not in ("", None) else "—"
    return " ".join(filter(None, (_plain(getattr(value, part)) for part in value.__dataclass_fields__)))


def _plain(value: object) -> str:
    text = _text(value)
    return "" if text == "—" else text


def _limit(limit: Limit) -> str:
    figures = [
        f"{kind} {value}" for kind, value in (("statutory", limit.statutory), ("promised", limit.promised)) if value
    ]
    words = [limit.kind, *figures, limit.unit, limit.anchor, str(limit.basis or "")]
    return " ".join(word for word in words if word)
