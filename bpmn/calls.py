"""Call activities: the process that is called runs inside the activity, as a sub-process would (BPMN 2.0, 10.3.6).

A called process lies in the same file, or is another published flow whose version is pinned when the caller is
published; it shares the case's data. Inside an activity ``Call`` its elements are ``Call/…``, however deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from bpmn.model import Definitions, Flow, Node, Process
from bpmn.power import Basis, Limit, Power

if TYPE_CHECKING:
    from bpmn.package import FlowPackage


def called(definitions: Definitions, node: Node) -> Process | None:
    """The process a call activity calls, if it is known here: in the file, or joined to it."""
    return next((one for one in definitions.processes if node.called and one.id == node.called), None)


def inlined(process: Process, definitions: Definitions) -> Process:
    """The process with everything it calls inside its call activities. One that would call itself stays empty."""
    return _inlined(process, definitions, (process.id,))


def _inlined(process: Process, definitions: Definitions, around: tuple[str, ...]) -> Process:
    nodes, flows, lanes = list(process.nodes), list(process.flows), list(process.lanes)
    for node in process.nodes:
        target = called(definitions, node) if node.type == "callActivity" else None
        if target is None or target.id in around:
            continue
        inner = _inlined(target, definitions, (*around, target.id))
        nodes += [_moved(one, node, process.id) for one in inner.nodes]
        flows += [_led(one, node, process.id) for one in inner.flows]
        lanes += inner.lanes
    if len(nodes) == len(process.nodes):
        return process
    return replace(process, nodes=tuple(nodes), flows=tuple(flows), lanes=tuple(lanes))


def _moved(node: Node, call: Node, process: str) -> Node:
    def within(id_: str) -> str:
        return f"{call.id}/{id_}"

    return replace(
        node,
        id=within(node.id),
        process=process,
        parent=within(node.parent) if node.parent else call.id,
        attached_to=within(node.attached_to) if node.attached_to else None,
        default=within(node.default) if node.default else None,
    )


def _led(flow: Flow, call: Node, process: str) -> Flow:
    return replace(
        flow,
        id=f"{call.id}/{flow.id}",
        source=f"{call.id}/{flow.source}",
        target=f"{call.id}/{flow.target}",
        process=process,
        parent=f"{call.id}/{flow.parent}" if flow.parent else call.id,
    )


def circular(process: Process, definitions: Definitions) -> Iterator[Node]:
    """Call activities of the process by which it comes to call itself."""
    for node in process.nodes:
        target = called(definitions, node) if node.type == "callActivity" else None
        if target is not None and _reaches(target, process.id, definitions):
            yield node


def _reaches(start: Process, wanted: str, definitions: Definitions) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here.id == wanted:
            return True
        if here.id not in seen:
            seen.add(here.id)
            targets = (called(definitions, node) for node in here.nodes if node.type == "callActivity")
            waiting += [target for target in targets if target is not None]
    return False


def outside(definitions: Definitions) -> list[str]:
    """Keys of the published flows that a file calls: those that are no process of its own, sorted."""
    calls = [node for node in definitions.nodes.values() if node.type == "callActivity" and node.called]
    return sorted({node.called for node in calls if called(definitions, node) is None})


def callees_first(flows: Mapping[str, FlowPackage]) -> list[str]:
    """The keys in an order in which they can be published: what is called before what calls it, else as given."""
    calls = {key: [one for one in outside(flow.definitions) if one in flows] for key, flow in flows.items()}
    return list(TopologicalSorter(calls).static_order())


def joined(definitions: Definitions, flows: Mapping[str, FlowPackage]) -> Definitions:
    """The file with the published flows it calls, each as a process named by its key.

    They are asked for names, posts and forms; what runs as the case's own process stays the file's own. Limits and
    bases that hold for other types of power than the caller's fall away.
    """
    processes = list(definitions.processes)
    power = definitions.main.power if definitions.main else None
    for key, package in flows.items():
        main = package.definitions.main
        for process in package.definitions.processes:
            id_ = key if process is main else process.id
            if all(known.id != id_ for known in processes):
                nodes = tuple(_of_flow(node, key, package, power) for node in process.nodes)
                processes.append(replace(process, id=id_, power=None, executable=False, nodes=nodes))
    return replace(definitions, processes=tuple(processes))


def _of_flow(node: Node, key: str, package: FlowPackage, power: Power | None) -> Node:
    """A node of a joined flow, its form, decision and templates named by where they lie."""
    step = node.step
    if step is None:
        return node
    found = package.decision(step.decision) if step.decision else None
    return replace(
        node,
        step=replace(
            step,
            form=f"{key}/{step.form}" if step.form else "",
            decision=f"{key}/{found[0]}#{found[1].id}" if found else step.decision,
            papers=tuple(replace(paper, template=f"{key}/{paper.template}") for paper in step.papers),
            limits=tuple(limit for limit in step.limits if _holds(limit, power)),
            bases=tuple(basis for basis in step.bases if _holds(basis, power)),
        ),
    )


def _holds(one: Limit | Basis, power: Power | None) -> bool:
    """Does it hold for a caller of this type?"""
    return not one.types or (power is not None and power.type in one.types)
