"""Bytes → Definitions, for any BPMN 2.0 file.

Tolerant on purpose: what another modeler wrote is drawn and explained, not turned away; what had to be mended is
listed in ``Definitions.problems`` and judged by the linter. Only a file that is not BPMN, or is hostile, is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from bpmn import vocabulary, xml
from bpmn.errors import Refused
from bpmn.model import (
    ARTIFACTS,
    FLOW_NODES,
    SUB_PROCESSES,
    SUN,
    Association,
    Bounds,
    Definitions,
    EventDefinition,
    Flow,
    Lane,
    Loop,
    MessageFlow,
    Node,
    Pool,
    Problem,
    Process,
)
from bpmn.power_reader import read_power, read_step

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
B = f"{{{BPMN}}}"

MAX_NODES = 2_000
MAX_FLOWS = 5_000
MAX_DEPTH = 12
#: A name is a label on a chart; what is longer is cut with an ellipsis.
MAX_NAME = 200
#: Coordinates of the file's own drawing beyond this are ignored (they crash PNG output).
MAX_COORDINATE = 20_000

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
#: What a process or sub-process may hold besides flow nodes and artifacts (BPMN 2.0, Semantic.xsd). Anything else in
#: the BPMN namespace is a misspelt or unknown flow element, and dropping it silently would make the picture lie.
_HELD = (
    FLOW_NODES
    | ARTIFACTS
    | frozenset(
        "documentation extensionElements incoming outgoing auditing monitoring property laneSet sequenceFlow "
        "association dataObject ioSpecification dataInputAssociation dataOutputAssociation resourceRole performer "
        "humanPerformer potentialOwner correlationSubscription supports supportedInterfaceRef ioBinding artifact "
        "completionCondition standardLoopCharacteristics multiInstanceLoopCharacteristics".split()
    )
)
_PERFORMERS = frozenset("resourceRole performer humanPerformer potentialOwner".split())
_EXPRESSION_CHILDREN = ("timeDate", "timeDuration", "timeCycle")


def clean(text: str | None) -> str:
    """A label fit for people: no control, bidi-override or zero-width characters, single spaces, at most 200 long."""
    words = " ".join(_INVISIBLE.sub("", text or "").split())
    return words if len(words) <= MAX_NAME else words[: MAX_NAME - 1] + "…"


def read(data: bytes) -> Definitions:
    """Read a BPMN 2.0 file. Raises Refused (``xml.*``, ``bpmn.not_bpmn``, ``bpmn.empty``, ``bpmn.too_many``, …)."""
    root = xml.parse(data)
    if xml.local_name(root) != "definitions" or xml.namespace(root) != BPMN:
        raise Refused("bpmn.not_bpmn", line=root.sourceline, found=xml.local_name(root))
    return _Reader(root).definitions()


class _Reader:
    """One pass over one file; collects ids and problems on the way."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.seen: dict[str, int | None] = {}
        self.names = {
            element.get("id", ""): clean(element.get("name"))
            for element in root
            if xml.local_name(element) in ("message", "signal", "error", "escalation")
        }
        self.shapes, self.labels_open, self.edges = self._diagram()
        self.lane_of: dict[str, str] = {}
        self.data_associations: list[Association] = []

    def definitions(self) -> Definitions:
        pools = tuple(self._pools())
        processes = tuple(self._process(element) for element in self.root.findall(f"{B}process"))
        if not any(process.nodes for process in processes) and not pools:
            raise Refused("bpmn.empty", line=self.root.sourceline)
        self._lane_members(processes)
        self.problems += vocabulary.check(self.root)
        known = {node.id for process in processes for node in process.nodes} | {pool.id for pool in pools}
        artifacts = tuple(self._collaboration_artifacts())
        known |= {artifact.id for artifact in artifacts}
        return Definitions(
            id=self.root.get("id", ""),
            name=clean(self.root.get("name")),
            processes=processes,
            pools=pools,
            message_flows=tuple(self._message_flows(known)),
            associations=tuple(a for a in self._associations() if a.source in known and a.target in known),
            artifacts=artifacts,
            planes=self._planes(),
            expression_language=self.root.get("expressionLanguage", ""),
            problems=tuple(self.problems),
        )

    # -- processes ----------------------------------------------------------------------------------------------

    def _process(self, element: etree._Element) -> Process:
        process = self._id(element, "process")
        lanes = tuple(self._lanes(element, process))
        nodes = list(self._nodes(element, process, None, 1))
        if len(nodes) > MAX_NODES:
            raise Refused("bpmn.too_many", element=process, line=element.sourceline, count=len(nodes), limit=MAX_NODES)
        nodes = self._boundary_events_follow_their_host(nodes)
        flows = tuple(self._flows(element, process, None, {node.id: node for node in nodes}))
        if len(flows) > MAX_FLOWS:
            raise Refused("bpmn.too_many", element=process, line=element.sourceline, count=len(flows), limit=MAX_FLOWS)
        return Process(
            id=process,
            name=clean(element.get("name")),
            executable=element.get("isExecutable") == "true",
            lanes=lanes,
            nodes=tuple(nodes),
            flows=flows,
            power=read_power(_extension(element, "power")),
            documentation=_documentation(element),
            line=element.sourceline,
        )

    def _lanes(self, scope: etree._Element, process: str, parent: str | None = None) -> Iterator[Lane]:
        for lane_set in [*scope.findall(f"{B}laneSet"), *scope.findall(f"{B}childLaneSet")]:
            for element in lane_set.findall(f"{B}lane"):
                lane = self._id(element, "lane")
                sun = _extension(element, "lane")
                yield Lane(
                    id=lane,
                    name=clean(element.get("name")),
                    process=process,
                    parent=parent,
                    role=sun.get("role", "") if sun is not None else "",
                    bounds=self.shapes.get(lane),
                    line=element.sourceline,
                )
                for reference in element.findall(f"{B}flowNodeRef"):
                    # A nested lane names its nodes again: the innermost, read last, is the one that counts.
                    self.lane_of[(reference.text or "").strip()] = lane
                yield from self._lanes(element, process, lane)

    def _lane_members(self, processes: tuple[Process, ...]) -> None:
        members = {node.id for process in processes for node in process.nodes}
        for member, lane in self.lane_of.items():
            if member not in members:
                self._problem("bpmn.unknown_lane_member", lane, self.seen.get(lane), missing=member)

    def _nodes(self, scope: etree._Element, process: str, parent: str | None, depth: int) -> Iterator[Node]:
        if depth > MAX_DEPTH:
            raise Refused("bpmn.too_deep", element=parent, line=scope.sourceline, limit=MAX_DEPTH)
        for element in scope:
            name = xml.local_name(element)
            if xml.namespace(element) == BPMN and name not in _HELD:
                self._problem("bpmn.unknown_element", element.get("id") or parent, element.sourceline, name=name)
            if xml.namespace(element) != BPMN or name not in FLOW_NODES | ARTIFACTS:
                continue
            node = self._node(element, name, process, parent)
            yield node
            if name in SUB_PROCESSES:
                yield from self._nodes(element, process, node.id, depth + 1)

    def _node(self, element: etree._Element, name: str, process: str, parent: str | None) -> Node:
        node = self._id(element, name)
        self.data_associations += self._data_associations(element, node)
        has_inside = any(xml.local_name(child) in FLOW_NODES for child in element)
        text = clean(element.findtext(f"{B}text")) if name == "textAnnotation" else clean(element.get("name"))
        return Node(
            id=node,
            type=name,
            name=text,
            process=process,
            parent=parent,
            lane=self.lane_of.get(node) or (self.lane_of.get(parent) if parent else None),
            attached_to=element.get("attachedToRef") if name == "boundaryEvent" else None,
            interrupting=element.get("cancelActivity", element.get("isInterrupting", "true")) != "false",
            events=tuple(self._events(element)),
            default=element.get("default"),
            loop=_loop(element),
            for_compensation=element.get("isForCompensation") == "true",
            triggered_by_event=element.get("triggeredByEvent") == "true",
            called=_local(element.get("calledElement")),
            script=(element.findtext(f"{B}script") or "").strip(),
            script_format=element.get("scriptFormat", ""),
            message=self._message(element),
            instantiate=element.get("instantiate") == "true",
            performers=tuple(role for child in element if (role := xml.local_name(child)) in _PERFORMERS),
            unsupported=tuple(_unsupported(element)),
            expanded=name in SUB_PROCESSES and has_inside and self.labels_open.get(node, True),
            documentation=_documentation(element),
            step=read_step(_extension(element, "step")),
            bounds=self.shapes.get(node),
            line=element.sourceline,
        )

    def _message(self, element: etree._Element) -> str:
        ref = _local(element.get("messageRef"))
        return self.names.get(ref, ref)

    def _events(self, element: etree._Element) -> Iterator[EventDefinition]:
        for child in element:
            name = xml.local_name(child)
            if not name.endswith("EventDefinition"):
                continue
            kind = name.removesuffix("EventDefinition")
            ref = _local(child.get(f"{kind}Ref")) or clean(child.get("name"))
            timer = next((c for c in child if xml.local_name(c) in _EXPRESSION_CHILDREN), None)
            condition = child.find(f"{B}condition")
            yield EventDefinition(
                kind=kind,
                ref=ref,
                name=self.names.get(ref, ""),
                timer=xml.local_name(timer) if timer is not None else "",
                text=_text(timer if timer is not None else condition),
            )
        for reference in element.findall(f"{B}eventDefinitionRef"):
            yield EventDefinition(kind="multiple", ref=(reference.text or "").strip())

    def _boundary_events_follow_their_host(self, nodes: list[Node]) -> list[Node]:
        by_id = {node.id: node for node in nodes}
        mended = []
        for node in nodes:
            host = by_id.get(node.attached_to or "")
            if node.type == "boundaryEvent" and host is None:
                self._problem("bpmn.boundary_without_host", node.id, node.line, host=node.attached_to or "")
                node = replace(node, attached_to=None)
            elif host is not None:
                node = replace(node, lane=host.lane)
            mended.append(node)
        return mended

    def _flows(self, scope: etree._Element, process: str, parent: str | None, nodes: dict[str, Node]) -> Iterator[Flow]:
        for element in scope:
            name = xml.local_name(element)
            if name in SUB_PROCESSES:
                yield from self._flows(element, process, element.get("id"), nodes)
            if name != "sequenceFlow" or xml.namespace(element) != BPMN:
                continue
            flow, source, target = self._id(element, name), element.get("sourceRef", ""), element.get("targetRef", "")
            missing = next((end for end in (source, target) if end not in nodes), None)
            if missing is not None:
                self._problem("bpmn.dangling_arrow", flow, element.sourceline, missing=missing)
                continue
            arrow = _extension(element, "arrow")
            condition = element.find(f"{B}conditionExpression")
            yield Flow(
                id=flow,
                source=source,
                target=target,
                name=clean(element.get("name")),
                condition=_text(condition),
                language=condition.get("language", "") if condition is not None else "",
                process=process,
                parent=parent,
                returns=arrow is not None and arrow.get("return") == "true",
                waypoints=self.edges.get(flow, ()),
                line=element.sourceline,
            )

    # -- collaboration and artifacts ----------------------------------------------------------------------------

    def _pools(self) -> Iterator[Pool]:
        for element in self.root.iterfind(f"{B}collaboration/{B}participant"):
            pool = self._id(element, "participant")
            yield Pool(
                id=pool,
                name=clean(element.get("name")),
                process=_local(element.get("processRef")) or None,
                bounds=self.shapes.get(pool),
            )

    def _message_flows(self, known: set[str]) -> Iterator[MessageFlow]:
        for element in self.root.iterfind(f"{B}collaboration/{B}messageFlow"):
            flow, source, target = self._id(element, "messageFlow"), element.get("sourceRef"), element.get("targetRef")
            if source not in known or target not in known:
                missing = source if source not in known else target
                self._problem("bpmn.dangling_arrow", flow, element.sourceline, missing=missing or "")
                continue
            yield MessageFlow(
                id=flow,
                source=str(source),
                target=str(target),
                name=clean(element.get("name")),
                waypoints=self.edges.get(flow, ()),
                line=element.sourceline,
            )

    def _collaboration_artifacts(self) -> Iterator[Node]:
        for element in self.root.iterfind(f"{B}collaboration/{B}textAnnotation"):
            node = self._id(element, "textAnnotation")
            text = clean(element.findtext(f"{B}text"))
            yield Node(id=node, type="textAnnotation", name=text, bounds=self.shapes.get(node), line=element.sourceline)

    def _associations(self) -> Iterator[Association]:
        for element in self.root.iter(f"{B}association"):
            yield Association(
                id=self._id(element, "association"),
                source=element.get("sourceRef", ""),
                target=element.get("targetRef", ""),
            )
        yield from self.data_associations

    def _data_associations(self, element: etree._Element, node: str) -> Iterator[Association]:
        for association in element:
            name = xml.local_name(association)
            if name == "dataInputAssociation":
                for source in association.findall(f"{B}sourceRef"):
                    yield Association(id=self._id(association, name), source=_text(source), target=node)
                    break
            elif name == "dataOutputAssociation":
                target = _text(association.find(f"{B}targetRef"))
                yield Association(id=self._id(association, name), source=node, target=target)

    # -- the file's own drawing ---------------------------------------------------------------------------------

    def _diagram(
        self,
    ) -> tuple[dict[str, Bounds], dict[str, bool], dict[str, tuple[tuple[float, float], ...]]]:
        shapes: dict[str, Bounds] = {}
        open_: dict[str, bool] = {}
        edges: dict[str, tuple[tuple[float, float], ...]] = {}
        for shape in self.root.iter(f"{{{DI}}}BPMNShape"):
            element = _local(shape.get("bpmnElement"))
            bounds = _bounds(shape.find(f"{{{DC}}}Bounds"))
            if bounds is not None:
                shapes.setdefault(element, bounds)
            if shape.get("isExpanded") is not None:
                open_.setdefault(element, shape.get("isExpanded") == "true")
        for edge in self.root.iter(f"{{{DI}}}BPMNEdge"):
            points = [_point(waypoint) for waypoint in edge.findall(f"{{{DD}}}waypoint")]
            if points and None not in points:
                edges.setdefault(_local(edge.get("bpmnElement")), tuple(point for point in points if point))
        return shapes, open_, edges

    def _planes(self) -> tuple[frozenset[str], ...]:
        return tuple(
            frozenset(
                _local(element.get("bpmnElement"))
                for element in diagram.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge")
            )
            for diagram in self.root.iter(f"{{{DI}}}BPMNDiagram")
        )

    # -- ids and problems ---------------------------------------------------------------------------------------

    def _id(self, element: etree._Element, name: str) -> str:
        """The element's id; a missing one is made from its kind and line, a double one is reported."""
        given = element.get("id")
        if not given:
            made = f"{name}-line-{element.sourceline}-{len(self.seen)}"
            self.seen[made] = element.sourceline
            # So that what lies inside finds its parent by the same id.
            element.set("id", made)
            self._problem("bpmn.missing_id", made, element.sourceline, type=name)
            return made
        if given in self.seen:
            self._problem("bpmn.duplicate_id", given, element.sourceline, first=self.seen[given] or 0)
        self.seen.setdefault(given, element.sourceline)
        return given

    def _problem(self, code: str, element: str | None, line: int | None, **params: object) -> None:
        self.problems.append(Problem(code=code, element=element, line=line, params=params))


