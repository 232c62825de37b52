"""A drawing as JSON and back: how the layout child hands it over, or why it could not."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bpmn.drawing import Box, Drawing, Label, Line, PlacedFlow, PlacedLane, PlacedNode, PlacedPool
from bpmn.errors import Refused


def to_json(drawing: Drawing) -> bytes:
    """A drawing as one JSON document."""
    return json.dumps(asdict(drawing), ensure_ascii=False).encode()


def refusal(refused: Refused) -> bytes:
    """A refusal as one JSON document."""
    reason = {"code": refused.code, "element": refused.element, "line": refused.line, **refused.params}
    return json.dumps({"refused": reason}, ensure_ascii=False, default=str).encode()


def from_answer(answer: bytes) -> Drawing:
    """The drawing a child answered. Raises the Refused it met."""
    stored = json.loads(answer)
    if "refused" in stored:
        raise Refused(**stored["refused"])
    return from_stored(stored)


def from_stored(stored: dict[str, Any]) -> Drawing:
    """What ``to_json`` wrote, parsed."""
    return Drawing(
        **{key: stored[key] for key in ("form", "notation", "lang", "width", "height")},
        nodes=tuple(PlacedNode(**_parts(node)) for node in stored["nodes"]),
        flows=tuple(
            PlacedFlow(**{**flow, "points": tuple((x, y) for x, y in flow["points"])}) for flow in stored["flows"]
        ),
        labels=tuple(Label(**_parts(label)) for label in stored["labels"]),
        lanes=tuple(PlacedLane(**_parts(lane)) for lane in stored["lanes"]),
        pools=tuple(PlacedPool(**_parts(pool)) for pool in stored["pools"]),
        order=tuple(stored["order"]),
    )


def _parts(stored: dict[str, Any]) -> dict[str, Any]:
    return {**stored, "box": Box(**stored["box"]), "lines": tuple(Line(**line) for line in stored["lines"])}
