"""The pages: Flask, one module a room. Nothing here knows SQL, SpiffWorkflow or how a chart is drawn."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from engine.store import Store
from web import (
    applying,
    audit,
    auth,
    benchmarks,
    cases,
    casework,
    cli,
    dates,
    department,
    departures,
    desk,
    downloads,
    errors,
    formatting,
    inbox,
    language,
    law,
    layout,
    moving,
    pagecache,
    papers,
    posts,
    public,
    security,
    session,
    stuck,
    supervision,
    tracking,
    uploads,
)
from web.settings import Settings

#: Rooms, each a module with its own blueprint ``bp``.
ROOMS = (
    public,
    benchmarks,
    law,
    downloads,
    applying,
    tracking,
    cases,
    dates,
    papers,
    uploads,
    desk,
    casework,
    stuck,
    inbox,
    supervision,
    department,
    moving,
    audit,
    departures,
)


def create_app(settings: Settings, store: Store) -> Flask:
    """The web application over an opened database."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    security.install(app, settings)
    language.install(app, settings)
    session.install(app, settings, store)
    formatting.install(app)
    posts.install(app)
    errors.install(app)
    auth.install(app)
    layout.install(app)
    pagecache.install(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    security.limit_attempts(app)
    cli.install(app)
    return app
