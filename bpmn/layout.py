"""Definitions → Drawing: the chart of any BPMN file as a lane grid (stages and algorithm: ``bpmn/grid``).

Lanes stand as columns in declared order and full height; nothing overlaps, no arrow passes through a node, every
visible node and arrow is drawn. The same file, profile and labels always give the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bpmn.drawing import Drawing
from bpmn.grid.heads import Heads
from bpmn.grid.placing import place
from bpmn.grid.planning import Plan, fit, make_plan
from bpmn.grid.profile import PROFILES, Profile
from bpmn.grid.scene import PARTICIPANT, look_at
from bpmn.grid.shapes import fit_words
from bpmn.grid.words import Words
from bpmn.model import Definitions

__all__ = ["PROFILES", "Profile", "lay_out"]


def lay_out(
    definitions: Definitions, profile: Profile, labels: Mapping[str, str] | None = None, lang: str = "zh"
) -> Drawing:
    """Lay a file out.

    ``labels`` are names in ``lang`` by element id; posts are named by their Chinese. Coordinates of the drawing
    are points, y down, from its left and top.
    """
    words = Words(definitions=definitions, labels=labels or {}, lang=lang, show_lane=not profile.lanes)
    profile = fit_words([words.name(node.id, node.name) for node in definitions.nodes.values()], profile)
    plan = make_plan(look_at(definitions, lanes=profile.lanes), profile)
    body = place(fit(plan, words, profile), words)
    heads = Heads(plan.scene.columns, body.lanes, words)
    body = body.shifted(0, heads.height)
    order = tuple(_reading_order(plan))
    numbers = _numbers(definitions, order)
    nodes = {node.id: replace(node, number=numbers.get(node.id, 0)) for node in body.nodes}
    bottom = body.height + heads.height
    return Drawing(
        form=profile.form,
        notation=profile.notation,
        lang=lang,
        width=max([body.width, *(label.box.right for label in body.labels)]),
        height=max([bottom, *(label.box.bottom for label in body.labels)]),
        nodes=tuple(nodes[id_] for id_ in order),
        flows=body.flows,
        labels=body.labels,
        lanes=tuple(heads.lanes(bottom)),
        pools=(*heads.pool_heads(bottom), *body.pools),
        order=order,
    )


def _reading_order(plan: Plan) -> Iterator[str]:
    """Along the arrows; an inside follows its sub-process, boundary events their host."""
    for id_ in plan.rows.order:
        if plan.scene.nodes[id_].type != PARTICIPANT:
            yield id_
        if id_ in plan.insides:
            yield from _reading_order(plan.insides[id_])
        yield from (event.id for event in plan.scene.hung.get(id_, ()))


def _numbers(definitions: Definitions, order: Iterable[str]) -> dict[str, int]:
    """Tasks and sub-processes, counted in reading order."""
    steps = [id_ for id_ in order if definitions.nodes[id_].kind in ("task", "sub")]
    return {id_: number for number, id_ in enumerate(steps, start=1)}
