"""What verbs are given: ``--data``, ``--at``, ``--as`` and files, read once and checked here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click

from bpmn.chart import FORMS
from engine.errors import Rejection
from web.session import settings

#: More bytes than any form sends.
MAX_DATA = 2**20
#: Powers of ten of a number; more could fill the memory when it is written out.
MAX_POWER = 100


class Data(click.ParamType[dict[str, Any]]):
    """A JSON object: as text, ``@file``, or ``-`` for standard input. Numbers with a point become Decimal."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Fail as a usage error, naming the place, unless it is one JSON object without repeated names."""
        if isinstance(value, dict):
            return value
        try:
            data = json.loads(
                _text(value), parse_float=_number, parse_constant=_not_json, object_pairs_hook=_without_repeats
            )
        except OSError as error:
            self.fail(f"{value[1:]}: {error.strerror}", param, ctx)
        except (ValueError, RecursionError) as error:
            self.fail(f"not JSON: {error}", param, ctx)
        if not isinstance(data, dict):
            self.fail('it must be one object: {"name": value}', param, ctx)
        return data


class Instant(click.ParamType[datetime]):
    """An ISO 8601 date and time; without a zone it is read on the clock of the installation."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Fail as a usage error unless it is a moment of this era."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not like 2026-03-02T09:00 or 2026-03-02T09:00+08:00", param, ctx)
        if not 1970 < at.year < 3000:
            self.fail(f"the year {at.year} is out of range", param, ctx)
        return at


ACTOR = click.option("--as", "actor", required=True, metavar="USER", help="Who does it; `applicant` for the citizen.")
DATA = click.option("--data", type=Data(), help="JSON object, @file, or - for standard input.")
AT = click.option("--at", type=Instant(), help="When it happens; only with SUNPATH_ALLOW_CLOCK=1.")
FILES = click.option(
    "--file", "files", multiple=True, metavar="FIELD=PATH", help="A file for a field of the form; may be repeated."
)
STEP = click.option("--step", type=click.IntRange(min=1), help="As of this step of the journal.")

FORM = click.option("--form", type=click.Choice(FORMS), default="wide", show_default=True, help="Form of the chart.")


def output(required: bool = True) -> Callable[[Any], Any]:
    """The option ``-o FILE``."""
    return click.option(
        "-o",
        "--out",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        required=required,
        metavar="FILE",
        help="File to write.",
    )


def clock(at: datetime | None) -> tuple[datetime, bool]:
    """When the command happens, and whether under a simulated clock. Raises Rejection ``at.not_allowed``."""
    if at is None:
        return datetime.now(UTC), False
    if not settings().allow_clock:
        raise Rejection("at.not_allowed")
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings().timezone))), True


def _text(value: str) -> str:
    if value == "-":
        raw = sys.stdin.buffer.read(MAX_DATA + 1)
    elif value.startswith("@"):
        with Path(value[1:]).open("rb") as file:
            raw = file.read(MAX_DATA + 1)
    else:
        raw = value.encode()
    if len(raw) > MAX_DATA:
        raise ValueError(f"more than {MAX_DATA} bytes")
    return raw.decode("utf-8-sig")


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if abs(value.adjusted()) > MAX_POWER:
        raise ValueError(f"the number {text[:20]} is out of range")
    return value


def _not_json(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found
