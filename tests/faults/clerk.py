"""A clerk who opens cases and does what is open, at random, and tells what was done."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import engine
from engine import tables
from engine.answers import Done
from engine.errors import Conflict, Rejection
from engine.store import Session, Store

#: The flow of these tests: three branches, a timer on one, a sub-process, a question.
FLOW = "w2-penalty"
#: The fewer cases are open, the more the clerks meet on the same.
CASES = 6


class Clerk:
    """Commands in their transactions, repeated under the same id as an edge repeats them."""

    def __init__(self, store: Store, seed: int, tell: Callable[[str], object]) -> None:
        self.store = store
        self.rng = random.Random(seed)
        self.tell = tell

    def next(self, at: datetime) -> None:
        """Do one command."""
        command_id = f"{self.rng.getrandbits(128):032x}"
        with self.store.read() as session:
            case = self._some_case(session)
            open_ = engine.todo(session, case).work_items if case else ()
        if not open_:
            self.tell(f"try {command_id}")
            self._acknowledge(
                command_id, lambda s: engine.start_case(s, FLOW, actor="clerk", at=at, command_id=command_id)
            )
            return
        item = self.rng.choice(open_).item
        data = {"ok": self.rng.random() < 0.8} if item.startswith("decide") else {}
        self.tell(f"try {command_id} {case} {item}")
        self._acknowledge(command_id, lambda s: self.complete(s, case, item, data, at, command_id))

    def complete(
        self, session: Session, case: str, item: str, data: dict[str, Any], at: datetime, command_id: str
    ) -> Done:
        """Do a work item."""
        return engine.complete(session, case, item, actor="clerk", data=data, at=at, command_id=command_id)

    def _acknowledge(self, command_id: str, command: Callable[[Session], Done]) -> None:
        for _ in range(5):
            try:
                with self.store.begin() as session:
                    done = command(session)
                self.tell(f"done {command_id} {done.case} {done.step}")
                return
            except Conflict:
                continue
            except Rejection:
                return  # somebody else did it

    def _some_case(self, session: Session) -> str:
        rows = session.execute(sa.select(tables.case.c.number).where(tables.case.c.state == "open").limit(CASES))
        numbers = list(rows.scalars())
        return self.rng.choice(numbers) if len(numbers) == CASES else ""
