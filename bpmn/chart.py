"""The door to pictures: a BPMN file in, a chart out. What may be hostile is laid out and drawn in limited children.

A caller who gets Refused ``draw.*`` shows the text twin (``bpmn.text``) and a notice instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

from bpmn import drawing_json, frame, graphviz, limited, public_view, svg
from bpmn.anchors import anchor
from bpmn.collapse import collapsed
from bpmn.diagram import to_dot
from bpmn.drawing import Drawing
from bpmn.errors import Refused
from bpmn.model import Definitions
from bpmn.overlay import PictureStatus, Template, make_template
from bpmn.package import FlowPackage
from bpmn.reader import read
from bpmn.standalone import standalone
from bpmn.symbols import sprite

__all__ = ["FORMS", "NOTATIONS", "Picture", "draw_chart", "labels_of", "laid_out", "picture", "sprite"]

FORMS = ("wide", "a4", "a3", "phone")
NOTATIONS = ("gov", "bpmn")
MAX_NODES = 300
MAX_FLOWS = 600


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart as it is stored with a published version: drawn once, rendered with a status at every view."""

    form: str
    notation: str
    lang: str
    #: ``overlay.Template`` as JSON.
    template_json: str
    #: Size in points (CSS pixels at 100 %).
    width: float
    height: float
    #: Node ids in reading order.
    order: tuple[str, ...]
    #: Step numbers by node id.
    numbers: dict[str, int]

    @cached_property
    def template(self) -> Template:
        """The parsed template; keep the picture to keep it parsed."""
        return Template.from_json(self.template_json)

    def render(self, status: PictureStatus | None = None) -> str:
        """The inline ``<svg>``, with a status or blank. The page needs ``sprite()`` and chart.css."""
        return self.template.render(status)

    def to_json(self) -> str:
        """As one JSON document, for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Picture:
        """What ``to_json`` wrote."""
        stored = json.loads(text)
        return cls(**{**stored, "order": tuple(stored["order"])})


def picture(
    data: bytes,
    form: str = "wide",
    notation: str = "gov",
    lang: str = "zh",
    labels: Mapping[str, str] | None = None,
    *,
    prefix: str | None = None,
    public: bool = False,
) -> Picture:
    """Lay out and draw the chart of a BPMN file for pages.

    ``labels`` (``labels_of``) names things in ``lang``; ``prefix`` keeps its ids
    apart from another chart's in the same page: without one, ``m-`` for the phone chart and nothing for others;
    ``public`` draws the chart as the public sees it (``bpmn.public_view``). Raises
    Refused: ``xml.*``, ``bpmn.*``,
    ``draw.too_large``, ``draw.timeout``, ``draw.no_graphviz``, ``draw.failed``, ``draw.unsafe``.
    """
    definitions, drawing = laid_out(data, form, notation, lang, labels, public=public)
    prefix = prefix if prefix is not None else "m-" if form == "phone" else ""
    raw = graphviz.draw(to_dot(definitions, drawing), "svg")
    dressed = svg.dress(raw, definitions, drawing, prefix, labels=labels)
    svg.assert_safe(dressed)
    return Picture(
        form=form,
        notation=notation,
        lang=lang,
        template_json=make_template(dressed, _ids(drawing), lang, prefix).to_json(),
        width=drawing.width + 2 * svg.PAD,
        height=drawing.height + 2 * svg.PAD,
        order=drawing.order,
        numbers={placed.id: placed.number for placed in drawing.nodes if placed.number},
    )


def draw_chart(
    data: bytes,
    form: str = "wide",
    notation: str = "gov",
    lang: str = "zh",
    labels: Mapping[str, str] | None = None,
    *,
    format: str = "svg",
    status: PictureStatus | None = None,
    framed: bool = True,
    public: bool = False,
) -> bytes:
    """The chart of a BPMN file as a file of its own: ``svg``, ``png`` or ``pdf``, with title, legend and footer.

    Arguments and refusals as ``picture``; additionally ``draw.no_font`` for PNG and PDF on a machine without a
    Chinese font.
    """
    definitions, drawing = laid_out(data, form, notation, lang, labels, public=public)
    around = frame.frame_of(definitions, drawing, labels, legend=status is not None) if framed else None
    if format == "svg":
        raw = graphviz.draw(to_dot(definitions, drawing, framed=around), "svg")
        dressed = svg.dress(raw, definitions, drawing, labels=labels, framed=around)
        shown = make_template(dressed, _ids(drawing), lang).render(status)
        alone = standalone(shown, lang)
        svg.assert_safe(alone)
        return alone.encode()
    if "draw.no_font" in graphviz.missing():
        raise Refused("draw.no_font", install=graphviz.INSTALL)
    return graphviz.draw(to_dot(definitions, drawing, status or PictureStatus(), framed=around), format)


def labels_of(package: FlowPackage, lang: str) -> dict[str, str]:
    """The words of a package as every picture and twin takes them: names by element id, posts and sentences by their
    Chinese; empty for zh."""
    return {**package.texts(lang), **package.posts(lang), **package.labels(lang)}


def laid_out(
    data: bytes,
    form: str,
    notation: str,
    lang: str = "zh",
    labels: Mapping[str, str] | None = None,
    *,
    bounds: limited.Bounds = limited.BOUNDS,
    public: bool = False,
) -> tuple[Definitions, Drawing]:
    """Read a BPMN file and lay it out in a limited child. A file too large as a whole is laid out with its
    sub-processes collapsed. Raises Refused as ``picture``."""
    if form not in FORMS or notation not in NOTATIONS:
        raise ValueError(f"no such form or notation: {form} {notation}")
    definitions = public_view.public(read(data), lang) if public else read(data)
    collapse = not _fits(definitions)
    if collapse:
        definitions = collapsed(definitions)
        _must_fit(definitions)
    options = {
        "form": form,
        "notation": notation,
        "lang": lang,
        "labels": dict(labels or {}),
        "collapse": collapse,
        "public": public,
    }
    try:
        answer = limited.run(
            [sys.executable, "-m", "bpmn.layout_child"], json.dumps(options).encode() + b"\n" + data, bounds=bounds
        )
    except limited.Exceeded:
        raise Refused("draw.timeout", seconds=bounds.seconds) from None
    except limited.Failed as error:
        raise Refused("draw.failed", reason=error.message) from error
    return definitions, drawing_json.from_answer(answer)


def _fits(definitions: Definitions) -> bool:
    return len(definitions.nodes) <= MAX_NODES and _arrows(definitions) <= MAX_FLOWS


def _must_fit(definitions: Definitions) -> None:
    if not _fits(definitions):
        raise Refused(
            "draw.too_large",
            nodes=len(definitions.nodes),
            flows=_arrows(definitions),
            max_nodes=MAX_NODES,
            max_flows=MAX_FLOWS,
        )


def _arrows(definitions: Definitions) -> int:
    return len(definitions.flows) + len(definitions.message_flows)


def _ids(drawing: Drawing) -> dict[str, str]:
    """Ids in the picture → BPMN ids."""
    nodes = {f"node-{anchor(placed.id)}": placed.id for placed in drawing.nodes}
    return nodes | {f"edge-{anchor(flow.id)}": flow.id for flow in drawing.flows}
