"""A bundle made by `db.exports` becomes a study again, here or in another database.

Every row gets a new id; whatever names another row by its id (foreign keys, the keys of items,
members of sets) follows. People stay the pseudonyms they are in the bundle.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Table, insert
from sqlalchemy.orm import Session

from core.errors import UserError
from core.importing.bundle import Bundle, read_bundle
from core.settings import Settings
from db.engine import Database, close_databases, open_database
from db.exports import LONG_RATINGS, PSEUDONYM, exported_tables
from db.migrations import HEAD
from db.models import Base, Study, UtcDateTime
from db.queries.studies import SLUG, add_event, find_study

BATCH = 5_000
# Where a study came from, in its settings; people of such a study are pseudonyms already.
ORIGIN = "imported_bundle"
_MEMBERS = re.compile(r"(?:pair|response|set)((?::[0-9]{1,18})+)")
_PROMPT_KEY = re.compile(r"prompt:([0-9]{1,18})")

Ids = dict[int, int]


@dataclass(frozen=True, slots=True)
class ImportedBundle:
    """The study made, and rows stored by table."""

    slug: str
    rows: dict[str, int]


def import_bundle(session: Session, bundle: Bundle, *, slug: str | None = None) -> ImportedBundle:
    """Stores a bundle as a new study.

    Args:
        slug: another name than the bundle's.

    Raises:
        UserError: the name is taken or malformed, the bundle was written by a newer version, or
            its tables do not fit together; nothing is stored.
    """
    tables = exported_tables()
    unknown = sorted(set(bundle.tables) - {*tables, LONG_RATINGS})
    if unknown:
        raise _too_new(bundle, f"a table {unknown[0]!r}")
    study = _add_study(session, bundle, slug or str(bundle.study.get("slug", "")))
    by_table = {table.name: name for name, table in tables.items()}
    ids: dict[str, Ids] = {"study": {}}
    stored: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        name = by_table.get(table.name)
        if name is None or name not in bundle.tables:
            continue
        rows = bundle.tables[name]
        ids[table.name] = _store(session, bundle, table, rows, study.id, ids)
        stored[name] = len(rows)
    detail = {"file": bundle.name, "study": bundle.study.get("slug"), "rows": sum(stored.values())}
    add_event(session, study.id, "bundle_imported", detail)
    return ImportedBundle(study.slug, stored)


@contextmanager
def opened_bundle(path: Path, settings: Settings) -> Iterator[tuple[Settings, Database, str]]:
    """A bundle as a study in a database of its own, gone at the end of the block.

    Yields:
        Settings that name that database and the bundle's own taxonomy and templates, the
        database, and the study's slug. So nothing of this machine's has a say in the numbers.
    """
    bundle = read_bundle(path)
    with temporary_database(settings) as (own, database):
        own = replace(own, prompts_dir=bundle.write_prompt_files(own.data_dir / "prompts"))
        with database.write() as session:
            done = import_bundle(session, bundle)
        yield own, database, done.slug


@contextmanager
def temporary_database(settings: Settings) -> Iterator[tuple[Settings, Database]]:
    """An empty database in a folder that is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="taskanchor-") as folder:
        path = Path(folder)
        (path / "prompts").mkdir()
        own = replace(
            settings, data_dir=path, database_url=f"sqlite:///{path / 'taskanchor.sqlite3'}"
        )
        try:
            yield own, open_database(own)
        finally:
            close_databases(own)


def _add_study(session: Session, bundle: Bundle, slug: str) -> Study:
    if not SLUG.fullmatch(slug):
        raise UserError(
            f"{slug!r} cannot name a study; expected 1 to 64 of a-z, 0-9 and inner hyphens. "
            "Choose a name with --as."
        )
    if find_study(session, slug) is not None:
        raise UserError(
            f"A study named {slug!r} exists already. Import {bundle.name} under another name "
            "with --as NAME."
        )
    described = bundle.study
    own_settings = described.get("settings")
    origin = {"file": bundle.name, "slug": described.get("slug"), "versions": bundle.versions}
    study = Study(
        slug=slug,
        title=str(described.get("title") or slug),
        # Its people's links belong to the place it came from: here nobody answers any more.
        status="draft" if described.get("status") == "draft" else "closed",
        is_sample=described.get("sample_data") is True,
        taxonomy_version=str(described.get("taxonomy_version", "")),
        taxonomy_hash=str(described.get("taxonomy_hash", "")),
        settings={**(own_settings if isinstance(own_settings, dict) else {}), ORIGIN: origin},
    )
    if described.get("created_at"):
        study.created_at = datetime.fromisoformat(str(described["created_at"]))
    session.add(study)
    session.flush()
    return study


