"""The words of one FEEL text, read from left to right."""

from __future__ import annotations

from bpmn.feel_lexer import Token, tokens
from bpmn.feel_run import FeelError


class Words:
    """A text being read: the next word, and how to take it."""

    def __init__(self, text: str, limit: int, names: frozenset[str] = frozenset()) -> None:
        self._text = text
        self._tokens = tokens(text, limit, names)
        self._at = 0

    @property
    def token(self) -> Token:
        """The next word."""
        return self._tokens[self._at]

    def next(self) -> Token:
        """Take the next word."""
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def sees(self, *words: str) -> bool:
        """Is the next word one of these operators or keywords?"""
        return self.token.kind in ("op", "keyword") and self.token.value in words

    def takes(self, *words: str) -> bool:
        """Take the next word if it is one of these."""
        if not self.sees(*words):
            return False
        self._at += 1
        return True

    def follows(self, word: str) -> bool:
        """Was the word before the next one this operator?"""
        return self._at > 0 and self._tokens[self._at - 1].kind == "op" and self._tokens[self._at - 1].value == word

    def wants(self, word: str) -> None:
        """Take this word. Raises FeelError ``feel.expected``."""
        if not self.takes(word):
            raise self.wrong("feel.expected", expected=word)

    def written(self, since: int, until: int) -> str:
        """The text of the words from one to before another, by their numbers."""
        return self._text[self._tokens[since].position - 1 : self._tokens[until].position - 1].strip()

    def wrong(self, code: str, **params: object) -> FeelError:
        """The error at the next word."""
        token = self.token
        if token.kind == "end":
            return FeelError("feel.ends_early", token.position)
        return FeelError(code, token.position, found=str(token.value), **params)
