"""Is a regular expression of a form quick on every text? A small safe subset, decided without running it.

Python's ``re`` tries every way of dividing a text among the repeated pieces of a pattern. So a pattern is accepted if
the number of ways is bounded: no repeated groups, no look-around, no back-references, and the product of what each
repetition may vary by stays small. (OWASP: Regular expression Denial of Service.)
"""

from __future__ import annotations

import re

MAX_LENGTH = 100
MAX_WAYS = 1_000_000
#: How far an open-ended repetition can vary: the longest text a form accepts.
OPEN_ENDED = 20_000

_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_COUNT = re.compile(r"\{(\d{1,4})(,)?(\d{1,4})?\}", re.ASCII)
_SIMPLE = re.compile(r"\\[dwsDWS]|\\u[0-9a-fA-F]{4}|\\[^\w\s]|[^\\\[\](){}*+?|^$]")


class Unsafe(ValueError):
    """The pattern is outside the subset; ``args[0]`` is the code that says why."""


def check(pattern: str) -> None:
    """Accept ``pattern`` or raise Unsafe.

    The codes: ``pattern.too_long``, ``pattern.syntax``, ``pattern.repeated_group``, ``pattern.too_many_ways``.
    """
    if len(pattern) > MAX_LENGTH:
        raise Unsafe("pattern.too_long")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Unsafe("pattern.syntax") from error
    ways = _Scanner(pattern).ways()
    # Without ^ the search begins anew at every character; harmless only while nothing varies.
    if ways > 1 and not pattern.startswith("^"):
        ways *= OPEN_ENDED
    if ways > MAX_WAYS:
        raise Unsafe("pattern.too_many_ways")


class _Scanner:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0

    def ways(self) -> int:
        total = self._alternatives()
        if self.place < len(self.pattern):
            raise Unsafe("pattern.syntax")
        return total

    def _alternatives(self) -> int:
        total, ways = 0, 1
        while self.place < len(self.pattern) and not self._sees(")"):
            if self._takes("|"):
                total, ways = total + ways, 1
            elif not (self._takes("^") or self._takes("$")):
                ways *= self._piece()
        return total + ways

    def _piece(self) -> int:
        if not self._takes("("):
            return self._single() * self._repetition()
        ways = self._group()
        if self._sees("*") or self._sees("+") or self._sees("{"):
            raise Unsafe("pattern.repeated_group")
        return ways * self._repetition()

    def _group(self) -> int:
        if self._takes("?") and not self._takes(":"):
            raise Unsafe("pattern.syntax")
        ways = self._alternatives()
        if not self._takes(")"):
            raise Unsafe("pattern.syntax")
        return ways

    def _single(self) -> int:
        match = _CLASS.match(self.pattern, self.place) or _SIMPLE.match(self.pattern, self.place)
        if match is None:
            raise Unsafe("pattern.syntax")
        self.place = match.end()
        return 1

    def _repetition(self) -> int:
        """In how many ways the piece before can be repeated; 1 where it is not."""
        if self._takes("*") or self._takes("+"):
            varies = OPEN_ENDED
        elif self._takes("?"):
            varies = 2
        elif count := _COUNT.match(self.pattern, self.place):
            self.place = count.end()
            least = int(count[1])
            varies = (int(count[3]) - least + 1 if count[3] else OPEN_ENDED) if count[2] else 1
        else:
            return 1
        if self._sees("?") or self._sees("+") or self._sees("*") or self._sees("{"):
            raise Unsafe("pattern.syntax")
        return varies

    def _sees(self, character: str) -> bool:
        return self.pattern.startswith(character, self.place)

    def _takes(self, character: str) -> bool:
        if not self._sees(character):
            return False
        self.place += 1
        return True
