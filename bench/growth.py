"""Does a step cost more the longer a case has run, or the larger its model is? Adapter alone, restored each time.

* step 1,000 ÷ step 10 of a loop (goal ≤ 1.2), and 2,000 rounds as a whole;
* 30 parallel diamonds in a row, the whole case (goal ≤ 50 ms);
* a step in a row of 300 tasks ÷ one in a row of 30.

Run with ``python -m bench.growth``.
"""

from __future__ import annotations

import time

from bench.timing import Series
from engine.run import spiff
from engine.run.port import Command
from tests.engine.run.models import Run
from tests.engine.run.test_flat_cost import diamonds, loop, row

#: Steps of which the middle one is told.
MEASURED = 100
STEPS = (10, 1_000)


def main() -> None:
    """Measure and print."""
    early, late = (_loop_steps(at) for at in STEPS)
    print(f"loop of three tasks: step {STEPS[0]} {early:.3f} ms, step {STEPS[1]} {late:.3f} ms")
    print(f"step {STEPS[1]} ÷ step {STEPS[0]} = {late / early:.2f}   (goal ≤ 1.2)")
    print(f"2,000 rounds, 6,000 steps: {_whole(loop(), 6_000):,.0f} ms")
    print(f"30 parallel diamonds, whole case: {min(_whole(diamonds(), 60) for _ in range(5)):.1f} ms   (goal ≤ 50)")
    small, large = (_whole(row(count), count - 2) / (count - 2) for count in (30, 300))
    print(f"step in a row of 300 ÷ in a row of 30 = {large / small:.2f}   ({large:.3f} ms, {small:.3f} ms)")


def _loop_steps(steps: int) -> float:
    """Milliseconds of one step of a case that has made so many, the middle of the next ones."""
    run = loop()
    for _ in range(steps):
        _step(run)
    run.history.clear()
    series = Series("step")
    for _ in range(MEASURED):
        series.measure(lambda: _step(run))
    return series.p50


def _whole(run: Run, steps: int) -> float:
    """Milliseconds of so many steps, each the oldest open item."""
    start = time.perf_counter()
    for _ in range(steps):
        _step(run)
    return (time.perf_counter() - start) * 1e3


def _step(run: Run) -> None:
    item = next(iter(spiff.open_items(run.state)))
    command = Command(type="complete", actor="clerk", item=item)
    outcome = spiff.apply(run.program, run.state, run.data, command, at=run.at)
    run.state, run.data, run.closed = outcome.state, outcome.data, outcome.closed


if __name__ == "__main__":
    main()
