"""Who plays in the demo's stories: officers by post, applicants and parties with invented names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from bpmn.package import FlowPackage
from engine.answers import Person
from engine.identity import identity_check
from web.cli.demo.story import APPLICANT, Story

#: One open item in so many is on somebody's desk already.
CLAIMED = 3


class Cast:
    """Gives the parts out, always the same way for the same seed."""

    def __init__(self, people: Iterable[Person], names: Mapping[str, Any], random: Random) -> None:
        self._people = sorted(people, key=lambda person: person.name)
        self._names = names
        self._random = random

    def officers(self, post: str, count: int) -> tuple[str, str | None]:
        """Somebody who holds the post, and a second one where two must act; the applicant plays alone."""
        if post == APPLICANT:
            return APPLICANT, None
        holders = [person.name for person in self._people if post in person.posts]
        chosen = self._random.sample(holders, count)
        return chosen[0], chosen[1] if count > 1 else None

    def starter(self, story: Story) -> str:
        """Who opens the case of a story."""
        return self.officers(story.post, 1)[0]

    def sometimes(self) -> bool:
        """Has somebody taken an open item onto the desk?"""
        return self._random.randrange(CLAIMED) == 0

    def play(self, scenario: Mapping[str, Any], package: FlowPackage) -> dict[str, Any]:
        """The scenario with other people in it: names, numbers, addresses and wishes drawn anew."""
        roles = {name: schema for form in package.forms.values() for name, schema in form["properties"].items()}
        start = scenario["start"] | {"data": dict(scenario["start"].get("data", {}))}
        steps = [step | {"data": dict(step.get("data", {}))} for step in scenario.get("step", ())]
        kind = self._kind(roles.get("applicant_kind", {}))
        parts: dict[str, str] = {}
        for data in [start["data"], *(step["data"] for step in steps)]:
            for name, value in data.items():
                data[name] = self._recast(name, value, roles.get(name, {}), kind, parts)
        return dict(scenario) | {"start": start, "step": steps}

    def _kind(self, schema: Mapping[str, Any]) -> str:
        return str(self._random.choice(schema.get("enum", ["organisation"])))

    def _recast(self, name: str, value: Any, schema: Mapping[str, Any], kind: str, parts: dict[str, str]) -> Any:
        if name == "applicant_kind":
            return kind
        if name == "address":
            return f"云泽市{self._random.choice(self._names['streets'])}{self._random.randrange(1, 180)}号"
        if name in self._names["fields"]:
            return self._random.choice(self._names["fields"][name])
        mask = schema.get("x-sun-mask")
        if mask == "phone":
            return f"0800-555-0{self._random.randrange(100, 200)}"
        if mask == "id":
            return self._number("person" if schema.get("format") == "cn-identity" else kind)
        if mask == "name" and isinstance(value, str):
            # The same placeholder is the same person throughout a story.
            return parts.setdefault(value, self._name(kind if not parts else "person"))
        return value

    def _name(self, kind: str) -> str:
        if kind == "person":
            return "".join(self._random.choice(self._names[part]) for part in ("surnames", "given"))
        return str(self._random.choice(self._names["organisations"]))

    def _number(self, kind: str) -> str:
        """Shaped like a real one, but of a region that does not exist."""
        if kind == "person":
            born = date(1960, 1, 1) + timedelta(days=self._random.randrange(15_000))
            digits = f"000000{born:%Y%m%d}000"
            return digits + identity_check(digits)
        return f"00000000000000{self._random.randrange(10_000):04}"
