"""Every article of law a package rests on, and where: from law to step, the other way round of a ``Basis``. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpmn.benchmark import Benchmark
from bpmn.model import Node
from bpmn.package import FlowPackage
from bpmn.power import Basis, Limit, Power, Remedy


@dataclass(frozen=True, kw_only=True)
class Citation:
    """One article cited at one place; ``element`` is a BPMN id, '' for the power as a whole.

    ``why``: basis, limit, stop, extension, deemed, remedy, or benchmark (then ``benchmark`` is its name).
    """

    basis: Basis
    element: str
    why: str
    benchmark: str = ""


def citations(package: FlowPackage) -> list[Citation]:
    """All of a package's own file and benchmarks, the power first, steps in the order of the file."""
    process = package.alone.definitions.main
    found: list[Citation] = []
    if process is not None and process.power is not None:
        found += _of_power(process.power)
    for node in process.nodes if process is not None else ():
        found += _of_node(node)
    for benchmark in package.alone.benchmarks.values():
        found += _of_benchmark(benchmark)
    return list(dict.fromkeys(found))


def in_force(package: FlowPackage) -> str:
    """The day from which all that a package cites is in force, as far as it says so (ISO); '' where it says nothing."""
    return max((one.basis.effective_from for one in citations(package)), default="")


def _of_power(power: Power) -> Iterator[Citation]:
    for basis in power.bases:
        yield Citation(basis=basis, element="", why="basis")
    yield from _of_limits(power.limits, "")
    yield from _of_remedies(power.remedies, "")


def _of_node(node: Node) -> Iterator[Citation]:
    step = node.step
    if step is None:
        return
    for basis in step.bases:
        yield Citation(basis=basis, element=node.id, why="basis")
    yield from _of_limits(step.limits, node.id)
    for why, clause in (("stop", step.stop), ("extension", step.extension), ("deemed", step.deemed)):
        if clause is not None and clause.basis is not None:
            yield Citation(basis=clause.basis, element=node.id, why=why)
    yield from _of_remedies(step.remedies, node.id)


def _of_limits(limits: tuple[Limit, ...], element: str) -> Iterator[Citation]:
    for limit in limits:
        if limit.basis is not None:
            yield Citation(basis=limit.basis, element=element, why="limit")


def _of_remedies(remedies: tuple[Remedy, ...], element: str) -> Iterator[Citation]:
    for remedy in remedies:
        if remedy.basis is not None:
            yield Citation(basis=remedy.basis, element=element, why="remedy")


def _of_benchmark(benchmark: Benchmark) -> Iterator[Citation]:
    own = [*benchmark.bases, benchmark.violated, benchmark.penalty]
    for basis in [*own, *(one.basis for one in benchmark.circumstances)]:
        if basis is not None:
            yield Citation(basis=basis, element="", why="benchmark", benchmark=benchmark.name)
