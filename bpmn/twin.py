"""The steps of the text twin as values, from the model and the reading order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpmn.anchors import anchor
from bpmn.calls import called
from bpmn.chart_words import words
from bpmn.citing import cited
from bpmn.drawing import limit_words
from bpmn.model import Definitions, Flow, Node
from bpmn.reading_order import reading_order


class Next(NamedTuple):
    """One way on: its condition or event ('' without one), where it leads, and its words: 第5步 受理申请."""

    label: str
    target: str
    words: str


class RiskWords(NamedTuple):
    """A risk point: its level in words, what it is, and the control that answers it ('' for none)."""

    level: str
    text: str
    control: str

    def __str__(self) -> str:
        return f"（{self.level}）{self.text}" if self.level else self.text


@dataclass(frozen=True, kw_only=True)
class TwinStep:
    """One element of the chart, ready to be written."""

    #: BPMN id; ``anchor`` is what follows ``step-`` in the page.
    id: str
    anchor: str
    #: Step number; 0 for events and gateways.
    number: int
    #: task, sub, gateway, event.
    kind: str
    #: What it is, in words: 人工办理, 条件判断, 等待（计时）.
    type: str
    name: str
    #: Nested depth: 0 at the top, 1 inside a sub-process …
    depth: int = 0
    #: False: internal, shown collapsed to the public.
    public: bool = True
    lane: str = ""
    post: str = ""
    people: int = 1
    phase: str = ""
    limits: tuple[str, ...] = ()
    #: One a legal instrument, with its articles.
    bases: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    risks: tuple[RiskWords, ...] = ()
    rights: tuple[str, ...] = ()
    #: Documentation, text annotations and data objects that belong to it.
    notes: tuple[str, ...] = ()
    #: Key of the published flow it calls; '' for none.
    called: str = ""
    #: Words of the activity a boundary event hangs on.
    attached: str = ""
    next: tuple[Next, ...] = ()


class Twin:
    """One reading of a file."""

    def __init__(
        self,
        definitions: Definitions,
        order: Sequence[str] | None,
        numbers: Mapping[str, int] | None,
        lang: str,
        labels: Mapping[str, str],
    ) -> None:
        self.definitions, self.lang, self.labels = definitions, lang, labels
        self.words = words(lang)
        self.order = [i for i in order or reading_order(definitions) if i in definitions.nodes]
        if numbers is None:
            steps = [i for i in self.order if definitions.nodes[i].kind in ("task", "sub")]
            numbers = {node_id: i for i, node_id in enumerate(steps, 1)}
        self.numbers = numbers
        self.notes = _notes(definitions)

    def steps(self) -> Iterator[TwinStep]:
        for node_id in self.order:
            node = self.definitions.nodes[node_id]
            if node.kind != "artifact":
                yield self._step(node)

    def _step(self, node: Node) -> TwinStep:
        about = node.step
        notes = map(self._text, (node.documentation, *self.notes.get(node.id, ())))
        host = self.definitions.nodes.get(node.attached_to or "")
        return TwinStep(
            id=node.id,
            anchor=anchor(node.id),
            number=self.numbers.get(node.id, 0),
            kind=node.kind,
            type=self._type(node),
            name=self._name(node),
            depth=self._depth(node),
            lane=self._lane(node),
            notes=tuple(note for note in notes if note),
            attached=self._words_of(host) if host else "",
            called=node.called if called(self.definitions, node) is None else "",
            next=tuple(self._next(node)),
            public=about.public if about else True,
            post=self._text(about.post) if about else "",
            people=about.people if about else 1,
            phase=self._text(about.phase) if about else "",
            limits=tuple(filter(None, (limit_words(limit, self.lang) for limit in about.limits))) if about else (),
            bases=cited(about.bases, self.lang, self.labels) if about else (),
            documents=tuple(map(self._text, about.documents)) if about else (),
            risks=tuple(self._risks(node)),
            rights=tuple(map(self._text, about.rights)) if about else (),
        )

    def _risks(self, node: Node) -> Iterator[RiskWords]:
        levels = self.words["risk_level"]
        for risk in node.step.risks if node.step else ():
            yield RiskWords(levels.get(risk.level, risk.level), self._text(risk.text), self._text(risk.control))

    def _next(self, node: Node) -> Iterator[Next]:
        for flow in self.definitions.outgoing(node.id):
            target = self.definitions.nodes.get(flow.target)
            if target is not None:
                yield Next(self._condition(node, flow), target.id, self._words_of(target))
        for event in self.definitions.nodes.values():
            if event.attached_to == node.id:
                yield Next(self._name(event) or self._type(event), event.id, self._words_of(event))

    def _condition(self, node: Node, flow: Flow) -> str:
        say = self.words["say"]
        name = self.labels.get(flow.id, flow.name) or flow.condition
        if name:
            return name
        return str(say["otherwise"]) if node.default == flow.id else ""

    def _words_of(self, node: Node) -> str:
        number = self.numbers.get(node.id)
        name = self._name(node)
        if number:
            return f"{self.words['say']['step'].format(number=number)} {name}".rstrip()
        return name or self._type(node)

    def _name(self, node: Node) -> str:
        return self.labels.get(node.id, node.name)

    def _type(self, node: Node) -> str:
        kind = str(self.words["type"].get(node.type, node.type))
        if not node.trigger:
            return kind
        trigger = self.words["trigger"].get(node.trigger, node.trigger)
        return f"{kind}（{trigger}）" if self.lang == "zh" else f"{kind} ({trigger})"

    def _lane(self, node: Node) -> str:
        lane = self.definitions.lanes.get(node.lane or "")
        if lane is not None:
            return self.labels.get(lane.id, lane.name)
        pool = next((pool for pool in self.definitions.pools if pool.process == node.process), None)
        return self.labels.get(pool.id, pool.name) if pool else ""

    def _depth(self, node: Node) -> int:
        depth = 0
        while node.parent and node.parent in self.definitions.nodes:
            node, depth = self.definitions.nodes[node.parent], depth + 1
        return depth

    def _text(self, text: str) -> str:
        return self.labels.get(text, text)


def _notes(definitions: Definitions) -> dict[str, list[str]]:
    """Names of the annotations and data objects joined to each node."""
    artifacts = {node.id: node for node in (*definitions.nodes.values(), *definitions.artifacts)}
    notes: dict[str, list[str]] = {}
    for association in definitions.associations:
        for one, other in ((association.source, association.target), (association.target, association.source)):
            artifact = artifacts.get(other)
            if artifact is not None and artifact.kind == "artifact" and artifact.name:
                notes.setdefault(one, []).append(artifact.name)
    return {node_id: list(dict.fromkeys(found)) for node_id, found in notes.items()}
