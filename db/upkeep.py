"""Looking after an installation: is all in order, and copies of the whole database."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from core.errors import UserError
from core.security import KEY_FILE_NAME
from core.settings import Settings
from core.taxonomy import load_taxonomy
from db.crowd.erasure import LOG_NAME, find_missing, list_erasures, read_log, reapply
from db.engine import Database, open_database
from db.executors import list_dead
from db.migrations import HEAD, migrate
from db.models import Study
from db.runs import has_live_worker

KEY_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
_SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. detail says what was found, or what to do."""

    what: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Looks at folder, database, key file, words, providers and workers. Changes nothing but
    the schema of an old database, as every command does."""
    findings = [_folder(settings), _words(settings), _key_file(settings), _providers()]
    try:
        database = open_database(settings)
        with database.read() as session:
            n_studies = session.scalar(select(func.count()).select_from(Study)) or 0
            worker, dead = has_live_worker(session), list_dead(session)
            withdrawn = find_missing(session, read_log(settings.data_dir / LOG_NAME))
    except UserError as error:
        return [*findings, Finding("database", False, str(error))]
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    findings.append(Finding("database", True, f"{kind}, schema {HEAD}, {n_studies} studies"))
    there = "one is running" if worker else "none is running; queued runs wait for one"
    findings.append(Finding("workers", True, there))
    if withdrawn:
        detail = (
            f"answers of {withdrawn} people who withdrew are in the database, which was restored "
            "from before; run: taskanchor people reapply-erasures"
        )
        findings.append(Finding("erasures", False, detail))
    if dead:
        detail = f"{len(dead)} ended without saying so; the next worker takes over what they left"
        findings.append(Finding("dead processes", True, detail))
    return findings


def _folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):
        return Finding("data folder", True, str(folder))
    return Finding("data folder", False, f"{folder} cannot be written; change its owner or mode")


def _words(settings: Settings) -> Finding:
    try:
        taxonomy = load_taxonomy(settings.prompts_dir)
    except UserError as error:
        return Finding("taxonomy", False, str(error))
    return Finding("taxonomy", True, f"version {taxonomy.version}, {len(taxonomy)} categories")


def _key_file(settings: Settings) -> Finding:
    path = settings.data_dir / KEY_FILE_NAME
    if settings.secret_key:
        return Finding("secret key", True, "from TASKANCHOR_SECRET_KEY")
    if not path.exists():
        return Finding("secret key", True, "none yet; made when first needed, on loopback only")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        detail = f"{path} can be read by others (mode {mode:o}); run: chmod 600 {path}"
        return Finding("secret key", False, detail)
    return Finding("secret key", True, f"{path}, readable by its owner only")


def _providers() -> Finding:
    found = [name for name in KEY_VARIABLES if os.environ.get(name)]
    return Finding("providers", True, ", ".join(found) or "no key set; replay works without")


def back_up(database: Database, path: Path) -> None:
    """Copies a SQLite database, consistently, while it is being written to.

    Raises:
        UserError: the database is PostgreSQL, or the file is there or cannot be written.
    """
    source = _sqlite_path(database.engine.url.render_as_string(hide_password=True), "backup")
    if path.exists():
        raise UserError(f"{path} is there already. Choose another name, or remove it first.")
    part = path.with_name(f".{path.name}.part")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise UserError(f"{path} could not be written: {error}.") from error


def put_back(settings: Settings, path: Path, *, replace: bool) -> int:
    """Puts a copy made by `back_up` in the place of the present database.

    What people have withdrawn since the copy was made is emptied in it again.

    Returns:
        How many people's answers the copy had brought back.

    Raises:
        UserError: not such a copy, or the present database holds studies and is to be kept.
    """
    target = _sqlite_path(settings.database_url, "restore")
    if not path.is_file() or path.read_bytes()[: len(_SQLITE_MAGIC)] != _SQLITE_MAGIC:
        raise UserError(f"{path} is no copy made by taskanchor backup; expected such a file.")
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "study", "rating"} <= tables:
            raise UserError(f"{path} is a database, but not one of Taskanchor's.")
    database = open_database(settings)
    with database.read() as session:
        n_studies = session.scalar(select(func.count()).select_from(Study)) or 0
        erasures = list_erasures(session)
        if has_live_worker(session):
            raise UserError("A worker is running on the database. Stop the app, then restore.")
    if n_studies and not replace:
        raise UserError(
            f"The present database holds {n_studies} studies, which would be lost. Make a backup "
            "of it and add --replace, or set TASKANCHOR_DATA_DIR to another folder."
        )
    noted = read_log(settings.data_dir / LOG_NAME)
    with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(target)) as live:
        copy.backup(live)
    # The copy may be older than the schema.
    migrate(database)
    with database.write() as session:
        return reapply(session, [*erasures, *noted])


def reapply_erasures(settings: Settings, database: Database) -> int:
    """Empties again what people have withdrawn and a restored database brought back.

    For PostgreSQL, whose own tools restore it; `put_back` does it by itself.
    """
    with database.write() as session:
        return reapply(session, read_log(settings.data_dir / LOG_NAME))


def _sqlite_path(url: str, command: str) -> Path:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        tool = "pg_dump" if command == "backup" else "pg_restore"
        raise UserError(
            f"{command} copies SQLite files; this database is PostgreSQL. Use {tool}, which knows "
            "how to do it while others work."
        )
    return Path(parsed.database)
