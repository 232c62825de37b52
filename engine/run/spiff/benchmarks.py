"""A benchmark in a case: the tier found from the facts, and what each step of the procedure makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpmn.dmn import Decided, Undecided
from bpmn.feel import FeelError, compile_expression
from engine.law.discretion import NAME, Unresolved, places, resolve, verdict, waiver
from engine.record.canonical import Uncanonical, encode
from engine.run.spiff.routing import Stuck

if TYPE_CHECKING:
    from engine.run.spiff.move import Move

#: What the procedure adds to what was found; a new proposal begins without.
_PROCEDURE = frozenset("amount departs reasoned told reviewed discussed decided".split())


def find(move: Move, key: str, clause: dict[str, str]) -> None:
    """The tier and range for the facts of the case; null where no benchmark is for it. Raises Stuck."""
    kept = move.program.benchmarks.get(str(move.data.get(clause["by"])))
    if kept is None:
        move.assign(key, NAME, None)
        return
    benchmark, digest, decisions = kept
    try:
        made, found = resolve(benchmark, decisions, move.data)
        told = [said(digest, one) for one in made]
    except (Unresolved, Undecided) as error:
        raise Stuck(error.code, **error.params) from error
    except Uncanonical as error:
        raise Stuck("data.unrecordable", name=NAME, reason=str(error)) from error
    for body in told:
        move.tell("decision made", key, **body)
    move.assign(key, NAME, found)


def said(digest: str, made: Decided) -> dict[str, Any]:
    """Body of ``decision made``. Raises Uncanonical."""
    body = {"table": digest, "decision": made.decision, "name": made.name, "rules": list(made.rules)}
    return body | {"inputs": encode(made.inputs), "output": encode(made.output)}


def follow(move: Move, key: str, clause: dict[str, str]) -> None:
    """A step of the procedure is done: what that adds to what was found, if a benchmark is for the case."""
    found = move.data.get(NAME)
    if not isinstance(found, dict):
        return
    part = clause["part"]
    if part in ("proposal", "decision"):
        _amount(move, key, clause, found)
    elif part == "notice":
        move.assign(key, NAME, found | {"told": found.get("amount")})
    else:
        passed = "reviewed" if part == "review" else "discussed"
        move.assign(key, NAME, found | {passed: holds(clause.get("when", "true"), move.data)})


def _amount(move: Move, key: str, clause: dict[str, str], found: dict[str, Any]) -> None:
    waived = "waives" in clause and holds(clause["waives"], move.data)
    amount = 0 if waived else move.data.get(clause.get("amount", ""))
    if clause["part"] == "proposal":
        found = {name: value for name, value in found.items() if name not in _PROCEDURE}
    if amount is None:
        move.assign(key, NAME, found)
        return
    judged = waiver(found) if waived else verdict(found, amount)
    body = {name: found[name] for name in ("benchmark", "digest", "segment", "tier", "alike", "low", "high")}
    body |= {"amount": amount, "place": places(found, amount)}
    move.tell("discretion applied", key, part=clause["part"], departs=judged.departs, **encode(body))
    named = "amount" if clause["part"] == "proposal" else "decided"
    reasoned = found.get("reasoned", False) or clause.get("reasons", "") in {*move.command.private, *move.command.data}
    move.assign(key, NAME, found | {named: amount, "departs": judged.departs, "reasoned": reasoned})


def holds(condition: str, data: Mapping[str, Any]) -> bool:
    """Is a condition of the procedure true? What it cannot tell is not."""
    try:
        return compile_expression(condition).evaluate(data) is True
    except FeelError:
        return False
