"""Everything of one study in one zip, people under pseudonyms.

What links a rater to a person, and what only the machinery needs (leases, executors, chunks),
stays out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Boolean, Float, Integer, Select, Table, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import TypeEngine

from core.exporting import write_bundle
from core.security import load_secret_key, pseudonym
from core.settings import Settings
from core.work import LATE_MARK
from db.engine import Database
from db.export_documents import study_documents
from db.models import (
    Assignment,
    Base,
    Checklist,
    Condition,
    Event,
    Gold,
    Item,
    JudgedSet,
    Note,
    ParaphraseSet,
    Participation,
    Prompt,
    Rater,
    Rating,
    Response,
    Run,
    Sample,
    Study,
    Tag,
    UtcDateTime,
    now,
)
from db.queries.analysis import judge_key
from db.queries.ratings import counts, current_ratings
from db.queries.studies import add_event, get_study
from db.queries.tasks import TICKS
from db.reports import default_template

if TYPE_CHECKING:
    import pyarrow as pa

LONG_RATINGS = "ratings_long"
# In a rater's meta: came with a bundle, whose people are pseudonyms already.
PSEUDONYM = "pseudonym"

# What is known about an answer without saying anything about the person; other columns that came
# with imported human ratings may.
_OWN_META = frozenset({TICKS, LATE_MARK, "elapsed_capped"})


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows per table, and the size of the file."""

    rows: dict[str, int]
    n_bytes: int


def export_study(database: Database, settings: Settings, slug: str, path: Path) -> Exported:
    """Writes the bundle and notes it among the study's events.

    Everything is read in one snapshot, while others go on writing.

    Raises:
        UserError: no such study, no key to make pseudonyms with, or the file cannot be written.
    """
    # A server on another address has refused to start without a configured key.
    key = load_secret_key(settings.secret_key, settings.data_dir, bound_to_loopback=True)
    with database.read() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        study = get_study(session, slug)
        tables = _tables(session, settings, study, key)
        documents = study_documents(session, settings, study)
    write_bundle(path, tables, documents, created_at=now())
    rows = {name: table.num_rows for name, table in tables.items()}
    with database.write() as session:
        add_event(session, study.id, "exported", {"rows": sum(rows.values())})
    return Exported(rows, path.stat().st_size)


def count_rows(session: Session, study_id: int) -> dict[str, int]:
    """Rows an export would hold, by table in the order of the work."""
    return {
        name: session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        for name, query in _queries(study_id).items()
    }


def exported_tables() -> dict[str, Table]:
    """Name in a bundle -> the table it is a copy of, for reading bundles back."""
    return {
        name: cast(Table, next(iter(query.selected_columns)).table)
        for name, query in _queries(0).items()
    }


def _tables(session: Session, settings: Settings, study: Study, key: bytes) -> dict[str, pa.Table]:
    raters = session.scalars(select(Rater).where(Rater.study_id == study.id)).all()
    people = {rater.id for rater in raters if rater.kind != "judge"}
    names = public_names(raters, study.slug, key)
    tables: dict[str, pa.Table] = {}
    for table, query in _queries(study.id).items():
        rows = [dict(row._mapping) for row in session.execute(query)]
        for row in rows:
            _disguise(table, row, names, people, lambda value: pseudonym(key, study.slug, value))
        tables[table] = _arrow(query, rows)
    tables["raters"] = tables["raters"].drop_columns(["name"])
    tables[LONG_RATINGS] = _long_ratings(session, settings, study.id, names)
    return tables


def public_names(raters: Iterable[Rater], slug: str, key: bytes) -> dict[int, str]:
    """Rater id -> the name that may leave the house: judges as they are, people as pseudonyms."""
    return {
        rater.id: rater.identity
        if rater.kind == "judge" or PSEUDONYM in rater.meta
        else pseudonym(key, slug, rater.identity)
        for rater in raters
    }


