"""How what the pipeline hands over becomes rows; each kind keeps what must not be replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.pipeline.records import (
    NewChecklist,
    NewJudgedSet,
    NewParaphrases,
    NewRating,
    NewResponse,
    Record,
)
from db.engine import insert_into
from db.models import Checklist, JudgedSet, ParaphraseSet, Rating, Response, now
from db.queries.studies import touch


@dataclass(frozen=True, slots=True)
class Work:
    """What records belong to. run_id: None for work outside a run."""

    study_id: int
    run_id: int | None


def save_records(session: Session, work: Work, records: Sequence[Record]) -> None:
    """Writes records of any kind, and marks results of the study as out of date."""
    by_kind: dict[type, list[Any]] = defaultdict(list)
    for record in records:
        by_kind[type(record)].append(record)
    _save_responses(session, work, by_kind[NewResponse])
    _save_ratings(session, work, by_kind[NewRating])
    _save_checklists(session, work, by_kind[NewChecklist])
    _save_paraphrases(session, work, by_kind[NewParaphrases])
    _save_judged_sets(session, work, by_kind[NewJudgedSet])
    touch(session, work.study_id)


def _save_responses(session: Session, work: Work, records: Sequence[NewResponse]) -> None:
    if not records:
        return
    rows = [_response_values(work, record) for record in records]
    slot = ["prompt_id", "condition_id", "sample_index", "replicate"]
    statement = insert_into(session, Response)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=slot,
            set_={name: statement.excluded[name] for name in rows[0] if name not in slot},
            # A stored response is never replaced; a failed call is, by what made it good.
            where=Response.status == "failed",
        ),
        rows,
    )


def _response_values(work: Work, record: NewResponse) -> dict[str, Any]:
    return {
        "prompt_id": record.prompt_id,
        "condition_id": record.condition_id,
        "sample_index": record.sample_index,
        "replicate": record.replicate,
        "status": "failed" if record.reason else "ok",
        "text": storable(record.text),
        "reason": record.reason,
        "detail": storable(record.detail),
        "flags": list(record.flags),
        "finish_reason": record.finish_reason,
        "category_used": record.category_used,
        "category_source": record.category_source,
        "template_name": record.template_name,
        "template_hash": record.template_hash,
        "parameters_sent": dict(record.parameters_sent),
        "parameters_dropped": dict(record.parameters_dropped),
        "input_tokens": record.usage.input_tokens,
        "output_tokens": record.usage.output_tokens,
        "attempts": record.attempts,
        "latency_ms": record.latency_ms,
        "served_model": record.served_model,
        "raw_reply": None if record.raw_reply is None else storable(record.raw_reply),
        "run_id": work.run_id,
        "meta": _storable_values(record.meta),
        "created_at": now(),
    }


def _save_ratings(session: Session, work: Work, records: Sequence[NewRating]) -> None:
    if not records:
        return
    session.execute(
        insert_into(session, Rating).on_conflict_do_nothing(),
        [
            {
                "rater_id": record.rater_id,
                "item_id": record.item_id,
                "question": record.question,
                "value": record.value,
                "reason": record.reason,
                "rationale": storable(record.rationale),
                "order": record.order,
                "template": record.template,
                "source": "direct",
                "repeat": record.repeat,
                "revision": record.revision,
                "category_used": record.category_used,
                "elapsed_ms": record.elapsed_ms,
                "raw_reply": storable(record.raw_reply),
                "parameters": dict(record.parameters),
                "input_tokens": record.usage.input_tokens,
                "output_tokens": record.usage.output_tokens,
                "run_id": work.run_id,
                "meta": dict(record.meta),
                "created_at": now(),
            }
            for record in records
        ],
    )


def _save_checklists(session: Session, work: Work, records: Sequence[NewChecklist]) -> None:
    if not records:
        return
    rows = [
        {
            "prompt_id": record.prompt_id,
            "rater_id": record.rater_id,
            "template": record.template,
            "factors": list(record.factors),
            "reason": record.reason,
            "raw_reply": storable(record.raw_reply),
            "parameters": dict(record.parameters),
            "input_tokens": record.usage.input_tokens,
            "output_tokens": record.usage.output_tokens,
            "run_id": work.run_id,
            "created_at": now(),
        }
        for record in records
    ]
    key = ["prompt_id", "rater_id", "template"]
    statement = insert_into(session, Checklist)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in rows[0] if name not in key},
            # Scores were given by a readable checklist: that one stays.
            where=Checklist.reason != "",
        ),
        rows,
    )


def _save_paraphrases(session: Session, work: Work, records: Sequence[NewParaphrases]) -> None:
    if not records:
        return
    rows = [
        {
            "prompt_id": record.prompt_id,
            "condition_id": record.condition_id,
            "template": record.template,
            "texts": [storable(text) for text in record.texts],
            "reason": record.reason,
            "raw_reply": storable(record.raw_reply),
            "parameters": dict(record.parameters),
            "input_tokens": record.usage.input_tokens,
            "output_tokens": record.usage.output_tokens,
            "run_id": work.run_id,
            "created_at": now(),
        }
        for record in records
    ]
    key = ["prompt_id", "condition_id"]
    statement = insert_into(session, ParaphraseSet)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in rows[0] if name not in key},
            # A set that is complete was asked already: that one stays.
            where=ParaphraseSet.reason != "",
        ),
        rows,
    )


def _save_judged_sets(session: Session, work: Work, records: Sequence[NewJudgedSet]) -> None:
    if not records:
        return
    key = ["rater_id", "template", "prompt_id", "condition_id", "mode", "orders"]
    rows = [
        {
            "study_id": work.study_id,
            "rater_id": record.rater_id,
            "template": record.template,
            "prompt_id": record.prompt_id,
            "condition_id": record.condition_id,
            "mode": record.mode,
            "orders": ",".join(record.orders),
            "asked": [list(pair) for pair in record.asked],
            "audited": [[*pair, verdict] for pair, verdict in record.audited.items()],
            "n_inferred": record.n_inferred,
            "run_id": work.run_id,
            "created_at": now(),
        }
        for record in records
    ]
    statement = insert_into(session, JudgedSet)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in rows[0] if name not in key},
        ),
        rows,
    )


def _storable_values(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: storable(v) if isinstance(v, str) else v for name, v in meta.items()}


def storable(text: str) -> str:
    """Text as both databases can hold it: PostgreSQL has no NUL, neither has lone surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
