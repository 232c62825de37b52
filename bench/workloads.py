"""The three workloads our figures are measured on: a licence, a penalty, fifty opinions at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODELS = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "bpmn"
#: All of it happens at one instant: no timer is ever due.
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Workload:
    """A model and the user tasks that lead through it, with what their forms send."""

    name: str
    says: str
    model: str
    tasks: tuple[tuple[str, dict[str, Any]], ...]

    @property
    def path(self) -> Path:
        """The model's file."""
        return MODELS / f"{self.model}.bpmn"


def _tasks(names: str, **data: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple((name, data) for name in names.split())


W1 = Workload(
    "W1",
    "licence, 10 nodes, 4 user tasks",
    "w1_licence",
    _tasks("apply") + _tasks("review", ok=True) + _tasks("approve issue"),
)
W2 = Workload(
    "W2",
    "penalty, 30 nodes, 10 user tasks",
    "w2_penalty",
    _tasks("inspect draft notify evidence hearing legal sign") + _tasks("decide", ok=True) + _tasks("payment close"),
)
W3 = Workload("W3", "multi-instance of 50", "w3_fanout", _tasks("opinion " * 50))
WORKLOADS = (W1, W2, W3)
