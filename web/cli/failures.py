"""Whatever the verbs refuse, as one sentence that names what, where and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.errors import Refused
from bpmn.linter import Finding
from bpmn.wording import say
from engine.errors import Newer, Rejection
from web import wording
from web.cli.words import word
from web.session import NotReady, settings

#: Failures that are an answer. Anything else is a bug of ours and shows its traceback.
EXPECTED = (Rejection, Refused, Newer, NotReady, OSError)


def explain(error: BaseException, lang: str, file: str = "") -> str:
    """The failure for people; ``file`` is what the verb was about, '' for none."""
    if isinstance(error, Rejection):
        return _rejected(error, lang, file)
    if isinstance(error, Refused):
        sentence = say(error.code, lang, **error.params)
        return located(sentence.message, sentence.remedy, error.element, error.line, lang, file)
    if isinstance(error, Newer):
        return word("newer", lang, revision=error)
    if isinstance(error, NotReady):
        return word("not_ready", lang)
    assert isinstance(error, OSError)
    return word("file", lang, file=error.filename or "", reason=error.strerror or error)


def located(message: str, remedy: str, element: str | None, line: int | None, lang: str, file: str = "") -> str:
    """``file, line 7, element X: message remedy``, each part where it is known."""
    places = [file, word("line", lang, line=line) if line else "", word("element", lang, id=element) if element else ""]
    place = word("comma", lang).join(part for part in places if part)
    return (place + word("colon", lang) if place else "") + word("space", lang).join(
        part for part in (message, remedy) if part
    )


def _rejected(rejection: Rejection, lang: str, file: str) -> str:
    sentence = wording.rejection(rejection.code, presentable(rejection.params), lang)
    return word("space", lang).join([sentence, *_details(rejection, lang, file)])


def _details(rejection: Rejection, lang: str, file: str) -> Iterator[str]:
    """The first finding that stopped a publication; every field that was not right."""
    if isinstance(findings := rejection.params.get("findings"), list):
        first: Finding = findings[0]
        words = say(first.rule, lang, **first.params)
        yield located(words.message, words.remedy, first.element, first.line, lang, file)
    if isinstance(errors := rejection.params.get("errors"), list):
        yield word("comma", lang).join(
            wording.word("field", error.code, lang, **{"label": error.field, **error.params}) for error in errors
        )


def presentable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a sentence as people read them: instants in local time."""
    return {name: _local(value) for name, value in params.items()}


def local(at: datetime) -> str:
    """An instant on the clock of the installation, to the minute."""
    return at.astimezone(ZoneInfo(settings().timezone)).strftime("%Y-%m-%d %H:%M")


def _local(value: Any) -> Any:
    if isinstance(value, str) and value.endswith("Z"):
        try:
            return local(datetime.fromisoformat(value))
        except ValueError:
            return value
    return local(value) if isinstance(value, datetime) else value
