"""Types of what has parts: lists, contexts, dates and durations, and what lies in them (DMN 1.3, 10.3.2.9, table 60).

A type is a text (``feel_types``). That of a list or context whose parts are known is written as FEEL writes it,
``list<number>``, ``context<tier: string>``, and knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LIST = "list"
CONTEXT = "context"
NULL = "null"
#: The type of a range is that of its bounds after this.
RANGE = "range of "
#: Characters of a type. One that is longer is known by its kind only: each can hold the one before twice, and twenty
#: such lines would name a million parts.
MAX_LENGTH = 1_000

_DAY = ("year", "month", "day", "weekday")
_TIME = ("hour", "minute", "second")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "date": _DAY,
    "time": _TIME,
    "date and time": (*_DAY, *_TIME),
    "days and time duration": ("days", "hours", "minutes", "seconds"),
    "years and months duration": ("years", "months"),
}


class Nested(str):
    """The type of a list or context. ``of``: that of a list's items; ``entries``: those of a context."""

    kind: str
    of: str
    entries: Mapping[str, str]

    @classmethod
    def made(cls, kind: str, parts: str, of: str = "", entries: Mapping[str, str] | None = None) -> str:
        """The type as text and parts; the ``kind`` alone where that would be too long."""
        if len(parts) > MAX_LENGTH:
            return kind
        self = cls(f"{kind}<{parts}>")
        self.kind, self.of, self.entries = kind, of, dict(entries or {})
        return self


def list_of(item: str) -> str:
    """The type of a list whose items have this type."""
    return Nested.made(LIST, item, of=item) if item else LIST


def context_of(entries: Mapping[str, str]) -> str:
    """The type of a context with these entries and no others."""
    parts = ", ".join(f"{name}: {type_ or 'Any'}" for name, type_ in entries.items())
    return Nested.made(CONTEXT, parts, entries=entries)


def kind_of(type_: str) -> str:
    """The type without what lies in it."""
    return type_.kind if isinstance(type_, Nested) else type_


def item_of(type_: str) -> str:
    """The type of one item: a value that is no list is a list of itself (DMN 1.3, 10.3.2.9.4)."""
    if kind_of(type_) == LIST:
        return type_.of if isinstance(type_, Nested) else ""
    return "" if type_ == NULL else type_.removeprefix(RANGE) if type_.startswith(RANGE) else type_


def entries_of(type_: str) -> Mapping[str, str] | None:
    """What lies in a value under which name; None where that is not known."""
    if isinstance(type_, Nested) and type_.kind == CONTEXT:
        return type_.entries
    if type_ in ("", NULL, CONTEXT):
        return None
    return dict.fromkeys(_PARTS.get(type_, ()), "number")


def entry(type_: str, name: str) -> str | None:
    """The type of ``value.name``, of a list that of all its items; None where there is no such part."""
    listed = kind_of(type_) == LIST
    known = entries_of(item_of(type_) if listed else type_)
    if known is None:
        return LIST if listed else ""
    found = known.get(name)
    return None if found is None else list_of(found) if listed else found


def joined(types: Iterable[str]) -> str:
    """The type of a value that has one of these; '' where they do not agree. null has every type."""
    different = dict.fromkeys(type_ for type_ in types if type_ != NULL)
    if not different:
        return NULL
    if len(different) == 1:
        return next(iter(different))
    kinds = {kind_of(type_) for type_ in different}
    if kinds == {LIST}:
        return list_of(joined(item_of(type_) for type_ in different))
    if kinds == {CONTEXT} and all(isinstance(type_, Nested) for type_ in different):
        return _either(different)
    return CONTEXT if kinds == {CONTEXT} else ""


def _either(contexts: Iterable[str]) -> str:
    """A context that is one of these: what one of them has may be there."""
    given: dict[str, list[str]] = {}
    for context in contexts:
        for name, type_ in (entries_of(context) or {}).items():
            given.setdefault(name, []).append(type_)
    return context_of({name: joined(types) for name, types in given.items()})
