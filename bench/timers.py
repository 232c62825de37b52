"""A million timers wait, a thousand are due: how long until a tick knows which.

Run with ``python -m bench.timers [timers]``.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import sqlalchemy as sa

import engine
from bench.databases import databases
from bench.step import prepared
from bench.timing import Series, table
from bench.workloads import AT, W1
from engine import tables
from engine.record.canonical import instant
from engine.run import timers
from engine.store import Store

DUE = 1_000
CASES = 1_000


def main(count: int, kind: str = "timer") -> None:
    """Measure and print; ``kind`` of the rows: timers of the model, or limits of the law."""
    for says, fresh in databases():
        store = prepared(fresh(), W1)
        _fill(store, count, kind)
        looked = Series(f"{DUE:,} {kind}s due of {count:,}")
        for _ in range(20):
            with store.read() as session:
                found = looked.measure(lambda session=session: timers.due(session, AT, DUE))  # type: ignore[misc]
            assert len(found) == DUE
        print(f"\n{says}")
        table([looked], looked)
        print(f"p50 {looked.p50:.1f} ms   (goal ≤ 50 ms)")
        store.dispose()


def _fill(store: Store, count: int, kind: str) -> None:
    """Cases with timers or limits: a thousand due now, all others later."""
    with store.begin() as session:
        for _ in range(CASES):
            engine.start_case(session, "w1", actor="clerk", at=AT)
        ids = list(session.execute(sa.select(tables.case.c.id)).scalars())
        due, later = instant(AT), AT + timedelta(days=1)
        for begin in range(0, count, 10_000):
            numbers = range(begin, min(begin + 10_000, count))
            session.execute(
                sa.insert(tables.timer),
                [
                    {
                        "case_id": ids[number % CASES],
                        "timer": f"T#{number}",
                        "due_at": due if number < DUE else instant(later + timedelta(seconds=number)),
                        "state": "waiting",
                        "kind": kind,
                    }
                    for number in numbers
                ],
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
