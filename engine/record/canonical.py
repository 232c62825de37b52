"""The one place that turns a value into the bytes that are hashed: RFC 8785 (JCS) over a closed set of types.

Hashed bodies hold texts, booleans, null, whole numbers below 2^53, lists and objects: no floats, ever. Decimals, dates
and large numbers of case data are written as one-key objects (``{"$number": "12.50"}``, ``{"$date": "2026-11-24"}``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

import rfc8785

#: Largest whole number every JSON reader keeps exactly (RFC 8785, section 3.2.2.3).
MAX_INTEGER = 2**53 - 1
#: Marks the one-key objects above; names of case data may not begin with it.
MARK = "$"
#: Made once: ``json.dumps`` with options of one's own makes an encoder for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Uncanonical(ValueError):
    """The value has no canonical form: a type we do not record, or a text that is not valid Unicode."""


def dumps(value: Any) -> bytes:
    """``value`` as RFC 8785 bytes. Raises Uncanonical.

    The C encoder of ``json`` gives the same bytes as long as keys are ASCII (then code points and UTF-16 units sort
    alike) and numbers are whole; a property test holds it equal to rfc8785, which takes the other cases.
    """
    if value == {}:  # most steps say no more than that they happened
        return b"{}"
    try:
        if _plain(value):
            return _ENCODER.encode(value).encode()
        return rfc8785.dumps(value)
    except (TypeError, ValueError, UnicodeEncodeError, rfc8785.CanonicalizationError) as error:
        raise Uncanonical(str(error)) from error


def quoted(text: str) -> str:
    """A text alone as it stands in canonical bytes: what ``dumps`` gives for it, at a tenth of the price."""
    return encode_basestring(text)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(dumps(value)).hexdigest()


def bytes_digest(data: bytes) -> str:
    """SHA-256 of bytes as they are, in hex: those of a document, whose digest is recorded."""
    return hashlib.sha256(data).hexdigest()


def loads(data: bytes | str) -> Any:
    """The value of canonical bytes."""
    return json.loads(data)


def encode(value: Any) -> Any:
    """A value of case data in the recordable types. Raises Uncanonical for anything else."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_INTEGER else {"$number": str(value)}
    if isinstance(value, Decimal):
        return _encode_decimal(value)
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {_name(key): encode(item) for key, item in value.items()}
    return _encode_time(value)


def decode(value: Any) -> Any:
    """The inverse of ``encode``: whole numbers come back as int, decimals as Decimal."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, item),) = value.items()
        if key in _DECODERS and isinstance(item, str):
            return _DECODERS[key](item)
    return {key: decode(item) for key, item in value.items()}


def instant(at: datetime) -> str:
    """An instant as the record writes it: RFC 3339, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """The instant of a recorded text."""
    return datetime.fromisoformat(text)


def _plain(value: Any) -> bool:
    """Can the C encoder be trusted with it? Raises Uncanonical for floats and foreign types."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Uncanonical("whole number above 2^53")
        return True
    if isinstance(value, dict):
        return all([isinstance(key, str) and key.isascii() and _plain(item) for key, item in value.items()])
    if isinstance(value, list):
        return all([_plain(item) for item in value])
    raise Uncanonical(f"{type(value).__name__} is not recorded")


def _name(key: Any) -> str:
    if not isinstance(key, str) or key.startswith(MARK):
        raise Uncanonical(f"name {key!r}")
    return key


def _encode_decimal(value: Decimal) -> Any:
    if not value.is_finite():
        raise Uncanonical("number is not finite")
    if value == value.to_integral_value() and value.as_tuple().exponent == 0 and abs(value) <= MAX_INTEGER:
        return int(value)
    return {"$number": str(value)}


def _encode_time(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": str(value // timedelta(seconds=1))}
    raise Uncanonical(f"{type(value).__name__} is not recorded")


_DECODERS: dict[str, Any] = {
    "$number": Decimal,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$instant": datetime.fromisoformat,
    "$seconds": lambda text: timedelta(seconds=int(text)),
}
