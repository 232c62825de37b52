"""What must stay erasable: a private value lies beside the record, the record holds only its commitment.

The commitment is ``SHA-256(salt ‖ JCS(value))`` with 16 random bytes of salt: without the salt a bare hash of a phone
or identity number is found by trying them all. Erasing a row (value and salt) leaves the chain whole (PIPL art. 47).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from engine.record import canonical

SALT_BYTES = 16


def new_salt() -> bytes:
    """Fresh salt for one value."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, value: Any) -> str:
    """Commitment of an encoded value, 64 hex digits."""
    return hashlib.sha256(salt + canonical.dumps(value)).hexdigest()
