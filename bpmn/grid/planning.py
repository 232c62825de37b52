"""The stages in order: a scene gets its plan (rows, places, routes), the plan its sizes.

A plan does not depend on sizes, so a chart that must be narrower is only measured again, not planned again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bpmn.grid.captions import Exit, exits
from bpmn.grid.columns import arrange, capacities
from bpmn.grid.mesh import Mesh, weave
from bpmn.grid.metric import Metric, Needs, Numbers, measure_out, needs_of
from bpmn.grid.profile import Profile
from bpmn.grid.ranking import Rows, rank
from bpmn.grid.routing import Route, route
from bpmn.grid.scene import Scene
from bpmn.grid.shapes import Shape, opened, shape_of, unbroken
from bpmn.grid.tracks import Coordinates, Leg, Tracks, assign, legs_of
from bpmn.grid.words import Words

#: A box that must be narrower to fit its form gets narrower by at least this; then arrows come closer.
_NARROWER, _LEAST_TRACK = 4, 8
#: What the frame of a sub-process takes from the text inside, and what it leaves at least.
_NESTING, _LEAST_INNER = 56, 56


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A scene whose rows, places and routes are settled, and the plans of its expanded sub-processes."""

    scene: Scene
    rows: Rows
    mesh: Mesh
    routes: Mapping[int, Route]
    legs: Mapping[int, list[Leg]]
    insides: Mapping[str, Plan]


@dataclass(frozen=True, kw_only=True)
class Sized:
    """A plan in points; ``exits`` are the names of its arrows."""

    plan: Plan
    metric: Metric
    exits: Mapping[int, Exit]
    insides: Mapping[str, Sized]


def make_plan(scene: Scene, profile: Profile) -> Plan:
    """Rows, places and routes of a scene and of those inside it."""
    rows = rank(scene, capacities(scene, profile.columns))
    links = tuple(replace(link, returns=link.returns or link.id in rows.back) for link in scene.links)
    scene = replace(scene, links=links)
    mesh = weave(scene, rows, arrange(scene, rows))
    routes = route(scene, mesh)
    return Plan(
        scene=scene,
        rows=rows,
        mesh=mesh,
        routes=routes,
        legs=legs_of(scene, mesh, routes),
        insides={id_: make_plan(inside, profile) for id_, inside in scene.insides.items()},
    )


def fit(plan: Plan, words: Words, profile: Profile) -> Sized:
    """The plan in points, with narrower boxes and tracks as long as it is too wide for its form."""
    sized = _size(plan, words, profile)
    while sized.metric.width > profile.max_width:
        if profile.text_width > profile.least_text:
            columns = sum(not vertical.is_channel for vertical in plan.mesh.verticals)
            excess = (sized.metric.width - profile.max_width) / columns
            narrower = profile.text_width - max(_NARROWER, math.ceil(excess))
            profile = replace(profile, text_width=max(profile.least_text, narrower))
        elif profile.track > _LEAST_TRACK:
            profile = replace(profile, track=_LEAST_TRACK)
        else:
            break
        sized = _size(plan, words, profile)
    return sized


def _size(plan: Plan, words: Words, profile: Profile) -> Sized:
    insides = {id_: _size(inside, words, _within(inside, words, profile)) for id_, inside in plan.insides.items()}
    shapes = _shapes(plan.scene, plan.routes, insides, words, profile)
    names = exits(plan.scene, plan.routes, shapes, words, profile)
    needs = needs_of(plan.scene, plan.mesh, plan.routes, shapes, names, words, profile)
    return Sized(plan=plan, metric=_settle(plan, shapes, needs, profile), exits=names, insides=insides)


def _within(inside: Plan, words: Words, profile: Profile) -> Profile:
    """The profile of what lies in a sub-process: on the phone it has less room, though enough for its words."""
    if profile.lanes:
        return profile
    names = [words.name(node.id, node.name) for node in inside.scene.nodes.values()]
    least = min(profile.least_text, unbroken(names, profile.name_size, _LEAST_INNER))
    return replace(profile, text_width=max(least, profile.text_width - _NESTING))


def _shapes(
    scene: Scene, routes: Mapping[int, Route], insides: Mapping[str, Sized], words: Words, profile: Profile
) -> dict[str, Shape]:
    shapes = {}
    used = {(scene.links[index].source, route.leave) for index, route in routes.items()}
    used |= {(scene.links[index].target, route.arrive) for index, route in routes.items()}
    for id_, node in scene.nodes.items():
        hung, inside = scene.hung.get(id_, ()), insides.get(id_)
        if inside is not None:
            shapes[id_] = opened(node, (inside.metric.width, inside.metric.height), words, profile, hung)
        else:
            shapes[id_] = _clear_of_arrows(shape_of(node, words, profile, hung), (id_, "right") in used)
    return shapes


def _clear_of_arrows(shape: Shape, right_is_used: bool) -> Shape:
    """A name right of its symbol moves up where an arrow leaves or arrives there."""
    if right_is_used and shape.caption is not None and shape.caption.place == "right":
        return replace(shape, caption=replace(shape.caption, place="upper-right"))
    return shape


def _settle(plan: Plan, shapes: Mapping[str, Shape], needs: Needs, profile: Profile) -> Metric:
    """Tracks and points by turns: where arrows turn decides the order of their tracks, and that where they turn."""
    where: Coordinates = Numbers(scene=plan.scene, mesh=plan.mesh, tracks=Tracks({}, {}))
    where = Numbers(scene=plan.scene, mesh=plan.mesh, tracks=assign(plan.mesh, plan.scene, plan.legs, where))
    tracks = assign(plan.mesh, plan.scene, plan.legs, where)
    metric = measure_out(plan.scene, plan.mesh, shapes, needs, tracks, profile)
    for _ in range(2):
        tracks = assign(plan.mesh, plan.scene, plan.legs, metric)
        metric = measure_out(plan.scene, plan.mesh, shapes, needs, tracks, profile)
    return metric
