"""What the law costs: all limits and cards of a case at each command, and a tick over a million open limits.

The commands are those of the demo's cases. Run with ``python -m bench.clocks [limits]``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import engine
from bench import timers
from bench.databases import databases
from bench.timing import Series, table
from engine.run import lawful
from web.cli.demo.load import load


def main(count: int) -> None:
    """Measure and print."""
    for says, fresh in databases():
        print(f"\n{says}")
        store = fresh()
        store.upgrade()
        commands, own = Series("a command of the process"), Series("a command of the law itself")
        before = lawful.follow, lawful.perform
        lawful.follow, lawful.perform = _timed(commands, before[0]), _timed(own, before[1])
        with store.begin() as session:
            load(session, datetime.now(UTC))
        lawful.follow, lawful.perform = before
        table([commands, own], commands)
        print(f"{len(commands.values)} commands, longest {max(commands.values):.2f} ms   (goal ≤ 1 ms)")
        with store.read() as session:
            print(f"{len(engine.cards(session, limit=100_000))} cards")
        store.dispose()
    timers.main(count, "limit")


def _timed(series: Series, work: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **named: series.measure(lambda: work(*args, **named))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
