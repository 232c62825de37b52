"""The three workloads our figures are measured on run as they should, and stay small."""

from __future__ import annotations

from bpmn.package import load
from engine.run import spiff
from tests.conftest import FIXTURES
from tests.engine.run.models import Run


def workload(name: str) -> Run:
    run = Run(spiff.load(spiff.compile(load(FIXTURES / f"{name}.bpmn"))))
    run.do("start")
    return run


def test_a_licence_sent_back_once() -> None:
    run = workload("w1_licence").complete("apply").complete("review", ok=False)
    assert list(spiff.open_items(run.state)) == ["apply#2"]
    run.complete("apply").complete("review", ok=True).complete("approve")
    assert len(run.state or "") < 500
    run.complete("issue")
    assert run.closed and run.data == {"registered": 1, "ok": True, "fee": 1, "notified": 1}
    assert run.told("arrow taken").count("f_gw_apply") == 1 and run.told("arrow taken")[-1] == "f_notify_end"


def test_a_penalty_with_hearing() -> None:
    run = workload("w2_penalty").complete("inspect", "draft", "evidence", "hearing", "notify")
    assert list(spiff.open_items(run.state)) == ["sub/legal#1"] and spiff.open_timers(run.state) == {}
    run.complete("legal", "sign").complete("decide", ok=True).complete("payment", "close")
    assert run.closed and "late" not in run.data


def test_a_penalty_whose_hearing_is_late_stands_still_visibly() -> None:
    # The branch that ran out of time ends; the join then waits for ever for it, which must be told.
    run = workload("w2_penalty").complete("inspect", "draft")
    run.do("timer", "timer")
    run.complete("notify", "evidence")
    assert not run.closed and run.told("incident raised") == ["join"] and run.data["late"] == 1


def test_fifty_opinions() -> None:
    run = workload("w3_fanout")
    assert len(run.open) == 50
    run.complete(*list(spiff.open_items(run.state)))
    assert run.closed and run.data["tallied"] == 1 and run.told("element entered").count("opinion") == 1
