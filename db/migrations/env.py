"""Alembic's entry: runs on the connection that `db.migrations.migrate` hands over."""

from alembic import context

from db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller owns the transaction, on SQLite too
)
context.run_migrations()
