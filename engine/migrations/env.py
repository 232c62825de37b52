"""Alembic's entry: migrations run on the connection that ``Store.upgrade`` hands over."""

from alembic import context

from engine.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
