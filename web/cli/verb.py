"""What all verbs share: ``--json`` and ``--lang``, one document or some lines as answer, one line as failure.

Exit codes: 0 done, 1 refused (a sentence on stderr), 2 wrongly called (click's own).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import click
from flask.cli import AppGroup

from web.cli import failures
from web.session import settings

LANGS = ("zh", "en")
#: A whole number longer than this is printed as a text.
WHOLE_DIGITS = 40


class Stop(click.ClickException):
    """The verb could not be done: one line on stderr, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence, whatever it is made of, as a single line."""
        click.echo(" ".join(self.message.split()), file=file, err=file is None)


class Verb(click.Command):
    """A command with ``--json`` and ``--lang`` whose expected failures become a Stop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [
            click.Option(["--json"], is_flag=True, expose_value=False, callback=_keep, help="Answer as JSON."),
            click.Option(["--lang"], type=click.Choice(LANGS), expose_value=False, callback=_keep, help="zh or en."),
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; what the product refuses is told in words, a bug stays a traceback."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the answer has seen enough; click ends quietly
        except failures.EXPECTED as error:
            raise Stop(failures.explain(error, lang(), str(ctx.params.get("path", "")))) from error


class Verbs(AppGroup):
    """A group of verbs."""

    command_class = Verb


def lang() -> str:
    """Language of the answer: ``--lang``, else the installation's."""
    chosen: str | None = click.get_current_context().meta.get("lang")
    return chosen or settings().lang


def tell(document: Mapping[str, Any], lines: Iterable[str]) -> None:
    """Print the answer: the document with ``--json``, else the lines."""
    if click.get_current_context().meta.get("json"):
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))
        return
    for line in lines:
        click.echo(line)


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> Any:
    ctx.meta[str(option.name)] = value
    return value


def _plain(value: object) -> object:
    """Values JSON does not know: numbers stay numbers where no digit is lost, dates and instants are ISO 8601."""
    if isinstance(value, Decimal):
        if value.adjusted() < WHOLE_DIGITS and value == value.to_integral_value():
            return int(value)
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
