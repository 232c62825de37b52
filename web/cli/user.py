"""``flask user``: people with an account, their roles and posts."""

from __future__ import annotations

import sys

import click

import engine
from engine.office.people import ROLES
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

user = Verbs("user", help="People with an account, their roles and posts.")


@user.command("add")
@click.argument("name")
@click.option(
    "--role", "roles", type=click.Choice(sorted(ROLES)), multiple=True, required=True, help="What they may do."
)
@click.option("--post", "posts", multiple=True, help="Post (岗位) they hold; may be followed by several.")
@click.option("--display", default="", help="Their name as people write it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.argument("more_posts", nargs=-1, metavar="[POST]...")
def add(
    name: str,
    roles: tuple[str, ...],
    posts: tuple[str, ...],
    display: str,
    password_stdin: bool,
    more_posts: tuple[str, ...],
) -> None:
    """Add NAME."""
    if more_posts and not posts:
        raise click.UsageError(f"unexpected argument {more_posts[0]!r}; posts follow --post")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    added = writing(
        lambda session, _: engine.add_person(
            session, name, roles=roles, posts=posts + more_posts, display=display, password=password
        )
    )
    tell(documents.person(added), [lines.person(added, lang())])


@user.command("list")
def list_() -> None:
    """List everybody."""
    with reading() as session:
        everybody = engine.people(session)
    tell(
        {"users": [documents.person(somebody) for somebody in everybody]},
        [lines.person(somebody, lang()) for somebody in everybody] or [word("no_people", lang())],
    )