def _too_new(bundle: Bundle, what: str) -> UserError:
    return UserError(
        f"{bundle.name} has {what} that this version of Taskanchor does not know "
        f"(schema {bundle.versions.get('schema', 'unknown')}, here {HEAD}). "
        "Update Taskanchor and import again."
    )


def _store(
    session: Session,
    bundle: Bundle,
    table: Table,
    rows: list[dict[str, Any]],
    study_id: int,
    ids: Mapping[str, Ids],
) -> Ids:
    """Stores the rows of one table; old id -> new id."""
    columns = [column for column in table.columns if column.name != "id"]
    unknown = sorted(set(rows[0]) - {column.name for column in table.columns}) if rows else []
    if unknown:
        raise _too_new(bundle, f"a column {unknown[0]!r} of {table.name}")
    # A column younger than the bundle takes its default.
    present = [column for column in columns if rows and column.name in rows[0]]
    new: Ids = {}
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        values = [
            {column.name: _value(bundle, table, column, row, study_id, ids) for column in present}
            for row in part
        ]
        for row in values:
            _follow_ids(table.name, row, ids)
        stored = session.execute(
            insert(table).returning(table.c.id, sort_by_parameter_order=True), values
        ).scalars()
        new |= dict(zip((row["id"] for row in part), stored, strict=True))
    return new


def _value(
    bundle: Bundle,
    table: Table,
    column: Column[Any],
    row: Mapping[str, Any],
    study_id: int,
    ids: Mapping[str, Ids],
) -> Any:
    value = row[column.name]
    if column.name == "study_id":
        return study_id
    if value is None:
        return None
    for key in column.foreign_keys:
        target = key.column.table.name
        if target not in ids and column.nullable:
            return None
        found = ids.get(target, {}).get(value)
        if found is None and not column.nullable:
            raise UserError(
                f"{bundle.name}: {table.name} {row['id']} names {target} {value}, which is not in "
                "the bundle. The file is incomplete; export the study again."
            )
        return found
    if isinstance(column.type, JSON):
        return json.loads(value)
    if isinstance(column.type, UtcDateTime) and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def _follow_ids(table: str, row: dict[str, Any], ids: Mapping[str, Ids]) -> None:
    """Replaces, in place, ids of other rows that stand inside values."""
    if table == "item":
        row["key"] = _item_key(row["key"], ids)
        members = row["content"].get("response_ids")
        if members:
            followed = [ids["response"].get(member, member) for member in members]
            row["content"] = {**row["content"], "response_ids": followed}
    elif table == "assignment" and row.get("member_order"):
        order = row["member_order"]
        # Places of members need no following; their ids do.
        if sorted(order) != list(range(len(order))):
            row["member_order"] = [ids["response"].get(member, member) for member in order]
    elif table == "rater" and row["kind"] != "judge":
        # So that a later export leaves the name as it is.
        row["meta"] = {PSEUDONYM: True}
    elif table == "judged_set":
        for name in ("asked", "audited"):
            row[name] = [
                [ids["response"].get(a, a), ids["response"].get(b, b), *rest]
                for a, b, *rest in row[name]
            ]
    elif table == "rating" and "set_item" in (row.get("meta") or {}):
        item_id = row["meta"]["set_item"]
        row["meta"] = {**row["meta"], "set_item": ids["item"].get(item_id, item_id)}


def _item_key(key: str, ids: Mapping[str, Ids]) -> str:
    responses, prompts = ids.get("response", {}), ids.get("prompt", {})
    if found := _MEMBERS.fullmatch(key):
        members = [int(member) for member in found.group(1)[1:].split(":")]
        if all(member in responses for member in members):
            return ":".join([key.partition(":")[0], *(str(responses[one]) for one in members)])
    if (found := _PROMPT_KEY.fullmatch(key)) and int(found.group(1)) in prompts:
        return f"prompt:{prompts[int(found.group(1))]}"
    return key
