"""Measuring in turn, so that a machine whose speed drifts does not favour one side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Series:
    """Durations of one thing, in milliseconds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[float] = []

    def measure(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` once and keep how long it took."""
        start = time.perf_counter()
        result = work()
        self.values.append((time.perf_counter() - start) * 1e3)
        return result

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def p90(self) -> float:
        """Nine of ten are faster."""
        return statistics.quantiles(self.values, n=10)[-1]


def table(series: list[Series], base: Series) -> None:
    """Print medians and how each compares with ``base``."""
    print(f"{'':42}{'p50 ms':>10}{'p90 ms':>10}{'÷ ' + base.name:>16}")
    for one in series:
        print(f"{one.name:42}{one.p50:10.3f}{one.p90:10.3f}{one.p50 / base.p50:16.2f}")
