"""Packages between upload and submission: files named by their digest, reached by a signed token, gone after a day.

Nothing here is published. The token holds who uploaded what, so that nobody opens another's draft.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bpmn.errors import Refused
from bpmn.package import FlowPackage, load
from web.session import settings

#: How long a draft waits to be submitted.
KEPT_FOR = timedelta(days=1)
#: More drafts than this are not kept; the oldest go first.
MOST = 100
KEY = re.compile(r"[a-z0-9-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A package somebody uploaded and has not submitted yet."""

    package: FlowPackage
    #: What the file was called.
    name: str
    token: str

    @property
    def suggested_key(self) -> str:
        """A key from the name of the file, where it makes one."""
        stem = PurePosixPath(self.name).stem.lower()
        return stem if KEY.fullmatch(stem) and stem != "process" else ""


def keep(package: FlowPackage, name: str, owner: str, at: datetime) -> str:
    """Keep a package for a day; answers the token that finds it again."""
    folder = settings().uploads
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(folder, at)
    path = folder / f"{package.digest}.zip"
    written = folder / f"{package.digest}.{os.getpid()}.part"
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(package.to_zip())
    written.replace(path)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return _signer().dumps([package.digest, name[:100], owner])


def find(token: str, owner: str) -> Draft | None:
    """The draft of a token, if it is ``owner``'s and not a day old; None otherwise."""
    try:
        digest, name, whose = _signer().loads(token, max_age=int(KEPT_FOR.total_seconds()))
        if whose != owner or not _DIGEST.fullmatch(digest):
            return None
        package = load((settings().uploads / f"{digest}.zip").read_bytes())
    except (BadSignature, OSError, Refused, ValueError, TypeError):
        return None
    return Draft(package=package, name=name, token=token) if package.digest == digest else None


def _tidy(folder: Path, at: datetime) -> None:
    """Remove what is a day old, and the oldest of too many."""
    oldest_first = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)
    too_many = len(oldest_first) - MOST + 1
    for place, path in enumerate(oldest_first):
        if place < too_many or path.stat().st_mtime < (at - KEPT_FOR).timestamp():
            path.unlink(missing_ok=True)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="uploaded package")
