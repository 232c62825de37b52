"""People with an account: roles say which rooms they may enter, posts (岗位) which steps they may do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine import tables
from engine.answers import Person
from engine.errors import Rejection
from engine.store import Session

ROLES = frozenset({"modeller", "reviewer", "publisher", "clerk", "supervisor", "auditor", "admin"})
#: Actors that are not people with an account: the applicant (known by the query code) and the engine's own clock.
APPLICANT = "applicant"
SYSTEM = "system"

_hasher = PasswordHasher()
#: Built once: every command asks who acts, and putting a statement together costs more than running it.
_BY_NAME = sa.select(tables.person).where(tables.person.c.name == sa.bindparam("wanted"))


def add_person(
    session: Session,
    name: str,
    *,
    roles: Iterable[str],
    posts: Iterable[str] = (),
    display: str = "",
    password: str | None = None,
) -> Person:
    """Add somebody. Raises Rejection: ``user.exists``, ``user.name``, ``role.unknown``."""
    if (
        not name
        or not name.replace("-", "").replace("_", "").isalnum()
        or len(name) > 64
        or name in (APPLICANT, SYSTEM)
    ):
        raise Rejection("user.name", name=name)
    for role in roles:
        if role not in ROLES:
            raise Rejection("role.unknown", role=role, known=", ".join(sorted(ROLES)))
    if person(session, name) is not None:
        raise Rejection("user.exists", name=name)
    added = Person(name=name, display=display or name, roles=frozenset(roles), posts=frozenset(posts))
    session.execute(
        sa.insert(tables.person).values(
            name=name,
            display=added.display,
            roles=json.dumps(sorted(added.roles)),
            posts=json.dumps(sorted(added.posts), ensure_ascii=False),
            password=_hasher.hash(password) if password else None,
        )
    )
    return added


def person(session: Session, name: str) -> Person | None:
    """Somebody by name."""
    row = session.execute(_BY_NAME, {"wanted": name}).one_or_none()
    return None if row is None else _person(row)


def known(session: Session, name: str) -> Person:
    """Somebody by name. Raises Rejection ``user.unknown``."""
    found = person(session, name)
    if found is None:
        raise Rejection("user.unknown", name=name)
    return found


def people(session: Session) -> list[Person]:
    """Everybody, by name."""
    return [_person(row) for row in session.execute(sa.select(tables.person).order_by(tables.person.c.name))]


def require(person: Person, *roles: str) -> None:
    """Raises Rejection ``role.missing`` unless the person has one of ``roles``."""
    if not person.roles & set(roles):
        raise Rejection("role.missing", name=person.name, roles=", ".join(roles))


def sign_in(session: Session, name: str, password: str) -> Person | None:
    """The person if the password is right; None otherwise, after the same amount of work."""
    row = session.execute(_BY_NAME, {"wanted": name}).one_or_none()
    stored = row.password if row is not None and row.password else _nobody()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return _person(row) if row is not None and stored is not _nobody() else None


@cache
def _nobody() -> str:
    """Checked when the name is unknown, so that a wrong name costs as much time as a wrong password."""
    return _hasher.hash("nobody has this password")


#: A person's columns beside those of other tables, as ``read_person`` knows them.
COLUMNS = [column.label(f"person_{column.name}") for column in tables.person.c if column.name != "password"]


def read_person(row: Mapping[str, Any]) -> Person | None:
    """The person of a row with COLUMNS; None where an outer join found nobody."""
    name = row["person_name"]
    if name is None:
        return None
    roles, posts = json.loads(row["person_roles"]), json.loads(row["person_posts"])
    return Person(name=name, display=row["person_display"], roles=frozenset(roles), posts=frozenset(posts))


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    return Person(
        name=row.name,
        display=row.display,
        roles=frozenset(json.loads(row.roles)),
        posts=frozenset(json.loads(row.posts)),
    )
