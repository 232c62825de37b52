"""The body of one recorded step, field by field, in words. Pure; of a private value only that it was committed to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.answers import Step
from engine.record import canonical
from web import wording
from web.formatting import moment, plain
from web.journal import Journal
from web.language import gettext as _

#: Fields shown letter by letter.
EXACT = frozenset({"id", "item", "timer", "incident", "commitment", "expression", "private"})


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One field of a step's body: its name in words and its value, a line each."""

    name: str
    lines: tuple[str, ...]
    exact: bool = False


def facts(journal: Journal, step: Step) -> list[Fact]:
    """The fields of a step's body, in the order of the word table ``fact``."""
    order = list(wording.table_of("fact", journal.words.lang))
    names = sorted(step.body, key=lambda name: order.index(name) if name in order else len(order))
    return [
        Fact(name=journal.word("fact", name), lines=tuple(_lines(journal, step, name)), exact=name in EXACT)
        for name in names
    ]


def _lines(journal: Journal, step: Step, name: str) -> Iterator[str]:
    value = step.body[name]
    if name in ("data", "read", "inputs") and isinstance(value, dict):
        for field, recorded in canonical.decode(value).items():
            yield _("%(name)s：%(value)s", name=journal.label(field), value=journal.value(field, recorded))
    elif name == "private" and isinstance(value, dict):
        for field, commitment in value.items():
            yield f"{journal.label(field)} · {_kept(journal, step, field)} · {commitment}"
    elif name == "definition" and isinstance(value, dict):
        yield f"{value.get('key')} · {_('第 %(version)s 版', version=value.get('version'))}"
        yield f"sha256: {value.get('digest')}"
    elif name == "output":
        yield (
            plain(canonical.decode(value))
            if not isinstance(value, dict | list)
            else json.dumps(value, ensure_ascii=False)
        )
    elif name == "value":
        yield journal.value(str(step.body.get("name", "")), canonical.decode(value))
    else:
        yield from (_one(journal, name, item) for item in (value if isinstance(value, list) else [value]))


def _kept(journal: Journal, step: Step, field: str) -> str:
    erased = journal.erased_at(field, step.seq)
    return _("第 %(step)s 步删除", step=erased) if erased else _("有承诺值")


def _one(journal: Journal, name: str, value: Any) -> str:
    """One plain value of a body in words."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return plain(value)
    write = _WORDS.get(name)
    return write(journal, value) if write is not None else value


def _named(journal: Journal, name: str) -> str:
    """A field by its label, with its own name behind it."""
    label = journal.label(name)
    return label if label == name else f"{label} · {name}"


_WORDS: dict[str, Callable[[Journal, str], str]] = {
    "type": lambda journal, text: journal.word("command", text),
    "actor": Journal.person,
    "with": Journal.person,
    "by": Journal.person,
    "on_behalf": Journal.person,
    "name": _named,
    "names": Journal.label,
    "arrow": Journal.place,
    "choices": Journal.place,
    "code": lambda journal, text: journal.word("incident", text),
    "due": lambda _journal, text: moment(canonical.read_instant(text)),
}
