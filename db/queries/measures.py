"""Stored measures of sets, and stored vectors of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.diversity import Measure
from db.engine import insert_into
from db.models import Base, Condition, Embedding, Prompt, Response, SetMeasure, now

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Members = tuple[int, ...]
# SQLite allows about 32,000 variables in a statement.
_PART = 5_000


@dataclass(frozen=True, slots=True)
class NewSetMeasure:
    """A measure of the set with these responses, to be kept. name: with embedder and version."""

    condition_id: int
    prompt_id: int
    members: Members
    name: str
    measure: Measure


def load_set_measures(
    session: Session, study_id: int, names: Sequence[str]
) -> dict[str, dict[Members, Measure]]:
    """Stored measure -> response ids of a set -> its value."""
    found: dict[str, dict[Members, Measure]] = {name: {} for name in names}
    rows = session.execute(
        select(SetMeasure.measure, SetMeasure.members, SetMeasure.value, SetMeasure.reason)
        .join(Condition, SetMeasure.condition_id == Condition.id)
        .where(Condition.study_id == study_id, SetMeasure.measure.in_(names))
    )
    for name, members, value, reason in rows:
        ids = tuple(map(int, members.split(",")))
        found[name][ids] = Measure.undefined(reason) if value is None else Measure(value)
    return found


def add_set_measures(session: Session, measures: Iterable[NewSetMeasure]) -> None:
    """Keeps measures; those that are there already stay."""
    _insert(
        session,
        SetMeasure,
        [
            {
                "condition_id": one.condition_id,
                "prompt_id": one.prompt_id,
                "members": ",".join(map(str, one.members)),
                "measure": one.name,
                "value": one.measure.value if one.measure.is_defined else None,
                "reason": one.measure.reason,
            }
            for one in measures
        ],
    )


def drop_set_measures(session: Session, study_id: int, prefix: str, keep: Sequence[str]) -> None:
    """Forgets measures whose name starts with `prefix`, but for those to keep."""
    conditions = select(Condition.id).where(Condition.study_id == study_id)
    session.execute(
        delete(SetMeasure).where(
            SetMeasure.condition_id.in_(conditions),
            SetMeasure.measure.startswith(prefix, autoescape=True),
            SetMeasure.measure.not_in(keep),
        )
    )


def load_texts(session: Session, study_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Response id -> text. All of a study's are read when most are wanted."""
    query = (
        select(Response.id, Response.text)
        .join(Prompt, Response.prompt_id == Prompt.id)
        .where(Prompt.study_id == study_id)
    )
    if len(ids) <= _PART:
        query = query.where(Response.id.in_(ids))
    wanted = set(ids)
    return {row_id: text for row_id, text in session.execute(query) if row_id in wanted}


def load_vectors(
    session: Session, model: str, text_hashes: Sequence[str]
) -> dict[str, npt.NDArray[np.float32]]:
    """Text hash -> stored vector; hashes without one are absent."""
    import numpy as np

    found: dict[str, npt.NDArray[np.float32]] = {}
    for start in range(0, len(text_hashes), _PART):
        rows = session.execute(
            select(Embedding.text_hash, Embedding.vector).where(
                Embedding.model == model,
                Embedding.text_hash.in_(text_hashes[start : start + _PART]),
            )
        )
        found |= {text_hash: np.frombuffer(vector, dtype="<f4") for text_hash, vector in rows}
    return found


def list_embedders(session: Session, study_id: int) -> list[str]:
    """Embedding models by which some text of the study has been measured already."""
    names = session.scalars(
        select(SetMeasure.measure)
        .join(Condition, SetMeasure.condition_id == Condition.id)
        .where(Condition.study_id == study_id, SetMeasure.measure.contains("@"))
        .distinct()
    )
    models = {name.partition("@")[2] for name in names}
    return sorted(name for name in models if not name.startswith("tfidf:"))


def add_vectors(
    session: Session, model: str, vectors: Mapping[str, npt.NDArray[np.float32]]
) -> None:
    """Keeps vectors by text hash."""
    _insert(
        session,
        Embedding,
        [
            {
                "model": model,
                "text_hash": text_hash,
                "vector": vector.astype("<f4").tobytes(),
                "created_at": now(),
            }
            for text_hash, vector in vectors.items()
        ],
    )


def _insert(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Adds rows; one that is there already stays as it is."""
    if rows:
        session.execute(insert_into(session, table).on_conflict_do_nothing(), list(rows))
