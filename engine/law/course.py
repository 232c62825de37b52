"""Following the steps of one command with the clocks of the law, and telling what they do as steps of their own. Pure.

The process has moved already; its drafts are read in order. What changed of each clock from before the command to after
it is then told once: a clock that began and ended within one command never ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bpmn.feel import FeelError, compile_expression
from engine.answers import Stopped
from engine.law import cards, limits
from engine.law.calendar import Calendar
from engine.law.clocks import NOTICE, VALUES, Clock, Law, State, counted, dues
from engine.record.canonical import instant, read_instant


class Course:
    """The clocks of a case while one command is followed."""

    def __init__(self, law: Law, state: State, at: datetime, calendar: Calendar, digest: str, seq: int) -> None:
        self.law, self.before = law, state
        self.at, self.when = at, instant(at)
        self.calendar, self.digest = calendar, digest
        #: Number of the last recorded step, counted up as steps are told.
        self.seq = seq
        self.marks, self.active, self.counts = dict(state.marks), dict(state.active), dict(state.counts)
        self.clocks, self.cards = dict(state.clocks), {id_: dict(card) for id_, card in state.cards.items()}
        self.told: list[tuple[str, str | None, dict[str, Any]]] = []

    def after(self) -> State:
        """What is kept for the next command."""
        active = {key: tokens for key, tokens in self.active.items() if tokens}
        return State(marks=self.marks, active=active, counts=self.counts, clocks=self.clocks, cards=self.cards)

    # -- the process moved ----------------------------------------------------------------------------------------

    def opened(self) -> None:
        """The case is opened: what comes to the body is received."""
        self.reach("received")
        self._start_all("", "entered")

    def follow(self, drafts: Iterable[Any], data: Mapping[str, Any]) -> None:
        """Every step of the process, in order; then what that did to the clocks is told."""
        for number, draft in enumerate(drafts, self.seq + 1):
            key, about = draft.element or "", draft.body
            if draft.kind == "element entered":
                self._entered(key)
            elif draft.kind == "element left":
                self._left(key, data, number)
            elif draft.kind == "element cancelled" and not about.keys() & {"item", "timer"}:
                self._gone(key)
            elif draft.kind in ("case closed", "case cancelled"):
                self.clocks.clear()
            elif draft.kind == "case migrated":
                self._migrated(about.get("map", {}))
            elif draft.kind == "deemed effect" and self._binds_agency(key):
                self.raise_card(cards.rule_on("deemed effect"), f"{key}#{self._count(f'deemed {key}')}", key, (number,))

    def _migrated(self, renamed: Mapping[str, str]) -> None:
        """The case goes on in another version: its clocks follow the limits of that; what it does not limit ends."""

        def there(key: str) -> str:
            return "/".join(renamed.get(part, part) for part in key.split("/"))

        self.active = {there(key): tokens for key, tokens in self.active.items() if there(key) in self.law.nodes}
        kept = {}
        for clock in self.clocks.values():
            element, number = there(clock.element) if clock.element else "", int(clock.id.rpartition(".")[2])
            found = self.law.nodes.get(element, {}).get("limits", ()) if element else self.law.limits
            if number < len(found):
                id_ = f"{element}#{clock.id.rpartition('#')[2]}"
                kept[id_] = replace(clock, id=id_, element=element, limit=found[number])
        self.clocks = kept

    def _entered(self, key: str) -> None:
        node = self.law.nodes.get(key)
        if node is None:
            return
        self.active[key] = self.active.get(key, 0) + 1
        if self.active[key] > 1:
            return
        if stop := node.get("stop"):
            self.pause(stop["ground"], stop["document"])
        self._start_all(key, "entered")
        for milestone in self.marks:
            self._start_all(key, milestone)

    def _left(self, key: str, data: Mapping[str, Any], number: int) -> None:
        node = self.law.nodes.get(key)
        if node is None:
            return
        self._gone(key)
        visits = self._count(f"left {key}")
        if "extension" in node:
            self._extend(node["extension"], data)
        if "marks" in node and ("reached" not in node or _holds(node["reached"], data)):
            self.reach(node["marks"])
        if node.get("once") and visits > 1:
            self.raise_card(cards.rule_on("once"), f"{key}#{visits}", key, (number,))
        if node.get("refusal"):
            self.raise_card(cards.rule_on("refusal"), f"{key}#{visits}", key, (number,))

    def _gone(self, key: str) -> None:
        """A token left the node, or was cancelled in it."""
        node = self.law.nodes.get(key)
        if node is None:
            return
        self.active[key] = max(self.active.get(key, 0) - 1, 0)
        if self.active[key]:
            return
        self.clocks = {id_: clock for id_, clock in self.clocks.items() if clock.element != key}
        stop = node.get("stop")
        if stop and not any(self._stops(other, stop["ground"]) for other, tokens in self.active.items() if tokens):
            self.go_on(stop["ground"])

    def _stops(self, key: str, ground: str) -> bool:
        stop: Mapping[str, str] = self.law.nodes[key].get("stop", {})
        return stop.get("ground") == ground

    def reach(self, milestone: str) -> None:
        """A milestone of the case: limits until it are met, limits from it begin, anew where they had begun."""
        self.marks[milestone] = self.when
        self.clocks = {id_: clock for id_, clock in self.clocks.items() if clock.limit.get("until") != milestone}
        self._start_all("", milestone)
        for key, tokens in self.active.items():
            if tokens:
                self._start_all(key, milestone)

    def _start_all(self, key: str, anchor: str) -> None:
        for number, limit in enumerate(self.law.nodes[key].get("limits", ()) if key else self.law.limits):
            if limit["anchor"] == anchor:
                self._start(key, number, limit)

    def _start(self, key: str, number: int, limit: Mapping[str, Any]) -> None:
        for id_, clock in list(self.clocks.items()):
            if clock.element == key and id_.endswith(f".{number}"):
                del self.clocks[id_]
        id_ = f"{key}#{self._count(f'{key}.{number}')}.{number}"
        since = self.marks.get(limit["anchor"], self.when)
        self.clocks[id_] = Clock(id=id_, element=key, limit=limit, since=since)

    def _count(self, what: str) -> int:
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def _extend(self, extension: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        """Once, by what the field says, no more than the law allows."""
        if extension["when"] and not _holds(extension["when"], data):
            return
        by = data.get(extension["field"])
        for id_, clock in self.clocks.items():
            if clock.limit.get("id") == extension["limit"] and not clock.extended and by:
                most = extension["most"] if extension["most"] is not None else int(by)
                self.clocks[id_] = replace(clock, extended=min(int(by), most))

    # -- stops ----------------------------------------------------------------------------------------------------

    def pause(self, ground: str, document: str) -> list[str]:
        """Every clock that lists the ground stands still for it, beside others; answers their ids."""
        found = [
            id_
            for id_, clock in self.clocks.items()
            if ground in clock.limit.get("stops", ()) and ground not in clock.grounds
        ]
        for id_ in found:
            stop = Stopped(ground=ground, since=self.when, document=document)
            self.clocks[id_] = replace(self.clocks[id_], stops=(*self.clocks[id_].stops, stop))
        return found

    def go_on(self, ground: str) -> list[str]:
        """What stood still for this ground runs on, if for no other; answers the ids."""
        found = [id_ for id_, clock in self.clocks.items() if ground in clock.grounds]
        for id_ in found:
            stops = tuple(
                stop if stop.until or stop.ground != ground else replace(stop, until=self.when)
                for stop in self.clocks[id_].stops
            )
            self.clocks[id_] = replace(self.clocks[id_], stops=stops)
        return found

    # -- time passed ----------------------------------------------------------------------------------------------

    def expire(self, id_: str) -> bool:
        """Tell everything of a clock that has come due by now; False when nothing has."""
        clock = self.clocks.get(id_)
        passed = {v: when for v, when in dues(clock).items() if when <= self.when} if clock else {}
        if clock is None or not passed:
            return False
        for value in sorted(passed, key=lambda value: (passed[value], (NOTICE, *VALUES).index(value))):
            if value != NOTICE:
                self.tell("limit expired", clock.element, limit=id_, value=value, due=getattr(clock, value).isoformat())
            if clock.limit.get("binds", "agency") == "agency" and not self._late_already(clock, value, passed):
                self.raise_card(cards.rule_on(value), id_, clock.element, (*clock.steps, *self._last(value)), id_)
        self.clocks[id_] = replace(self.clocks[id_], told=(*clock.told, *passed))
        return True

    def _late_already(self, clock: Clock, value: str, passed: Mapping[str, str]) -> bool:
        """A reminder makes no sense any more once the date itself has passed."""
        return value == NOTICE and bool(clock.told or passed.keys() - {NOTICE})

    def _last(self, value: str) -> tuple[int, ...]:
        return () if value == NOTICE else (self.seq,)

    # -- cards ----------------------------------------------------------------------------------------------------

    def raise_card(
        self, rule: cards.Rule, subject: str, element: str, evidence: tuple[int, ...], clock: str = ""
    ) -> None:
        """One card a rule and subject, charged to the post of the node, or to all posts that hold the case now."""
        body = cards.raised(rule, subject, post=self._post(element), evidence=evidence, clock=clock)
        if body["card"] not in self.cards:
            self._raise(body, element)

    def _raise(self, body: dict[str, Any], element: str) -> None:
        step = self.tell("card raised", element, **body)
        self.cards[body["card"]] = cards.standing(body, self.when, element, step)

    def move_card(self, id_: str, move: str) -> bool:
        """Answer, appeal, uphold or revoke a card; False where it does not stand so."""
        card, (allowed, state) = self.cards.get(id_), cards.MOVES[move]
        if card is None or card["state"] not in allowed:
            return False
        known = {"card": id_, "colour": card["colour"], "post": card["post"], "at": card["at"]}
        if card["state"] == "appealed":
            # Appeals are counted, whatever came of them.
            known["appealed"] = True
        card["state"] = state
        self.tell(f"card {state}", card["element"], **known)
        return True

    def unanswered(self, id_: str) -> bool:
        """A yellow card nobody answered in time becomes a red one; False where it was answered."""
        if id_ not in self.cards or not cards.awaits_answer(id_, self.cards):
            return False
        card = self.cards[id_]
        body = cards.raised(cards.rule_on("unanswered"), id_, post=card["post"], evidence=(card["step"],))
        self._raise(body, card["element"])
        return True

    def unlike(self, element: str) -> None:
        """An amount decided at this node lies far from those of like cases; the command before holds the numbers."""
        subject = f"{element}#{self._count(f'unlike {element}')}"
        self.raise_card(cards.rule_on("unlike"), subject, element, (self.seq,))

    def _post(self, element: str) -> str:
        if element:
            return str(self.law.nodes[element].get("post", ""))
        posts = {self.law.nodes[key].get("post", "") for key, tokens in self.active.items() if tokens}
        return "、".join(sorted(posts - {""}))

    def _binds_agency(self, key: str) -> bool:
        found: Iterable[Mapping[str, Any]] = self.law.nodes.get(key, {}).get("limits", ())
        return any(limit.get("binds", "agency") == "agency" for limit in found)

    # -- telling --------------------------------------------------------------------------------------------------

    def tell(self, kind: str, element: str | None, **body: Any) -> int:
        """One step; answers its number."""
        self.seq += 1
        self.told.append((kind, element or None, body))
        return self.seq

    def tell_changes(self) -> None:
        """What became of each clock from before the command to now."""
        for id_, clock in list(self.clocks.items()):
            before = self.before.clocks.get(id_)
            after = counted(clock, self.calendar) if before is None or _moved(before, clock) else clock
            numbers = list(self._changes(before, after))
            self.clocks[id_] = replace(after, steps=(*after.steps, *numbers))

    def _changes(self, before: Clock | None, clock: Clock) -> Iterable[int]:
        if before is None:
            since = limits.local(read_instant(clock.since)).isoformat()
            yield self._tell("limit started", clock, anchor=clock.limit["anchor"], since=since, **self._dues(clock))
            before = replace(clock, stops=(), extended=0)
        if clock.extended != before.extended:
            yield self._tell("limit extended", clock, by=clock.extended, **self._dues(clock))
        if before.limit != clock.limit:
            # Told though no date changed: the calendar it was counted by must be in the record.
            yield self._tell("limit recounted", clock, **self._dues(clock))
        for was, stop in zip(before.stops, clock.stops, strict=False):
            if stop.until and not was.until:
                yield self._tell("limit resumed", clock, ground=stop.ground, **self._dues(clock))
        for stop in clock.stops[len(before.stops) :]:
            if not stop.until:  # one that began and ended within the command never was
                document = {"document": stop.document} if stop.document else {}
                yield self._tell("limit paused", clock, ground=stop.ground, **document)

    def recount(self) -> None:
        """Every running clock by the calendar as it is now; told where a date changes or becomes sure."""
        for id_, clock in list(self.clocks.items()):
            after = counted(clock, self.calendar)
            if after != clock:
                number = self._tell("limit recounted", after, **self._dues(after))
                self.clocks[id_] = replace(after, steps=(*after.steps, number))

    def _tell(self, kind: str, clock: Clock, **body: Any) -> int:
        return self.tell(kind, clock.element, limit=clock.id, **body)

    def _dues(self, clock: Clock) -> dict[str, Any]:
        """Due dates as the record keeps them, and the calendar they were counted with."""
        dates = {value: getattr(clock, value).isoformat() for value in VALUES if getattr(clock, value)}
        return dates | ({"provisional": True} if clock.provisional else {}) | {"calendar": self.digest}


def _moved(before: Clock, clock: Clock) -> bool:
    return (before.stops, before.extended, before.since, before.limit) != (
        clock.stops, clock.extended, clock.since, clock.limit
    )  # fmt: skip


def _holds(condition: str, data: Mapping[str, Any]) -> bool:
    try:
        return compile_expression(condition).evaluate(data) is True
    except FeelError:
        return False
