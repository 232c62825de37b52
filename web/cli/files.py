"""Files for fields of forms, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

import engine
from engine.files import is_file
from engine.store import Session


def with_files(
    session: Session, schema: Mapping[str, Any], data: Mapping[str, Any] | None, files: tuple[str, ...], at: datetime
) -> Mapping[str, Any] | None:
    """The data with ``FIELD=PATH`` kept and referred to. A field that asks for no file is a usage error."""
    if not files:
        return data
    sent = dict(data or {})
    for given in files:
        field, _, path = given.partition("=")
        rule = schema.get("properties", {}).get(field, {})
        if not is_file(rule) or not Path(path).is_file():
            raise click.UsageError(f"--file {given}: {'no such file' if is_file(rule) else 'the field takes no file'}")
        reference = engine.keep_file(session, rule, Path(path).name, Path(path).read_bytes(), at)
        sent[field] = [*sent.get(field, []), reference]
    return sent
