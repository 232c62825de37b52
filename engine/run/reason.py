"""Reasons people give: kept beside the record, which holds only the commitment, so that they can be erased."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Rejection
from engine.record import canonical, private


@dataclass(frozen=True)
class Reason:
    """What goes beside the record (salt and value), and what goes into it."""

    salts: dict[str, tuple[bytes, object]]
    committed: dict[str, str]


NONE = Reason({}, {})


def reason(text: str, name: str = "reason") -> Reason:
    """A reason as it is kept, without the blanks around it. Raises Rejection ``reason.missing`` for none."""
    said = text.strip()
    if not said:
        raise Rejection("reason.missing")
    salt, value = private.new_salt(), canonical.encode(said)
    return Reason({name: (salt, value)}, {name: private.commitment(salt, value)})
