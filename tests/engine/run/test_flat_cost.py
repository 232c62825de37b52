"""A step costs the same however long the case has run and however large its model is: what it keeps does not grow.

No clocks here: what is held is the size of the state, and that long cases end at the right place. The times are
measured by ``bench.growth``.
"""

from __future__ import annotations

from itertools import pairwise

from tests.engine.run.models import Run

ROUNDS = 2_000
DIAMONDS = 30
#: What a chart may hold.
NODES = 300


def loop() -> Run:
    """Three tasks that go round until somebody says so."""
    nodes = {"S": "startEvent", "M": "exclusiveGateway", "A": "userTask", "B": "userTask", "C": "userTask",
             "G": "exclusiveGateway", "E": "endEvent"}  # fmt: skip
    return Run.of(nodes, "S>M M>A A>B B>C C>G G>E[done = true] G>M!", done=False)


def diamonds(count: int = DIAMONDS) -> Run:
    """Parallel work of two, again and again."""
    nodes, arrows, last = {"S": "startEvent"}, [], "S"
    for number in range(count):
        fork, left, right, join = (f"{letter}{number}" for letter in "FLRJ")
        nodes |= {fork: "parallelGateway", left: "userTask", right: "userTask", join: "parallelGateway"}
        arrows += [f"{last}>{fork}", f"{fork}>{left}", f"{fork}>{right}", f"{left}>{join}", f"{right}>{join}"]
        last = join
    return Run.of(nodes | {"E": "endEvent"}, " ".join([*arrows, f"{last}>E"]))


def row(count: int = NODES) -> Run:
    """As many tasks one after the other as a chart holds."""
    tasks = [f"A{number}" for number in range(count - 2)]
    path = ["S", *tasks, "E"]
    nodes = {"S": "startEvent", "E": "endEvent"} | dict.fromkeys(tasks, "userTask")
    return Run.of(nodes, " ".join(f"{a}>{b}" for a, b in pairwise(path)))


def size(run: Run) -> int:
    """Bytes of the stored state without its counters' digits, which grow with the logarithm."""
    return len("".join(letter for letter in run.state or "" if not letter.isdigit()))


def test_two_thousand_rounds_end_and_keep_nothing() -> None:
    run = loop()
    sizes = set()
    for number in range(1, ROUNDS + 1):
        run.history.clear()
        run.complete("A", "B")
        if number > 1:
            sizes.add(size(run))
        run.complete("C", done=number == ROUNDS)
        assert run.closed == (number == ROUNDS)
    assert len(sizes) == 1 and run.told("element entered")[-2:] == ["G", "E"]


def test_a_standard_loop_of_a_thousand_rounds_keeps_nothing() -> None:
    nodes = {"S": "startEvent", "E": "endEvent",
             "A": "userTask|<standardLoopCharacteristics><loopCondition>go = true</loopCondition>"
                  "</standardLoopCharacteristics>"}  # fmt: skip
    run = Run.of(nodes, "S>A A>E", go=True)
    sizes = set()
    for _ in range(1_000):
        run.history.clear()
        run.complete("A", go=True)
        sizes.add(size(run))
    assert len(sizes) == 1
    assert run.complete("A", go=False).closed and run.told("arrow taken") == ["A_E"]


def test_thirty_parallel_diamonds_in_a_row() -> None:
    run = diamonds()
    for number in range(DIAMONDS):
        assert run.open == [f"L{number}", f"R{number}"]
        # The later branch first, every second time.
        run.complete(*(f"{letter}{number}" for letter in ("LR" if number % 2 else "RL")))
    assert run.closed and len(run.told("arrow taken")) == 5 * DIAMONDS + 1


def test_two_hundred_instances_of_a_sub_process_end_in_any_order() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>200</loopCardinality></multiInstanceLoopCharacteristics>"
    nodes = {"S": "startEvent", "P": f"subProcess|{many}", "I": "startEvent", "A": "userTask", "X": "endEvent",
             "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>P P>E I>A A>X", {"I": "P", "A": "P", "X": "P"})
    for number in range(200, 0, -1):
        assert not run.closed
        run.complete(f"P/A#{number}")
    assert run.closed and run.told("element entered").count("P") == 1 and run.told("element left").count("P/A") == 200


def test_three_hundred_nodes_end_and_the_state_is_that_of_one() -> None:
    run = row()
    first = size(run)
    for number in range(NODES - 3):
        run.history.clear()
        run.complete(f"A{number}")
    # Each address that may come again is counted; nothing else of the past is kept.
    assert run.open == [f"A{NODES - 3}"] and size(run) - first <= len('"A":,') * NODES
    assert run.complete(f"A{NODES - 3}").closed
