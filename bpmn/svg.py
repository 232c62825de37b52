"""Raw Graphviz SVG → the picture people get: stable ids, links in reading order, classes instead of colours, symbols.

Graphviz's text is never passed on: shapes and routes are read from it as numbers, names come from the drawing, and
``assert_safe`` lets nothing out that is not in a closed vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from bpmn import places, xml
from bpmn.anchors import anchor
from bpmn.chart_words import words
from bpmn.citing import title_of
from bpmn.describe import describe
from bpmn.drawing import Box, Drawing, Label, Line, PlacedFlow, PlacedNode
from bpmn.errors import Refused
from bpmn.frame import Frame
from bpmn.model import Definitions, Node
from bpmn.node_shapes import node_of
from bpmn.paths import Origin, number, outline, route
from bpmn.places import times_place
from bpmn.safe_svg import RAW, SVG, assert_safe
from bpmn.svg_parts import circle, element, frame_group, rect, shapes, text_lines, use

__all__ = ["assert_safe", "dress"]

PAD = 6


def dress(
    raw_svg: bytes,
    definitions: Definitions,
    drawing: Drawing,
    prefix: str = "",
    *,
    labels: Mapping[str, str] | None = None,
    framed: Frame | None = None,
) -> str:
    """The picture of ``drawing``, from the SVG that Graphviz made of ``diagram.to_dot(definitions, drawing)``.

    Ids are ``<prefix>node-<id>``, ``<prefix>edge-<id>``, ``<prefix>lane-<id>``; every node is a link to ``#step-<id>``.
    ``labels`` are names by element id and translations of Chinese texts; ``framed`` is the frame that was drawn too.
    Raises Refused ``draw.failed`` when an element of the drawing is missing in the raw SVG.
    """
    return _Dresser(raw_svg, definitions, drawing, prefix, labels or {}, framed).svg()


class _Dresser:
    def __init__(
        self,
        raw_svg: bytes,
        definitions: Definitions,
        drawing: Drawing,
        prefix: str,
        labels: Mapping[str, str],
        framed: Frame | None,
    ) -> None:
        self.definitions, self.drawing, self.prefix, self.labels = definitions, drawing, prefix, labels
        self.framed = framed
        root = xml.parse(raw_svg[max(raw_svg.find(b"<svg"), 0) :], RAW)
        self.raw = {group.get("id", ""): group for group in root.iter(f"{{{SVG}}}g")}
        self.origin = Origin.of(self.raw.get("origin"))
        self.size = _common_size(drawing)
        self.ids: set[str] = set()
        self.numbers = {placed.id: placed.number for placed in drawing.nodes}
        self.names = _names_beside(drawing)

    def svg(self) -> str:
        root = self._root()
        ground = element("g", aria_hidden="true")
        self._lanes(ground)
        self._flows(ground)
        root.append(ground)
        body = element("g", font_size=number(self.size), text_anchor="middle")
        for placed in self._in_reading_order():
            body.append(self._node(placed))
        root.append(body)
        if self.framed is not None:
            root.append(frame_group(self.framed, self._group, self.origin, self.size))
        return etree.tostring(root, encoding="unicode")

    def _root(self) -> etree._Element:
        box = (
            self.framed.box if self.framed else Box(left=0, top=0, right=self.drawing.width, bottom=self.drawing.height)
        )
        root = element(
            "svg",
            viewBox=" ".join(
                number(value) for value in (box.left - PAD, box.top - PAD, box.width + 2 * PAD, box.height + 2 * PAD)
            ),
            width=number(box.width + 2 * PAD),
            height=number(box.height + 2 * PAD),
            class_=f"flowchart form-{self.drawing.form} {self.drawing.notation}",
            role="group",
            aria_labelledby=self._id("chart-title"),
            aria_describedby=self._id("chart-about"),
        )
        steps = sum(1 for placed in self.drawing.nodes if placed.number)
        say = words(self.drawing.lang)["say"]
        key = "about_lanes" if self.drawing.lanes else "about"
        title, about = element("title", id=self.prefix + "chart-title"), element("desc", id=self.prefix + "chart-about")
        title.text = title_of(self.definitions, self.drawing.lang, self.labels)
        about.text = say[key].format(steps=steps, lanes=len(self.drawing.lanes))
        root.extend([title, about])
        return root

    def _id(self, name: str) -> str:
        """An id used once in this picture."""
        made = self.prefix + name
        self.ids.add(made)
        return made

    def _group(self, key: str) -> etree._Element:
        found = self.raw.get(key)
        if found is None:
            raise Refused("draw.failed", reason=f"{key} was not drawn")
        return found

    # -- ground: lanes, arrows, labels of arrows ------------------------------------------------------------------

    def _lanes(self, ground: etree._Element) -> None:
        for i, pool in enumerate(self.drawing.pools):
            ground.append(self._band(f"p{i}", pool.id, "pool", pool.box, pool.lines))
        for i, lane in enumerate(self.drawing.lanes):
            ground.append(self._band(f"c{i}", lane.id, "lane alt" if i % 2 else "lane", lane.box, lane.lines))

    def _band(self, key: str, band_id: str, name: str, box: Box, lines: tuple[Line, ...]) -> etree._Element:
        group = element("g", class_=name, text_anchor="middle")
        self._identify(group, f"{name.split()[0]}-{anchor(band_id)}")
        group.append(rect(box, 0))
        for text in text_lines(self._group(key), lines, box.centre[0], self.origin, self.size):
            text.set("font-size", text.get("font-size") or number(self.size))
            text.attrib.pop("class", None)
            group.append(text)
        return group

    def _flows(self, ground: etree._Element) -> None:
        for i, flow in enumerate(self.drawing.flows):
            if len(flow.points) > 1:
                ground.append(self._flow(f"e{i}", flow))
        known = self.definitions.nodes.keys()
        labels = element("g", class_="lbl")
        for i, placed in enumerate(self.drawing.labels):
            if placed.owner not in known:
                labels.extend(self._label(f"l{i}", placed))
        if len(labels):
            ground.append(labels)

    def _flow(self, key: str, flow: PlacedFlow) -> etree._Element:
        kind = "seq" if flow.kind == "sequence" else "msg"
        drawn = self.definitions.flows.get(flow.id)
        group = element("g", class_=f"flow {kind} ret" if drawn is not None and drawn.returns else f"flow {kind}")
        self._identify(group, f"edge-{anchor(flow.id)}")
        for path in self._group(key).iter(f"{{{SVG}}}path"):
            group.append(element("path", d=route(path.get("d", ""), self.origin)))
        for head in self._group(key).iter(f"{{{SVG}}}polygon", f"{{{SVG}}}ellipse"):
            if xml.local_name(head) == "polygon":
                group.append(element("path", class_="head", d=outline(head.get("points", ""), self.origin)))
            else:
                group.append(circle(head, self.origin, "head"))
        x, y = times_place(self.drawing, flow)
        group.append(element("g", class_="ov", transform=f"translate({number(x)} {number(y + 4)})"))
        return group

    def _identify(self, made: etree._Element, name: str) -> None:
        """Give an id once: a second element with the same id (an invalid file) is drawn without one."""
        if self.prefix + name not in self.ids:
            made.set("id", self._id(name))

    # -- nodes ----------------------------------------------------------------------------------------------------

    def _in_reading_order(self) -> list[PlacedNode]:
        place = {node_id: i for i, node_id in enumerate(self.drawing.order)}
        return sorted(self.drawing.nodes, key=lambda placed: place.get(placed.id, len(place)))

    def _node(self, placed: PlacedNode) -> etree._Element:
        node = node_of(self.definitions, placed.id)
        key = f"n{self.drawing.nodes.index(placed)}"
        link = element(
            "a",
            href=f"#step-{anchor(node.id)}",
            class_=" ".join(_classes(node)),
            aria_label=describe(self.definitions, self.drawing, placed, self.names.get(node.id, ""), self.labels),
        )
        self._identify(link, f"node-{anchor(node.id)}")
        raw = self._group(key)
        link.extend(shapes(raw, placed, node, self.origin))
        link.extend(text_lines(raw, placed.lines, placed.box.centre[0], self.origin, self.size))
        for i, label in enumerate(self.drawing.labels):
            if label.owner == node.id:
                link.extend(self._label(f"l{i}", label, "beside"))
        link.extend(self._marks(placed, node))
        return link

    def _label(self, key: str, label: Label, name: str = "") -> list[etree._Element]:
        x = {"start": label.box.left, "end": label.box.right}.get(label.anchor, label.box.centre[0])
        made = text_lines(self._group(key), label.lines, x, self.origin, self.size)
        for text in made:
            text.set("text-anchor", label.anchor)
            if name:
                text.set("class", name)
            if text.get("font-size") is None:
                text.set("font-size", number(self.size))
        return made

    def _marks(self, placed: PlacedNode, node: Node) -> list[etree._Element]:
        made = [
            use(f"i-{symbol.name}", symbol.left, symbol.top, symbol.side, symbol.side, "ico")
            for symbol in places.symbols(node, placed)
        ]
        corner = places.type_place(node, placed)
        if corner is not None:
            left, top = corner[0] - places.TYPE / 2, corner[1] - places.TYPE / 2
            made.append(use(f"t-{node.type}", left, top, places.TYPE, places.TYPE, "ico"))
        level = places.risk_level(node)
        if level:
            left, top = places.risk_place(placed)
            made.append(use(f"r-{level}", left, top, places.RISK_WIDTH, places.RISK_HEIGHT, "risk"))
        if placed.number:
            x, y = places.number_place(placed)
            text = element("text", class_="nt", x=number(x), y=number(y + 3.8))
            text.text = str(placed.number)
            made += [element("circle", class_="nb", cx=number(x), cy=number(y), r="9"), text]
        if node.kind != "artifact":
            place = places.badge_place(node, placed)
            scale = "" if place.scale == 1 else f"scale({number(place.scale)})"
            made.append(
                element("g", class_="ov", transform=f"translate({number(place.left)} {number(place.top)}){scale}")
            )
        return made


def _classes(node: Node) -> list[str]:
    names = ["bpmn", node.kind, f"k-{node.type}"]
    if node.expanded:
        names.append("open")
    if not node.interrupting:
        names.append("soft")
    if node.triggered_by_event:
        names.append("evented")
    return names


def _common_size(drawing: Drawing) -> float:
    sizes = [line.size for placed in drawing.nodes for line in placed.lines]
    return max(set(sizes), key=sizes.count) if sizes else 15.0


def _names_beside(drawing: Drawing) -> dict[str, str]:
    joint = "" if drawing.lang == "zh" else " "
    return {label.owner: joint.join(line.text for line in label.lines) for label in drawing.labels}
