"""``flask user``: people, their roles and posts."""

from __future__ import annotations

import engine
from tests.cli.conftest import Shell


def test_add_and_list(shell: Shell) -> None:
    added = shell.json(
        "user",
        "add",
        "wang",
        "--role",
        "clerk",
        "--role",
        "auditor",
        "--display",
        "王海燕",
        "--post",
        "受理岗",
        "承办岗",
    )
    assert added == {
        "name": "wang",
        "display": "王海燕",
        "roles": ["auditor", "clerk"],
        "posts": ["受理岗", "承办岗"],
    }
    users = shell.json("user", "list")["users"]
    assert added in users
    assert [user["name"] for user in users] == ["clerk", "colleague", "lin", "wang", "zhao"]


def test_posts_may_also_be_repeated(shell: Shell) -> None:
    added = shell.json("user", "add", "li", "--role", "clerk", "--post", "受理岗", "--post", "承办岗")
    assert added["posts"] == ["受理岗", "承办岗"]


def test_what_is_refused(shell: Shell) -> None:
    assert "clerk" in shell.refused("user", "add", "clerk", "--role", "clerk")
    assert "applicant" in shell.refused("user", "add", "applicant", "--role", "clerk")
    assert "king" in shell.misused("user", "add", "wang", "--role", "king")
    assert "--role" in shell.misused("user", "add", "wang")
    assert "extra" in shell.misused("user", "add", "wang", "extra", "--role", "clerk")


def test_a_password_comes_from_standard_input_only(shell: Shell) -> None:
    result = shell("user", "add", "wang", "--role", "clerk", "--password-stdin", typed="correct horse\n")
    assert "correct" not in result.output
    with shell.store.read() as session:
        assert engine.sign_in(session, "wang", "correct horse") is not None
        assert engine.sign_in(session, "wang", "") is None
