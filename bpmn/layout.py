"""Definitions → Drawing: the chart of any BPMN file as a lane grid (facts and algorithm: ``bpmn/grid``).

Lanes stand as columns in declared order and full height; nothing overlaps, no arrow passes through a node, every
visible node and arrow is drawn. The same file, profile and labels always give the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bpmn.drawing import Box, Drawing, Line, PlacedLane, PlacedPool
from bpmn.grid.captions import exits
from bpmn.grid.columns import arrange, capacities
from bpmn.grid.mesh import Mesh, weave
from bpmn.grid.metric import Numbers, measure_out, needs_of
from bpmn.grid.placing import Placed, place
from bpmn.grid.profile import PROFILES, Profile
from bpmn.grid.ranking import Rows, rank
from bpmn.grid.routing import Route, route
from bpmn.grid.scene import Column, Scene, look_at
from bpmn.grid.shapes import as_lines, block_height, fit_words, opened, shape_of
from bpmn.grid.tracks import Coordinates, Leg, Tracks, assign, legs_of
from bpmn.grid.words import Words
from bpmn.model import Definitions

__all__ = ["PROFILES", "Profile", "lay_out"]

#: A box that must be narrower to fit its form gets narrower by this, down to the least.
_NARROWER, _LEAST_TEXT = 24, 96
#: What the frame of a sub-process takes from the text inside, and what it leaves at least.
_NESTING, _LEAST_INNER = 56, 56
#: Least height of a heading, and room above and below its text together.
_HEAD, _HEAD_SPACE = 34, 14


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """A scene whose rows, places and routes are settled; they do not depend on sizes."""

    scene: Scene
    rows: Rows
    mesh: Mesh
    routes: Mapping[int, Route]
    legs: Mapping[int, list[Leg]]
    insides: Mapping[str, _Plan]


def lay_out(
    definitions: Definitions, profile: Profile, labels: Mapping[str, str] | None = None, lang: str = "zh"
) -> Drawing:
    """Lay a file out.

    ``labels`` are names in ``lang`` by element id; posts are named by their Chinese. Coordinates of the drawing
    are points, y down, from its left and top.
    """
    words = Words(definitions=definitions, labels=labels or {}, lang=lang, show_lane=not profile.lanes)
    profile = fit_words([words.name(node.id, node.name) for node in definitions.nodes.values()], profile)
    plan = _plan(look_at(definitions, lanes=profile.lanes), profile)
    placed = _fitting(plan, words, profile)
    order = tuple(_reading_order(plan))
    numbers = _numbers(definitions, order)
    heads = _Heads(plan.scene.columns, placed, words)
    body = placed.shifted(0, heads.height)
    by_id = {node.id: replace(node, number=numbers.get(node.id, 0)) for node in body.nodes}
    height = body.height + heads.height
    return Drawing(
        form=profile.form,
        notation=profile.notation,
        lang=lang,
        width=placed.width,
        height=height,
        nodes=tuple(by_id[id_] for id_ in order),
        flows=body.flows,
        labels=body.labels,
        lanes=tuple(heads.lanes(height)),
        pools=(*heads.pools(height), *body.pools),
        order=order,
    )


def _plan(scene: Scene, profile: Profile) -> _Plan:
    rows = rank(scene, capacities(scene, profile.columns))
    mesh = weave(scene, rows, arrange(scene, rows))
    routes = route(scene, rows, mesh)
    return _Plan(
        scene=scene,
        rows=rows,
        mesh=mesh,
        routes=routes,
        legs=legs_of(scene, mesh, routes),
        insides={id_: _plan(inside, profile) for id_, inside in scene.insides.items()},
    )


def _fitting(plan: _Plan, words: Words, profile: Profile) -> Placed:
    """The plan in points, with narrower boxes and tracks as long as it is too wide for its form."""
    placed = _place(plan, words, profile)
    while profile.max_width is not None and placed.width > profile.max_width:
        if profile.text_width - _NARROWER >= _LEAST_TEXT:
            profile = replace(profile, text_width=profile.text_width - _NARROWER)
        elif profile.track > 8:
            profile = replace(profile, track=8)
        else:
            break
        placed = _place(plan, words, profile)
    return placed


def _place(plan: _Plan, words: Words, profile: Profile) -> Placed:
    """Sizes, then tracks and points by turns: where arrows turn decides their order, and that where they turn."""
    scene, mesh = plan.scene, plan.mesh
    inner = profile
    if profile.max_width is not None:
        inner = replace(profile, text_width=max(_LEAST_INNER, profile.text_width - _NESTING))
    insides = {id_: _place(inside, words, inner) for id_, inside in plan.insides.items()}
    shapes = {}
    for id_, node in scene.nodes.items():
        hung = scene.hung.get(id_, ())
        if id_ in insides:
            shapes[id_] = opened(node, (insides[id_].width, insides[id_].height), words, profile, hung)
        else:
            shapes[id_] = shape_of(node, words, profile, hung)
    names = exits(scene, plan.routes, shapes, words, profile)
    needs = needs_of(scene, mesh, plan.routes, shapes, names, words, profile)
    where: Coordinates = Numbers(scene=scene, mesh=mesh, tracks=Tracks({}, {}))
    where = Numbers(scene=scene, mesh=mesh, tracks=assign(mesh, scene, plan.legs, where))
    metric = measure_out(scene, mesh, shapes, needs, assign(mesh, scene, plan.legs, where), profile)
    for _ in range(2):
        metric = measure_out(scene, mesh, shapes, needs, assign(mesh, scene, plan.legs, metric), profile)
    return place(metric, plan.routes, plan.legs, names, insides, words)


def _reading_order(plan: _Plan) -> Iterator[str]:
    """Along the arrows; an inside follows its sub-process, boundary events their host."""
    for id_ in plan.rows.order:
        if id_ in plan.scene.nodes and plan.scene.nodes[id_].type != "participant":
            yield id_
        if id_ in plan.insides:
            yield from _reading_order(plan.insides[id_])
        yield from (event.id for event in plan.scene.hung.get(id_, ()))


def _numbers(definitions: Definitions, order: tuple[str, ...]) -> dict[str, int]:
    steps = [id_ for id_ in order if definitions.nodes[id_].kind in ("task", "sub")]
    return {id_: number for number, id_ in enumerate(steps, start=1)}


class _Heads:
    """Headings over the columns: of lanes, and of pools over their lanes where there is more than one pool."""

    def __init__(self, columns: tuple[Column, ...], placed: Placed, words: Words) -> None:
        self.columns, self.spans = columns, placed.lanes
        self.names = [words.name(column.id, column.name) for column in columns]
        self.pool_names = {pool.id: words.name(pool.id, pool.name) for pool in words.definitions.pools} | {
            process.id: words.name(process.id, process.name) for process in words.definitions.processes
        }
        self.drawn = any(column.id for column in columns)
        pools = list(dict.fromkeys(column.pool for column in columns))
        #: Pools with a heading of their own: first and last column.
        self.over = {}
        for pool in pools:
            mine = [index for index, column in enumerate(columns) if column.pool == pool]
            if len(pools) > 1 and [columns[index].id for index in mine] != [pool]:
                self.over[pool] = (mine[0], mine[-1])
        self.pool_lines = {pool: self._lines(self.pool_names.get(pool, ""), *span) for pool, span in self.over.items()}
        self.pool_head = _head(self.pool_lines.values()) if self.over else 0.0
        self.lines = [self._lines(name, index, index) for index, name in enumerate(self.names)]
        self.lane_head = _head(self.lines) if self.drawn else 0.0
        self.height = self.pool_head + self.lane_head

    def _lines(self, name: str, first: int, last: int) -> tuple[Line, ...]:
        """The name in at most two lines, smaller if need be."""
        room = self.spans[last][1] - self.spans[first][0] - 10
        for size in (15.0, 13.0, 11.0):
            lines = as_lines(name, size, room, "lane", max_lines=99 if size > 11 else 6)
            if len(lines) <= 2:
                break
        return lines

    def lanes(self, height: float) -> Iterator[PlacedLane]:
        if not self.drawn:
            return
        for index, column in enumerate(self.columns):
            top = self.pool_head if column.pool in self.over else 0.0
            left, right = self.spans[index]
            yield PlacedLane(
                id=column.id,
                name=self.names[index],
                box=Box(left=left, top=top, right=right, bottom=height),
                head=self.height - top,
                pool=column.pool,
                lines=self.lines[index],
            )

    def pools(self, height: float) -> Iterator[PlacedPool]:
        for pool, (first, last) in self.over.items():
            yield PlacedPool(
                id=pool,
                name=self.pool_names.get(pool, ""),
                box=Box(left=self.spans[first][0], top=0, right=self.spans[last][1], bottom=height),
                head=self.pool_head,
                lines=self.pool_lines[pool],
            )


def _head(headings: Iterable[tuple[Line, ...]]) -> float:
    return max(_HEAD, _HEAD_SPACE + max((block_height(lines) for lines in headings), default=0.0))
