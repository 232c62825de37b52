"""Who is at the desk: sign in with name and password, or as a demo person; sign out; rooms by role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import Person
from web.language import gettext as _
from web.language import lang
from web.security import is_loopback
from web.session import now, read, settings
from web.wording import word

bp = Blueprint("auth", __name__)

P = ParamSpec("P")
R = TypeVar("R")

#: A signed-in officer is asked again after this long without a click, and after this long at all (trust.md section 4).
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
#: Rooms of the staff and the roles that may enter; each has a page ``<room>.index`` and a word in ``web/words``.
ROOMS = (
    ("desk", frozenset({"clerk"})),
    ("supervision", frozenset({"clerk", "supervisor"})),
    ("department", frozenset({"modeller", "reviewer", "publisher"})),
    ("audit", frozenset({"auditor", "supervisor"})),
    ("departures", frozenset({"auditor", "supervisor"})),
)


def install(app: Flask) -> None:
    """Register the pages and find out who asks before every request."""
    app.register_blueprint(bp)
    app.before_request(_load_person)


def person() -> Person | None:
    """Who is signed in; None for the public."""
    found: Person | None = g.get("person")
    return found


def require_role(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R | ResponseReturnValue]]:
    """Only people with one of ``roles`` may open the view: others are sent to sign in (nobody) or refused (403)."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
            who = person()
            if who is None:
                back = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("auth.sign_in", next=back))
            if not who.roles & set(roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def rooms(who: Person | None) -> list[tuple[str, str]]:
    """Rooms a person may enter: (address, word)."""
    if who is None:
        return []
    open_ = [room for room, roles in ROOMS if who.roles & roles and f"{room}.index" in current_app.view_functions]
    return [(url_for(f"{room}.index"), word("room", room, lang())) for room in open_]


def demo_is_open() -> bool:
    """May demo people sign in without a password? Only with SUNPATH_DEMO=1, from this machine, on a demo database."""
    if not settings().demo or not is_loopback():
        return False
    with read() as database:
        return engine.is_demo(database)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Sign in with name and password; an unknown name gets the same answer as a wrong password."""
    wrong = False
    if request.method == "POST":
        with read() as database:
            who = engine.sign_in(database, request.form.get("name", ""), request.form.get("password", ""))
        if who is not None:
            return _welcome(who)
        wrong = True
    people = _demo_people() if demo_is_open() else []
    page = render_template("auth/sign_in.html", wrong=wrong, people=people, next=_safe_next())
    return page, 403 if wrong else 200


@bp.post("/sign-in/demo")
def demo() -> ResponseReturnValue:
    """Sign in as one of the demo people."""
    if not demo_is_open():
        abort(404)
    with read() as database:
        who = engine.person(database, request.form.get("name", ""))
    if who is None:
        abort(404)
    return _welcome(who)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave; the session is emptied."""
    session.clear()
    flash(_("您已退出登录。"))
    return redirect(url_for("public.home"))


def _welcome(who: Person) -> ResponseReturnValue:
    session.clear()
    session.update(name=who.name, since=now().isoformat(), seen=now().isoformat())
    g.person = who
    first = next(iter(rooms(who)), None)
    return redirect(_safe_next() or (first[0] if first else url_for("public.home")))


def _load_person() -> None:
    g.person = None
    if request.endpoint == "static" or "name" not in session:
        return
    since, seen = (datetime.fromisoformat(session[key]) for key in ("since", "seen"))
    idle = LONGEST if settings().demo else IDLE
    if now() - since > LONGEST or now() - seen > idle:
        session.clear()
        return
    if now() - seen > timedelta(minutes=1):
        session["seen"] = now().isoformat()
    with read() as database:
        g.person = engine.person(database, session["name"])


def _demo_people() -> list[tuple[str, list[Person]]]:
    """Demo people by their first role, in the order of the work."""
    order = ["clerk", "modeller", "reviewer", "publisher", "auditor", "supervisor", "admin"]
    with read() as database:
        everybody = engine.people(database)
    groups: dict[str, list[Person]] = {role: [] for role in order}
    for who in everybody:
        role = next((role for role in order if role in who.roles), None)
        if role is not None:
            groups[role].append(who)
    return [(role, found) for role, found in groups.items() if found]


def _safe_next() -> str | None:
    """Where to go after signing in: an address of this site, nothing else."""
    wanted: Any = request.values.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else None
