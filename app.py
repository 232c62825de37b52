"""Sunpath 阳光流程: settings → database → web. For ``flask …``, ``python app.py``, gunicorn "app:create_app()"."""

import sys

from flask import Flask

import web
from engine.errors import Unusable
from engine.store import open_store
from web.settings import Settings


def create_app() -> Flask:
    """Read the settings, open the database, hand both to the web. Nothing is created in the database here."""
    settings = Settings.from_env()
    try:
        store = open_store(settings.database_url, code_key=settings.code_key)
    except Unusable as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    return web.create_app(settings, store)


if __name__ == "__main__":
    create_app().run()
