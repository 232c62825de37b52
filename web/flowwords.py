"""A published flow in the reader's language: names, posts and sentences, Chinese where nothing else is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bpmn.drawing import limit_words
from bpmn.model import Node
from bpmn.package import FlowPackage
from bpmn.power import Basis, Limit, Power


@dataclass(frozen=True)
class FlowWords:
    """The words of one package in ``lang`` (zh or en)."""

    package: FlowPackage
    lang: str

    @cached_property
    def labels(self) -> dict[str, str]:
        """Names of elements by id; empty in Chinese, where the model's own names stand."""
        return self.package.labels(self.lang)

    @cached_property
    def all(self) -> dict[str, str]:
        """What the drawing and the text twin translate with: names by id, posts and sentences by their Chinese."""
        return {**self._texts, **self._posts, **self.labels}

    @property
    def title(self) -> str:
        """The name of the flow."""
        process = self.package.definitions.main
        if process is None:
            return ""
        return self.labels.get(process.id) or self.text(process.name) or process.id

    @property
    def power(self) -> Power:
        """The power data; an empty power for an exercise, so that pages need no second case."""
        process = self.package.definitions.main
        return process.power if process is not None and process.power is not None else Power(type="")

    @property
    def applies_online(self) -> bool:
        """Can a citizen open a case here: is the first step the applicant's own, with a form?"""
        node = self.node(self.power.apply)
        if node is None or node.step is None or not node.step.form:
            return False
        lane = self.package.definitions.lanes.get(node.lane or "")
        return lane is not None and lane.role == "applicant"

    def name(self, element: str) -> str:
        """The name of a node, lane or arrow, by its id or ``scope/id`` key; its id when it has none."""
        id_ = element.rpartition("/")[2]
        definitions = self.package.definitions
        found = definitions.nodes.get(id_) or definitions.flows.get(id_) or definitions.lanes.get(id_)
        return self.labels.get(id_) or (found.name if found is not None else "") or id_

    def node(self, element: str) -> Node | None:
        """The node of an id or ``scope/id`` key."""
        return self.package.definitions.nodes.get(element.rpartition("/")[2])

    def is_public(self, element: str) -> bool:
        """Is the element shown on public pages?"""
        node = self.node(element)
        return node is None or node.step is None or node.step.public

    def post(self, element: str) -> str:
        """Who acts at a node: its post, else its lane; '' where nobody does."""
        node = self.node(element)
        if node is None:
            return ""
        if node.step is not None and node.step.post:
            return self.post_name(node.step.post)
        return self.name(node.lane) if node.lane else ""

    def post_name(self, post: str) -> str:
        """A post (岗位) in the language."""
        return self._posts.get(post, post)

    def text(self, sentence: str) -> str:
        """A condition, document, remedy or other sentence of the model in the language."""
        return self._texts.get(sentence, sentence)

    def basis(self, basis: Basis) -> str:
        """A legal basis as it is cited: 《行政许可法》第三十二条 / Administrative Licensing Law, article 32."""
        if self.lang == "zh":
            return str(basis)
        return ", ".join(part for part in (self.text(basis.instrument), self.text(basis.article)) if part)

    def limits(self, limits: tuple[Limit, ...]) -> list[str]:
        """Limits in words, those without a number left out."""
        return [words for words in (limit_words(limit, self.lang) for limit in limits) if words]

    @cached_property
    def _posts(self) -> dict[str, str]:
        return self.package.posts(self.lang)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return self.package.texts(self.lang)
