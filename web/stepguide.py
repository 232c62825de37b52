"""What an officer should see beside a form: where a step can send the case back to, and who may act with them."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.feel import FeelError, compile_expression
from bpmn.model import Flow
from engine.answers import Person, WorkItem
from web.flowwords import FlowWords
from web.language import gettext as _


@dataclass(frozen=True, kw_only=True)
class WayBack:
    """One answer that sends the case back, and where to."""

    answer: str
    #: Element id and name of the step that is done again, and its post.
    target: str
    name: str
    post: str


def ways_back(words: FlowWords, element: str) -> list[WayBack]:
    """The return arrows a step leads to through gateways alone, in the order of the file."""
    definitions = words.package.definitions
    start = element.rpartition("/")[2]
    found: list[WayBack] = []
    waiting, seen = [start], {start}
    while waiting:
        for flow in definitions.outgoing(waiting.pop(0)):
            target = definitions.nodes.get(flow.target)
            if flow.returns:
                answer = words.name(flow.id) if flow.name else ""
                found.append(_way_back(words, answer, flow.target))
            elif target is not None and target.kind == "gateway" and target.id not in seen:
                seen.add(target.id)
                waiting.append(target.id)
    return found


def answers(words: FlowWords, item: WorkItem) -> list[tuple[str, str]]:
    """The arrows somebody may choose at a gateway, each with its words: its name, else where it leads."""
    flows = words.package.definitions.flows
    return [(choice.arrow, _leads(words, flows.get(choice.arrow), choice.label)) for choice in item.choices]


def names_read(words: FlowWords, element: str) -> list[str]:
    """Case data the arrows out of an element decide by: what may be corrected when it is stuck."""
    names: set[str] = set()
    for flow in words.package.definitions.outgoing(element.rpartition("/")[2]):
        try:
            names |= compile_expression(flow.condition).names if flow.condition else frozenset()
        except FeelError:
            continue
    return sorted(names)


def companions(everybody: list[Person], me: Person, post: str) -> list[Person]:
    """Who can be the second officer of a step that two must do: others with the same post."""
    return [other for other in everybody if other.name != me.name and (not post or post in other.posts)]


def _leads(words: FlowWords, flow: Flow | None, label: str) -> str:
    if flow is None or flow.name:
        return words.name(flow.id) if flow is not None else label
    return _("到“%(name)s”", name=words.name(flow.target))


def _way_back(words: FlowWords, answer: str, target: str) -> WayBack:
    return WayBack(answer=answer, target=target, name=words.name(target), post=words.post(target))
