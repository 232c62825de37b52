"""The same commands give the same bytes: in another process, with another hash seed, in another time zone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from engine.record import canonical
from engine.run import spiff
from tests.engine.run.models import Run, package
from tests.engine.run.random_models import RandomModel
from tests.engine.run.test_random_processes import values

ROOT = Path(__file__).resolve().parents[3]


def fingerprint() -> str:
    """One digest over every state and step of some random cases."""
    digest = hashlib.sha256()
    for seed in range(40):
        random, model = Random(seed), RandomModel(seed)
        text = spiff.compile(package(model.nodes, model.arrows, model.inside))
        digest.update(text.encode())
        run = Run(spiff.load(text))
        run.do("start", **values(random), n=0)
        for _ in range(25):
            timers = spiff.open_timers(run.state)
            waiting = [*spiff.open_items(run.state), *timers]
            if not waiting:
                break
            address = random.choice(waiting)
            run.do(
                "timer" if address in timers else "complete", address, **({} if address in timers else values(random))
            )
            digest.update((run.state or "").encode())
        for draft in run.history:
            digest.update(canonical.dumps([draft.kind, draft.element, draft.body]))
    return digest.hexdigest()


def test_another_process_gives_the_same_bytes() -> None:
    code = "from tests.engine.run.test_same_bytes import fingerprint; print(fingerprint())"
    found = {fingerprint()}
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"), ("3", "America/St_Johns")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        found.add(done.stdout.strip())
    assert len(found) == 1