def _extension(element: etree._Element, name: str) -> etree._Element | None:
    return element.find(f"{B}extensionElements/{{{SUN}}}{name}")


def _documentation(element: etree._Element) -> str:
    return " ".join((element.findtext(f"{B}documentation") or "").split())


def _loop(element: etree._Element) -> Loop | None:
    many = element.find(f"{B}multiInstanceLoopCharacteristics")
    if many is not None:
        return Loop(
            kind="sequential" if many.get("isSequential") == "true" else "parallel",
            cardinality=_text(many.find(f"{B}loopCardinality")),
            condition=_text(many.find(f"{B}completionCondition")),
            collection=_text(many.find(f"{B}loopDataInputRef")),
            variable=(item.get("name") or item.get("id") or "")
            if (item := many.find(f"{B}inputDataItem")) is not None
            else "",
        )
    standard = element.find(f"{B}standardLoopCharacteristics")
    if standard is None:
        return None
    return Loop(
        kind="standard",
        condition=_text(standard.find(f"{B}loopCondition")),
        test_before=standard.get("testBefore") == "true",
        maximum=standard.get("loopMaximum", ""),
    )


def _unsupported(element: etree._Element) -> Iterator[str]:
    """What the file says of how an element runs that no other field holds (BPMN 10.3, 10.3.8, 10.4.2, 10.6.6)."""
    for name, usual in (("startQuantity", "1"), ("completionQuantity", "1"), ("eventGatewayType", "Exclusive")):
        if element.get(name, usual) != usual:
            yield f"{name}={element.get(name)}"
    many = element.find(f"{B}multiInstanceLoopCharacteristics")
    if many is not None:
        if many.get("behavior", "All") != "All":
            yield f"behavior={many.get('behavior')}"
        yield from (name for name in ("loopDataOutputRef", "outputDataItem") if many.find(f"{B}{name}") is not None)
    for association in element:
        if xml.local_name(association) in ("dataInputAssociation", "dataOutputAssociation"):
            names = (xml.local_name(child) for child in association)
            yield from (name for name in names if name in ("assignment", "transformation"))


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _local(qname: str | None) -> str:
    """A QName reference without its prefix; ids themselves hold no colon."""
    return (qname or "").rpartition(":")[2]


def _bounds(element: etree._Element | None) -> Bounds | None:
    if element is None:
        return None
    values = [_number(element.get(key)) for key in ("x", "y", "width", "height")]
    return Bounds(x=values[0], y=values[1], width=values[2], height=values[3]) if None not in values else None  # type: ignore[arg-type]


def _point(element: etree._Element) -> tuple[float, float] | None:
    x, y = _number(element.get("x")), _number(element.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= MAX_COORDINATE else None
