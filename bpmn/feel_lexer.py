"""FEEL text → tokens (DMN 1.3, 10.3.1.2), with a word of help where the text looks like another language.

No comments: ``//`` is whole division to a Python reader, and half a condition must not vanish silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bpmn.feel_functions import FUNCTIONS
from bpmn.feel_run import FeelError

MAX_DIGITS = 34

KEYWORDS = frozenset("and or not in between if then else true false null some every satisfies for return".split())

_SPACED = "|".join(sorted((name.replace(" ", r"\s+") for name in FUNCTIONS if " " in name), key=len, reverse=True))
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]+)?|\.(?!\.)[0-9]+)(?![\w]))
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<spaced>(?:{_SPACED})(?=\s*\())
    | (?P<name>[^\W\d]\w*)
    | (?P<foreign>==|&&|\|\||!(?!=)|%|\$\{{|\#\{{|'|\?\?|=>|->)
    | (?P<op>:=|\.\.|<=|>=|!=|\*\*|[-+*/<>=()\[\],.{{}}:?;@])
    """,
    re.VERBOSE | re.DOTALL,
)
_FULL_WIDTH = dict(
    zip(
        "“”＂＝＜＞（），；：＋－＊／！≥≤≠【】。‘’",
        ['"', '"', '"', *"=<>(),;:+-*/!", ">=", "<=", "!=", *"[].", '"', '"'],
        strict=True,
    )
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/", "'": "'"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: ``kind`` is number, string, name, keyword, op or end; ``position`` counts from 1."""

    kind: str
    value: object
    position: int
    #: Does it begin a line? Two statements of a script are parted by a line break or a semicolon.
    first_in_line: bool = False


def tokens(text: str, limit: int, names: frozenset[str] = frozenset()) -> list[Token]:
    """The words of ``text``, an ``end`` token last; ``names``: those that are not one plain word (``Monthly Salary``).

    Raises FeelError: ``feel.empty``, ``feel.too_long``, ``feel.foreign_operator``, ``feel.full_width``,
    ``feel.single_quotes``, ``feel.unterminated_string``, ``feel.number_too_long``, ``feel.bad_character``.
    """
    if len(text) > limit:
        raise FeelError("feel.too_long", length=len(text), limit=limit)
    words = list(_words(text, _pattern(names)))
    if len(words) == 1:
        raise FeelError("feel.empty")
    return words


@lru_cache(maxsize=256)
def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """Names of several words or with signs in them are only told apart by knowing them; the longest comes first."""
    written = [r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=len, reverse=True)]
    return re.compile(f"(?:{'|'.join(written)})(?![\\w])") if written else None


def _words(text: str, names: re.Pattern[str] | None) -> Iterator[Token]:
    at, new_line = 0, True
    while at < len(text):
        known = names.match(text, at) if names else None
        if known is not None:
            yield Token("name", " ".join(known[0].split()), at + 1, new_line)
            at, new_line = known.end(), False
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind, word = str(match.lastgroup), match[0]
        if kind == "space":
            new_line = new_line or "\n" in word
        else:
            yield _token(kind, word, at + 1, new_line)
            new_line = False
        at = match.end()
    yield Token("end", "", len(text) + 1, new_line)


def _token(kind: str, word: str, position: int, first: bool) -> Token:
    if kind == "number":
        if len(word) > MAX_DIGITS + 1:
            raise FeelError("feel.number_too_long", position, limit=MAX_DIGITS)
        return Token(kind, Decimal(word), position, first)
    if kind == "string":
        return Token(kind, _unquoted(word, position), position, first)
    if kind == "foreign" or word in _PYTHON_NAMES:
        raise _foreign(word, position)
    if kind == "spaced":
        return Token("name", " ".join(word.split()), position, first)
    return Token("keyword" if kind == "name" and word in KEYWORDS else kind, word, position, first)


def _unquoted(word: str, position: int) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in _ESCAPES:
            raise FeelError("feel.bad_escape", position, found=match[0])
        return _ESCAPES[match[2]]

    text = _ESCAPE.sub(character, word[1:-1])
    # Two halves of one character written apart are joined; a half alone could not be stored.
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError as error:
        raise FeelError("feel.bad_escape", position, found=word) from error


_PYTHON_NAMES = {"True": "true", "False": "false", "None": "null"}
_INSTEAD = {
    "==": "=",
    "&&": "and",
    "||": "or",
    "!": "not(…)",
    "%": "modulo(…)",
    "=>": ">=",
    "??": "if … then … else",
    **_PYTHON_NAMES,
}


def _foreign(word: str, position: int) -> FeelError:
    if word == "'":
        return FeelError("feel.single_quotes", position)
    if word in ("${", "#{"):
        return FeelError("feel.foreign_language", position, found=word)
    return FeelError("feel.foreign_operator", position, found=word, instead=_INSTEAD.get(word, "…"))


def _unreadable(text: str, at: int) -> FeelError:
    found = text[at]
    if found == '"':
        return FeelError("feel.unterminated_string", at + 1)
    if found in _FULL_WIDTH:
        return FeelError("feel.full_width", at + 1, found=found, instead=_FULL_WIDTH[found])
    if found.isdigit() or found == ".":
        return FeelError("feel.bad_number", at + 1)
    return FeelError("feel.bad_character", at + 1, found=found)
