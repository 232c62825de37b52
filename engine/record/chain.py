"""The chain of one case: which bytes are hashed, and how each step's hash holds all before it.

The record of a step is the RFC 8785 object ``{at, body, case, element, kind, seq}``, composed from the stored columns:
there is no second copy of anything that could disagree with a column, so a changed column is a changed hash.
Its hash is ``SHA-256(0x02 ‖ previous hash ‖ SHA-256(record))``; the first previous hash is 32 zero bytes. The prefix
keeps it apart from the leaves (0x00) and nodes (0x01) of RFC 6962. docs/record-format.md says the same for outsiders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from engine.record import canonical

#: Previous hash of a case's first step.
START = bytes(32)
STEP_PREFIX = b"\x02"
#: Characters of the id of a command.
ID_LENGTH = 64


class Sealed(NamedTuple):
    """One step ready to be stored: its number, canonical body and place in the chain."""

    seq: int
    kind: str
    element: str | None
    at: str
    body: str
    prev_hash: bytes
    hash: bytes


def command_id(*parts: object) -> str:
    """The id of a command that follows from something: its name, shortened by a digest where it is too long.

    Cut off at the end, two names that differ only there would be one command.
    """
    name = "/".join(map(str, parts))
    if len(name) <= ID_LENGTH:
        return name
    return f"{name[: ID_LENGTH - 33]}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def step_hash(case: str, seq: int, kind: str, element: str | None, at: str, body: str, prev_hash: bytes) -> bytes:
    """The hash a step must have. ``body`` is its canonical text.

    The record is put together from canonical parts with its keys in their order: the same bytes as encoding the whole
    object, without encoding the body a second time.
    """
    quoted = canonical.quoted
    record = (
        f'{{"at":{quoted(at)},"body":{body},"case":{quoted(case)},'
        f'"element":{"null" if element is None else quoted(element)},"kind":{quoted(kind)},"seq":{seq}}}'
    )
    return hashlib.sha256(STEP_PREFIX + prev_hash + hashlib.sha256(record.encode()).digest()).digest()


def seal(
    case: str, after: int, head: bytes, at: str, drafts: Iterable[tuple[str, str | None, dict[str, Any]]]
) -> list[Sealed]:
    """Number and chain ``(kind, element, body)`` drafts behind step ``after`` whose hash is ``head``."""
    sealed = []
    for seq, (kind, element, body) in enumerate(drafts, after + 1):
        text = canonical.dumps(body).decode()
        hash_ = step_hash(case, seq, kind, element, at, text, head)
        sealed.append(Sealed(seq, kind, element, at, text, head, hash_))
        head = hash_
    return sealed
