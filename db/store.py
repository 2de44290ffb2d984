"""The pipeline's Store, on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from core.pipeline.records import (
    KnownParaphrases,
    Record,
    StoredPrompt,
    StoredResponse,
    StoredSlot,
)
from core.strategies.condition import Condition
from core.types import Question
from db import executors
from db.engine import Database, insert_into
from db.models import (
    Checklist,
    Item,
    ParaphraseSet,
    Prompt,
    Rater,
    Rating,
    Response,
    now,
)
from db.models import Condition as ConditionRow
from db.queries.items import ensure_pair_items, ensure_prompt_items, ensure_response_items
from db.queries.prompts import given_paraphrases
from db.queries.ratings import current_ratings
from db.queries.responses import list_current_responses
from db.saving import Work, save_records

# SQLite takes 32,766 variables in a statement, PostgreSQL 65,535.
IN_LIMIT = 5_000
T = TypeVar("T")


class SqlStore:
    """Storage of one study for one executor (see `core.pipeline.store.Store`)."""

    def __init__(
        self, database: Database, study_id: int, executor_id: str, run_id: int | None = None
    ) -> None:
        self._database = database
        self._study_id = study_id
        self._executor_id = executor_id
        self._run_id = run_id

    # -- reading ------------------------------------------------------------------------------

    def list_prompts(self, prompt_ids: Sequence[int] | None = None) -> list[StoredPrompt]:
        query = select(
            Prompt.id, Prompt.external_id, Prompt.text, Prompt.category, Prompt.reference
        ).where(Prompt.study_id == self._study_id)
        with self._database.read() as session:
            if prompt_ids is None:
                rows: Iterable[Any] = session.execute(query)
            else:
                rows = _in_parts(session, lambda ids: query.where(Prompt.id.in_(ids)), prompt_ids)
            return sorted((StoredPrompt(*row) for row in rows), key=lambda prompt: prompt.id)

    def list_slots(
        self, condition_id: int, prompt_ids: Sequence[int], *, with_text: bool
    ) -> list[StoredSlot]:
        text: Any = Response.text if with_text else Response.detail
        query = select(
            Response.prompt_id,
            Response.sample_index,
            Response.replicate,
            Response.status == "ok",
            Response.reason,
            text,
        ).where(Response.condition_id == condition_id)
        with self._database.read() as session:
            rows = _in_parts(
                session, lambda ids: query.where(Response.prompt_id.in_(ids)), prompt_ids
            )
            return [StoredSlot(*row) for row in rows]

    def find_categories(self, model_id: str, prompt_ids: Sequence[int]) -> dict[int, str]:
        with self._database.read() as session:
            rater_id = session.scalar(
                select(Rater.id).where(Rater.study_id == self._study_id, Rater.identity == model_id)
            )
            if rater_id is None:
                return {}
            query = (
                select(Item.prompt_id, Rating.value, Rating.id)
                .join(Rating, Rating.item_id == Item.id)
                .where(Rating.rater_id == rater_id, Rating.question == Question.CATEGORY)
                .where(Rating.value.is_not(None))
            )
            rows = _in_parts(session, lambda ids: query.where(Item.prompt_id.in_(ids)), prompt_ids)
            newest = sorted(rows, key=lambda row: int(row[2]))
            return {prompt_id: value for prompt_id, value, _ in newest}

    def list_responses(
        self, prompt_ids: Sequence[int], condition_labels: Sequence[str] | None
    ) -> list[StoredResponse]:
        with self._database.read() as session:
            return list_current_responses(session, self._study_id, prompt_ids, condition_labels)

    def list_judged(
        self,
        rater_id: int,
        question: str,
        template: str,
        item_ids: Sequence[int],
        repeat: int = 0,
    ) -> dict[tuple[int, str], tuple[bool, int]]:
        asked = (rater_id, question, template, repeat)
        newest = self._newest(Rating.value.is_not(None), asked, item_ids)
        return {key: (bool(scored), revision) for key, (scored, revision) in newest.items()}

    def list_values(
        self, rater_id: int, question: str, template: str, item_ids: Sequence[int]
    ) -> dict[tuple[int, str], tuple[str | None, int]]:
        return self._newest(Rating.value, (rater_id, question, template, 0), item_ids)

    def _newest(
        self, column: Any, asked: tuple[int, str, str, int], item_ids: Sequence[int]
    ) -> dict[tuple[int, str], tuple[Any, int]]:
        """(item id, order) -> (column, revision) of a judge's newest answers."""
        rater_id, question, template, repeat = asked
        query = select(Rating.item_id, Rating.order, column, Rating.revision).where(
            Rating.rater_id == rater_id,
            Rating.question == question,
            Rating.template == template,
            Rating.source == "direct",
            Rating.repeat == repeat,
        )
        with self._database.read() as session:
            rows = _in_parts(session, lambda ids: query.where(Rating.item_id.in_(ids)), item_ids)
            newest = current_ratings(
                rows, key=lambda row: (row[0], row[1]), revision=lambda r: r[3]
            )
            return {key: (row[2], int(row[3])) for key, row in newest.items()}

    def find_checklists(
        self, rater_id: int, template: str, prompt_ids: Sequence[int]
    ) -> Mapping[int, tuple[str, ...]]:
        query = select(Checklist.prompt_id, Checklist.factors).where(
            Checklist.rater_id == rater_id, Checklist.template == template
        )
        with self._database.read() as session:
            rows = _in_parts(
                session, lambda ids: query.where(Checklist.prompt_id.in_(ids)), prompt_ids
            )
            return {prompt_id: tuple(factors) for prompt_id, factors in rows}

    def find_paraphrases(
        self, condition_id: int, prompt_ids: Sequence[int]
    ) -> dict[int, KnownParaphrases]:
        query = (
            select(Prompt.id, Prompt.meta, ParaphraseSet.texts)
            .outerjoin(
                ParaphraseSet,
                (ParaphraseSet.prompt_id == Prompt.id)
                & (ParaphraseSet.condition_id == condition_id),
            )
            .where(Prompt.study_id == self._study_id)
        )
        with self._database.read() as session:
            rows = _in_parts(session, lambda ids: query.where(Prompt.id.in_(ids)), prompt_ids)
            return {
                prompt_id: KnownParaphrases(
                    given_paraphrases(meta), None if made is None else tuple(made)
                )
                for prompt_id, meta, made in rows
            }

    # -- adding what work refers to -----------------------------------------------------------

    def add_condition(self, condition: Condition) -> int:
        with self._database.write() as session:
            session.execute(
                insert_into(session, ConditionRow).on_conflict_do_nothing(),
                {
                    "study_id": self._study_id,
                    "hash": condition.hash,
                    "label": condition.label,
                    "model": condition.model_id,
                    "endpoint": condition.endpoint,
                    "strategy": condition.strategy,
                    "n": condition.n,
                    "spec": condition.as_dict(),
                    "created_at": now(),
                },
            )
            known = (
                ConditionRow.study_id == self._study_id,
                ConditionRow.hash == condition.hash,
            )
            # Only independent samples can be asked for with another n: more of them extend the set.
            session.execute(
                update(ConditionRow)
                .where(*known, ConditionRow.n < condition.n)
                .values(n=condition.n)
            )
            return session.scalars(select(ConditionRow.id).where(*known)).one()

    def add_judge(self, model_id: str) -> int:
        with self._database.write() as session:
            session.execute(
                insert_into(session, Rater).on_conflict_do_nothing(),
                {
                    "study_id": self._study_id,
                    "kind": "judge",
                    "identity": model_id,
                    "name": model_id,
                    "meta": {},
                    "created_at": now(),
                },
            )
            return session.scalars(
                select(Rater.id).where(Rater.study_id == self._study_id, Rater.identity == model_id)
            ).one()

    def list_prompt_items(self, prompt_ids: Sequence[int]) -> dict[int, int]:
        with self._database.write() as session:
            return ensure_prompt_items(session, self._study_id, prompt_ids)

    def list_pair_items(
        self, pairs: Sequence[tuple[StoredResponse, StoredResponse]]
    ) -> dict[tuple[int, int], int]:
        with self._database.write() as session:
            return ensure_pair_items(session, self._study_id, pairs)

    def list_response_items(self, responses: Sequence[StoredResponse]) -> dict[int, int]:
        with self._database.write() as session:
            return ensure_response_items(session, self._study_id, responses)

    # -- leases and results -------------------------------------------------------------------

    def claim(self, unit_keys: Sequence[str]) -> set[str]:
        with self._database.write() as session:
            return executors.claim(session, self._executor_id, unit_keys)

    def release(self, unit_keys: Sequence[str]) -> None:
        with self._database.write() as session:
            executors.release(session, self._executor_id, unit_keys)

    def save(self, records: Sequence[Record]) -> None:
        with self._database.write() as session:
            save_records(session, Work(self._study_id, self._run_id), records)


def _in_parts(
    session: Session, query: Callable[[Sequence[int]], Select[*tuple[Any, ...]]], ids: Sequence[int]
) -> list[Any]:
    """Rows of a query that filters by a list of ids of any length."""
    rows: list[Any] = []
    for start in range(0, len(ids), IN_LIMIT):
        rows.extend(session.execute(query(ids[start : start + IN_LIMIT])))
    return rows
