"""Sets that judges were asked about adaptively."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.diversity.adaptive import AdaptiveMode
from core.results import AdaptiveSet
from db.models import Condition, JudgedSet, Rater
from db.queries.analysis import judge_key


def load_adaptive_sets(
    session: Session, study_id: int, default_template: str, prompt_id: int | None = None
) -> list[AdaptiveSet]:
    """All of a study, or of one of its prompts; judges named as in `load_verdicts`.

    A set judged again in the same mode, in other orders, counts by its newest record.
    """
    query = (
        select(JudgedSet, Rater.identity, Condition.label)
        .join(Rater, JudgedSet.rater_id == Rater.id)
        .join(Condition, JudgedSet.condition_id == Condition.id)
        .where(JudgedSet.study_id == study_id)
        .order_by(JudgedSet.created_at, JudgedSet.id)
    )
    if prompt_id is not None:
        query = query.where(JudgedSet.prompt_id == prompt_id)
    newest: dict[tuple[str, str, str, int], AdaptiveSet] = {}
    for row, identity, label in session.execute(query):
        mode: AdaptiveMode = "transitive" if row.mode == "transitive" else "graph"
        rater = judge_key(identity, row.template, default_template)
        newest[rater, mode, label, row.prompt_id] = AdaptiveSet(
            rater=rater,
            mode=mode,
            condition=label,
            prompt_id=row.prompt_id,
            asked=tuple((a, b) for a, b in row.asked),
            audited={(a, b): bool(inferred) for a, b, inferred in row.audited},
            n_inferred=row.n_inferred,
        )
    return list(newest.values())
