"""What is written in and beside the elements, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.drawing import limit_words
from bpmn.model import Definitions, Node

_PREFIX = {
    "zh": {"lane": "办理方：", "post": "岗位：", "limit": "时限：", "two": "（两人以上）"},
    "en": {"lane": "By: ", "post": "Post: ", "limit": "Limit: ", "two": " (two officers)"},
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """Names by element id from ``labels``, posts by their Chinese, else as the file says."""

    definitions: Definitions
    labels: Mapping[str, str]
    lang: str
    #: Is the lane a line of every box?
    show_lane: bool = False

    def name(self, id_: str, given: str) -> str:
        return self.labels.get(id_) or given

    def small_lines(self, node: Node) -> list[tuple[str, str]]:
        """(role, text) of what stands below the name: lane, post, limit."""
        prefix = _PREFIX[self.lang]
        lines = []
        if self.show_lane and (lane := self._lane(node)):
            lines.append(("lane", prefix["lane"] + lane))
        step = node.step
        if step is not None and step.post:
            post = self.labels.get(step.post, step.post)
            lines.append(("post", prefix["post"] + post + (prefix["two"] if step.people > 1 else "")))
        if step is not None:
            limits = dict.fromkeys(limit_words(limit, self.lang) for limit in step.limits)
            stated = [words for words in limits if words]
            lines += [("limit", ("" if index else prefix["limit"]) + words) for index, words in enumerate(stated)]
        return lines

    def _lane(self, node: Node) -> str:
        lane = self.definitions.lanes.get(node.lane or "")
        if lane is not None:
            return self.name(lane.id, lane.name)
        pools = [pool for pool in self.definitions.pools if pool.process == node.process]
        return self.name(pools[0].id, pools[0].name) if pools and len(self.definitions.pools) > 1 else ""
