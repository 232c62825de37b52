"""What stands around a printed chart: title and limits, the column of bases and risks, legend and footer.

Contents after the layout conventions of published 行政权力运行流程图 (facts: domain.md 7.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bpmn.chart_words import words
from bpmn.citing import cited, title_of
from bpmn.dot import Dot, label
from bpmn.drawing import Box, Drawing, Line, limit_words
from bpmn.measure import width, wrap
from bpmn.model import Definitions, Node
from bpmn.palette import colour
from bpmn.power import Basis, Limit, Power

INCH = 72
GUTTER = 216
GAP = 8
_LEGEND = ("done", "current", "warn", "overdue", "returned", "todo", "skipped", "incident", "suspended", "clock")


@dataclass(frozen=True, kw_only=True)
class Text:
    """Lines at one place; ``box`` in the drawing's points, y down."""

    box: Box
    lines: tuple[Line, ...]
    #: start or middle.
    anchor: str = "start"
    #: A token of the palette.
    ink: str = "ink"
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Everything around a chart and the box that holds both."""

    texts: tuple[Text, ...]
    #: The column of bases and risks, None without one.
    gutter: Box | None
    box: Box
    #: Signs of the legend, statuses and a clock, with the left top corner of each sign; empty without a status.
    legend: tuple[tuple[str, float, float], ...] = ()


def frame_of(
    definitions: Definitions, drawing: Drawing, labels: Mapping[str, str] | None = None, *, legend: bool = False
) -> Frame:
    """The frame of a chart. ``labels`` holds names by element id and translations of Chinese texts."""
    return _Framer(definitions, drawing, labels or {}).frame(legend)


def draw(dot: Dot, framed: Frame, height: float) -> None:
    """Pin the frame; keys f0…"""
    if framed.gutter is not None:
        box = framed.gutter
        dot.cluster(
            "gutter",
            id="gutter",
            label="",
            bb=f"{box.left:.1f},{height - box.bottom:.1f},{box.right:.1f},{height - box.top:.1f}",
            style="filled",
            fillcolor=colour("fc-lane-alt"),
            color=colour("fc-rule"),
        )
    for i, text in enumerate(framed.texts):
        x, y = text.box.centre
        dot.node(
            f"f{i}",
            id=f"f{i}",
            shape="plaintext",
            pos=f"{x:.2f},{height - y:.2f}",
            width=text.box.width / INCH,
            height=text.box.height / INCH,
            label=label(
                ((line.text, line.size, colour(text.ink), text.bold) for line in text.lines),
                align="CENTER" if text.anchor == "middle" else "LEFT",
                width=text.box.width,
            ),
        )


class _Framer:
    def __init__(self, definitions: Definitions, drawing: Drawing, labels: Mapping[str, str]) -> None:
        self.definitions, self.drawing, self.labels = definitions, drawing, labels
        self.lang = drawing.lang
        self.words = words(drawing.lang)["frame"]
        self.texts: list[Text] = []
        self.right = drawing.width

    def frame(self, legend: bool) -> Frame:
        gutter = self._gutter() if self.drawing.form == "a3" else None
        bottom = max(self.drawing.height, gutter.bottom if gutter else 0) + GAP
        signs: tuple[tuple[str, float, float], ...] = ()
        if legend:
            signs, bottom = self._legend(bottom)
        bottom = self._footer(bottom)
        top = self._title()
        return Frame(
            texts=tuple(self.texts),
            gutter=gutter,
            box=Box(left=0, top=top, right=self.right, bottom=bottom),
            legend=signs,
        )

    def _say(self, key: str, **values: object) -> str:
        return str(self.words[key].format(**values))

    def _translated(self, text: str) -> str:
        return self.labels.get(text, text)

    def _cited(self, bases: Iterable[Basis]) -> str:
        return str(words(self.lang)["say"]["semicolon"]).join(cited(bases, self.lang, self.labels))

    @property
    def power(self) -> Power | None:
        main = self.definitions.main
        return main.power if main else None

    def _title(self) -> float:
        """Title and limits above the chart; returns the top edge."""
        top = float(-GAP)
        limits = " · ".join(self._limit_words())
        if limits:
            top = self._above(top, limits, 13, "ink-2")
        title = title_of(self.definitions, self.lang, self.labels)
        return self._above(top, title, 22, "ink", bold=True) - GAP if title else top

    def _above(self, bottom: float, text: str, size: float, ink: str, *, bold: bool = False) -> float:
        lines = wrap(text, size, self.right - GAP, 9)
        top = bottom - len(lines) * size * 1.35
        self._text(lines, size, 0, top, self.right, anchor="middle", ink=ink, bold=bold)
        return top

    def _limit_words(self) -> Iterator[str]:
        for limit in self.power.limits if self.power else ():
            if limit.kind != "max" or limit.binds != "agency":
                continue
            for key, value in (("statutory", limit.statutory), ("promised", limit.promised)):
                if value is not None:
                    words_ = limit_words(Limit(unit=limit.unit, statutory=value), self.lang)
                    yield self._say(key, limit=words_)

    def _gutter(self) -> Box:
        left, size, y = self.drawing.width + GAP, 10.5, 0.0
        top = min((lane.box.top for lane in self.drawing.lanes), default=0.0)
        y = self._text([self._say("gutter")], 13, left, top + 8, GUTTER, anchor="middle", bold=True)
        numbered = [node for node in self.drawing.nodes if node.number]
        # In rows from the top; within a row by number.
        for placed in sorted(numbered, key=lambda node: (node.box.centre[1] // 40, node.number)):
            node = self.definitions.nodes.get(placed.id)
            if node is None or node.step is None or not (node.step.bases or node.step.risks):
                continue
            y = max(y + 6, placed.box.top)
            for text, ink in self._gutter_lines(node, placed.number):
                y = self._text(wrap(text, size, GUTTER - 16), size, left + 8, y, GUTTER - 16, ink=ink)
        self.right = left + GUTTER
        return Box(left=left, top=top, right=self.right, bottom=max(self.drawing.height, y + GAP))

    def _gutter_lines(self, node: Node, number: int) -> Iterator[tuple[str, str]]:
        step = node.step
        if step is None:
            return
        if step.bases:
            yield self._say("gutter_basis", number=number, basis=self._cited(step.bases)), "ink-2"
        level = words(self.lang)["risk_level"]
        for risk in step.risks:
            text = self._translated(risk.text)
            yield self._say("gutter_risk", number=number, level=level.get(risk.level, ""), risk=text), "overdue"

    def _legend(self, top: float) -> tuple[tuple[tuple[str, float, float], ...], float]:
        """Signs and their words in rows; returns the signs and the lower edge."""
        names = words(self.lang)["legend"]
        signs, x, y = [], 0.0, top
        for status in _LEGEND:
            need = 24 + width(names[status], 12) + 14
            if x and x + need > self.right:
                x, y = 0.0, y + 26
            signs.append((status, x, y))
            self._text([names[status]], 12, x + 25, y + 2, need - 25)
            x += need
        return tuple(signs), y + 30

    def _footer(self, top: float) -> float:
        """承办机构, place, phone, complaints, fee, remedies, bases, code."""
        power = self.power
        if power is None:
            return top
        facts = [
            self._say(key, **{key: self._translated(value)})
            for key in ("body", "address", "hours", "phone", "complaint", "fee", "code")
            if (value := getattr(power, key))
        ]
        remedies = "；".join(self._translated(remedy.text) for remedy in power.remedies)
        if remedies:
            facts.append(self._say("remedy", remedy=remedies))
        if power.bases:
            facts.append(self._say("bases", bases=self._cited(power.bases)))
        lines = _flowing(facts, 12, self.right - GAP)
        return self._text(lines, 12, 0, top, self.right, ink="ink-2") + 4 if lines else top

    def _text(
        self,
        lines: list[str],
        size: float,
        left: float,
        top: float,
        room: float,
        *,
        anchor: str = "start",
        ink: str = "ink",
        bold: bool = False,
    ) -> float:
        """Add lines; returns their lower edge."""
        bottom = top + len(lines) * size * 1.35
        # A start-anchored Graphviz label is centred in its node: the node is as wide as its widest line.
        wide = room if anchor == "middle" else max((width(line, size) for line in lines), default=0) + 2
        self.texts.append(
            Text(
                box=Box(left=left, top=top, right=left + wide, bottom=bottom),
                lines=tuple(Line(text=line, size=size, role="frame") for line in lines),
                anchor=anchor,
                ink=ink,
                bold=bold,
            )
        )
        return bottom


def _flowing(facts: list[str], size: float, room: float) -> list[str]:
    """Facts side by side while they fit a line; a long one is wrapped."""
    lines: list[str] = []
    for fact in facts:
        joined = f"{lines[-1]} · {fact}" if lines else fact
        if lines and width(joined, size) <= room:
            lines[-1] = joined
        else:
            lines += wrap(fact, size, room)
    return lines
