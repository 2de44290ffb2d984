"""Bringing a database to the present schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from core.errors import UserError

if TYPE_CHECKING:
    from alembic.config import Config

    from db.engine import Database

# The newest revision in versions/; a test compares the two. Knowing it here saves every command
# the import of Alembic when nothing is to be done.
HEAD = "0007"
# Any constant of our own: two processes that migrate one PostgreSQL at once take turns at it.
ADVISORY_LOCK = 7_213_001


def alembic_config() -> Config:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def current_revision(database: Database) -> str | None:
    """Revision the database is at; None for an empty database."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(database: Database) -> None:
    """Upgrades the schema; does nothing when it is the present one.

    Raises:
        UserError: the database was written by a newer version of the app.
    """
    if current_revision(database) == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config()
    with database.write() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
        has_version = inspect(connection).has_table("alembic_version")
        found = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if has_version
            else None
        )
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise UserError(
                f"The database is at schema {found!r}, which this version does not know "
                f"(newest here: {HEAD!r}). Update Taskanchor, or point TASKANCHOR_DATABASE_URL "
                "at another database."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
