"""Clerks that are killed: ``python -m tests.faults.nursery URL CLERKS KILLS SEED FILE``.

Loads everything once and forks clerks, several at a time, each killed (SIGKILL) at a random moment. A clerk writes to
FILE what it is about to do and what it was told is done, one line each, past any buffer: a line that is there happened.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta

import engine
from engine.errors import Conflict, Rejection
from engine.store import Store, open_store
from tests.conftest import CODE_KEY, ZONE
from tests.faults.clerk import Clerk

START = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)


def main(url: str, clerks: int, kills: int, seed: int, file: str) -> None:
    """Kill ``kills`` clerks, ``clerks`` at a time."""
    rng = random.Random(seed)
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    living: list[tuple[float, int]] = []
    born = 0
    while born < kills or living:
        while born < kills and len(living) < clerks:
            born += 1
            child = _fork(url, seed * 100_000 + born, log)
            # A life is counted from when the clerk is at the desk: also on a slow machine there is work to interrupt.
            living.append((time.monotonic() + rng.uniform(0.05, 0.4), child))
        living.sort()
        end, pid = living.pop(0)
        time.sleep(max(0.0, end - time.monotonic()))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(url: str, seed: int, log: int) -> int:
    arrived, arrive = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            store = open_store(url, code_key=CODE_KEY)
            with store.read() as session:
                engine.is_demo(session)
            os.close(arrive)
            _work(store, seed, log)
        except BaseException as error:
            os.write(log, f"bug {error!r}\n".encode())
        finally:
            os._exit(1)
    os.close(arrive)
    os.read(arrived, 1)
    os.close(arrived)
    return pid


def _work(store: Store, seed: int, log: int) -> None:
    """Do commands until killed. Every tenth time it is a month later: timers are due, for all clerks at once."""
    clerk, rng = Clerk(store, seed, lambda line: os.write(log, f"{line}\n".encode())), random.Random(seed)
    while True:
        at = START + timedelta(seconds=rng.randrange(1_000))
        if rng.random() < 0.1:
            with suppress(Conflict, Rejection):
                engine.tick(store, at + timedelta(days=31))
        else:
            clerk.next(at)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
