"""Posts (岗位) in the reader's language, by what the published flows call theirs."""

from __future__ import annotations

from flask import Flask, g

import engine
from web.language import lang
from web.session import read


def install(app: Flask) -> None:
    """Give templates the filter."""
    app.jinja_env.filters["post_name"] = post_name


def post_name(post: str) -> str:
    """A post in the language of the request; as it is where no flow says more."""
    return post if lang() == "zh" else _named().get(post, post)


def _named() -> dict[str, str]:
    """Every post, asked once a request."""
    if "posts" not in g:
        with read() as session:
            packages = [engine.package_of(session, info.id) for info in engine.definitions(session)]
        g.posts = {post: name for package in packages for post, name in package.posts(lang()).items()}
    named: dict[str, str] = g.posts
    return named
