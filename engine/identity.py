"""Numbers with a check digit: identity numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015)."""

from __future__ import annotations

import re
from datetime import date

#: Weight of each of the first 17 digits, and the check digit for each remainder (GB 11643, 4.2 and appendix A).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: The letters of a unified code: no I, O, S, V, Z (GB 32100, 4.1).
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_identity_number(text: str) -> bool:
    """17 digits that hold a date of birth, and the right check digit."""
    if re.fullmatch(r"\d{17}[\dX]", text, re.ASCII) is None or identity_check(text[:17]) != text[17]:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def identity_check(digits: str) -> str:
    """The check digit of the first 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def is_unified_code(text: str) -> bool:
    """18 letters of the code's alphabet, the last one the right check letter."""
    if len(text) != 18 or any(letter not in _LETTERS for letter in text):
        return False
    return unified_check(text[:17]) == text[17]


def unified_check(letters: str) -> str:
    """The check letter of the first 17 (MOD 31, weights the powers of 3)."""
    total = sum(_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(letters))
    return _LETTERS[-total % 31]