def _queries(study_id: int) -> dict[str, Select[Any]]:
    def of(model: type[Base], parent: type[Base] | None = None) -> Select[Any]:
        table: Any = model.__table__
        if parent is None:
            return select(table).where(table.c.study_id == study_id).order_by(table.c.id)
        owner: Any = parent.__table__
        joined = select(table).join_from(table, owner, table.c[f"{owner.name}_id"] == owner.c.id)
        return joined.where(owner.c.study_id == study_id).order_by(table.c.id)

    return {
        "prompts": of(Prompt),
        "conditions": of(Condition),
        "responses": of(Response, Condition),
        "paraphrase_sets": of(ParaphraseSet, Condition),
        "items": of(Item),
        "raters": of(Rater),
        "participations": of(Participation),
        "assignments": of(Assignment, Rater),
        "ratings": of(Rating, Rater),
        "notes": of(Note, Rater),
        "gold": of(Gold),
        "checklists": of(Checklist, Prompt),
        "judged_sets": of(JudgedSet),
        "samples": of(Sample),
        "tags": of(Tag),
        "runs": of(Run),
        "events": of(Event),
    }


def _disguise(
    table: str,
    row: dict[str, Any],
    names: Mapping[int, str],
    people: set[int],
    disguised: Callable[[str], str],
) -> None:
    """Replaces or empties, in place, what may say who a person is."""
    if table == "raters":
        row["identity"] = names[row["id"]]
        if row["id"] in people:
            row["meta"] = {}
    elif table == "ratings" and row["rater_id"] in people:
        row["meta"] = {name: row["meta"][name] for name in row["meta"].keys() & _OWN_META}
    elif table == "participations":
        # A session belongs to one person, and nobody knows what a platform's other ones say.
        row["captured"] = {
            name: disguised(f"{name}\0{value}")
            for name, value in row["captured"].items()
            if isinstance(value, str)
        }


def _arrow(query: Select[Any], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as they are stored, in typed columns; JSON columns as JSON text."""
    import pyarrow as pa

    kinds: tuple[tuple[type[TypeEngine[Any]], pa.DataType], ...] = (
        (Boolean, pa.bool_()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
        (UtcDateTime, pa.timestamp("us", tz="UTC")),
    )
    columns = {}
    for column in query.selected_columns:
        kind = next((of for known, of in kinds if isinstance(column.type, known)), pa.string())
        columns[column.name] = pa.array([_plain(row[column.name]) for row in rows], kind)
    return pa.table(columns)


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value


def _long_ratings(
    session: Session, settings: Settings, study_id: int, names: Mapping[int, str]
) -> pa.Table:
    """Current ratings in the format `taskanchor ratings import` reads."""
    import pyarrow as pa

    member_a, member_b = aliased(Response), aliased(Response)
    rows = session.execute(
        select(
            Rating.item_id,
            Rating.rater_id,
            Rating.question,
            Rating.template,
            Rating.repeat,
            Rating.order,
            Rating.revision,
            Rating.value,
            Rater.kind,
            Item.key,
            Item.cluster,
            Item.category,
            Item.content,
            Prompt.text.label("prompt"),
            member_a.text.label("response_a"),
            member_b.text.label("response_b"),
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .outerjoin(Prompt, Item.prompt_id == Prompt.id)
        .outerjoin(member_a, Item.response_a_id == member_a.id)
        .outerjoin(member_b, Item.response_b_id == member_b.id)
        .where(Rater.study_id == study_id, Rating.source != "grouping", counts())
        .where(Rater.kind.in_(("human", "judge")))
        .order_by(Rating.id)
    ).all()

    usual = {row.question: "" for row in rows}
    usual = {question: default_template(question, settings) for question in usual}

    def rater(row: Any) -> str:
        if row.kind == "human":
            return names[row.rater_id]
        return judge_key(names[row.rater_id], row.template, usual[row.question])

    newest = current_ratings(
        rows,
        # A person answers an item once, in whichever order; a judge once in each.
        key=lambda row: (
            row.item_id,
            rater(row),
            row.question,
            row.repeat,
            row.order if row.kind == "judge" else "",
        ),
        revision=lambda row: int(row.revision),
    ).values()
    columns: dict[str, list[Any]] = {
        "item_id": [row.key for row in newest],
        "prompt_id": [row.cluster for row in newest],
        "category": [row.category for row in newest],
        "question": [row.question for row in newest],
        "rater_id": [rater(row) for row in newest],
        "rater_kind": [row.kind for row in newest],
        "value": [row.value for row in newest],
        "repeat": [row.repeat for row in newest],
        "order": [row.order for row in newest],
        "prompt": [row.prompt or row.content.get("prompt") for row in newest],
        "response_a": [row.response_a or row.content.get("response_a") for row in newest],
        "response_b": [row.response_b or row.content.get("response_b") for row in newest],
    }
    return pa.table(
        {
            name: pa.array(values, pa.int64() if name == "repeat" else pa.string())
            for name, values in columns.items()
        }
    )
