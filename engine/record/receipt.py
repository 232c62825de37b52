"""The query code a citizen takes home: shown once, stored only as HMAC.

Twelve Crockford characters (60 bits) and a check character, so that a typing error is told apart from a wrong code.
The code follows from the database's secret, the case number and the command that opened the case: answering a repeated
command gives the same code again without storing it.
"""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
#: Characters people mistake for one another (Crockford base 32).
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1"})


def query_code(key: bytes, number: str, command_id: str) -> str:
    """The code of a case, as ``XXXX-XXXX-XXXX-C``."""
    digest = hmac.digest(key, f"query code\0{number}\0{command_id}".encode(), hashlib.sha256)
    bits = int.from_bytes(digest[:8], "big") >> 4
    letters = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(LENGTH)))
    return "-".join([letters[:4], letters[4:8], letters[8:], _check(letters)])


def stored_code(key: bytes, code: str) -> str:
    """What is kept of a code: HMAC-SHA-256 of its normal form, 64 hex digits."""
    return hmac.new(key, b"stored code\0" + normal(code).encode(), hashlib.sha256).hexdigest()


def same(stored: str, candidate: str) -> bool:
    """Compare two stored forms in constant time."""
    return hmac.compare_digest(stored, candidate)


def normal(code: str) -> str:
    """A typed code without hyphens and spaces, upper case, look-alikes resolved."""
    return "".join(code.upper().split()).replace("-", "").translate(_SAME)


def well_formed(code: str) -> bool:
    """Has the code the right length, alphabet and check character?"""
    letters = normal(code)
    return len(letters) == LENGTH + 1 and set(letters) <= set(ALPHABET) and _check(letters[:-1]) == letters[-1]


def _check(letters: str) -> str:
    """Weighted sum modulo 31: finds every single wrong character and nearly every swap of neighbours."""
    return ALPHABET[sum((place + 1) * ALPHABET.index(letter) for place, letter in enumerate(letters)) % 31]
