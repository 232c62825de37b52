"""Whatever the verbs refuse, as one sentence that names what, where and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.errors import Refused
from bpmn.wording import say
from engine.errors import Newer, Rejection
from web import wording
from web.cli.words import word
from web.session import NotReady, settings

#: Failures that are an answer. Anything else is a bug of ours and shows its traceback.
EXPECTED = (Rejection, Refused, Newer, NotReady, OSError)


def explain(error: BaseException, lang: str) -> str:
    """The failure for people."""
    if isinstance(error, Rejection):
        return _rejected(error, lang)
    if isinstance(error, Refused):
        return refused(error, lang)
    if isinstance(error, Newer):
        return word("newer", lang, revision=error)
    if isinstance(error, NotReady):
        return word("not_ready", lang)
    assert isinstance(error, OSError)
    return word("file", lang, file=error.filename or "", reason=error.strerror or error)


def refused(error: Refused, lang: str, file: str = "") -> str:
    """A text that cannot be used: where, what is wrong, what to do."""
    sentence = say(error.code, lang, **error.params)
    return located(sentence.message, sentence.remedy, error.element, error.line, lang, file)


def located(message: str, remedy: str, element: str | None, line: int | None, lang: str, file: str = "") -> str:
    """``file, line 7, element X: message remedy``, each part where it is known."""
    places = [file, word("line", lang, line=line) if line else "", word("element", lang, id=element) if element else ""]
    place = word("comma", lang).join(part for part in places if part)
    return (place + word("colon", lang) if place else "") + " ".join(part for part in (message, remedy) if part)


def _rejected(rejection: Rejection, lang: str) -> str:
    sentence = wording.rejection(rejection.code, presentable(rejection.params), lang)
    details = rejection.params.get("findings") or rejection.params.get("errors")
    if rejection.code == "publish.findings" and isinstance(details, list):
        first = details[0]
        words = say(first.rule, lang, **first.params)
        return f"{sentence} {located(words.message, words.remedy, first.element, first.line, lang)}"
    if rejection.code == "form.invalid" and isinstance(details, list):
        fields = (wording.word("field", e.code, lang, label=e.field, **e.params) for e in details)
        return f"{sentence} {word('comma', lang).join(fields)}"
    return sentence


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
