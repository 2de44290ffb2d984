"""What runs have used over all their attempts, and what they will come to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.pipeline.specs import PAIR_QUESTIONS, ClassifySpec, GenerateSpec, JudgeSpec, RunSpec
from core.types import Usage
from db.models import Chunk, Prompt
from db.queries.conditions import list_condition_overviews


def list_tokens_of_runs(session: Session, run_ids: Sequence[int]) -> dict[int, Usage]:
    """Run id -> tokens it has used so far; attempts that were paused or broke off included.

    Calls whose provider counts no tokens are not in it, so it is a lower bound.
    """
    rows = session.execute(
        select(
            Chunk.run_id,
            func.coalesce(func.sum(Chunk.progress["input_tokens"].as_integer()), 0),
            func.coalesce(func.sum(Chunk.progress["output_tokens"].as_integer()), 0),
        )
        .where(Chunk.run_id.in_(run_ids))
        .group_by(Chunk.run_id)
    )
    return {
        run_id: Usage(int(tokens_in), int(tokens_out)) for run_id, tokens_in, tokens_out in rows
    }


def count_expected(session: Session, study_id: int, spec: RunSpec) -> int:
    """How much a run will have planned once all of it has begun, in its own unit.

    A run plans condition by condition and chunk by chunk, so until its end its own count of what
    is planned is too low to tell the time left. Prompts added meanwhile are counted here.
    """
    of_category: dict[str | None, int] = dict(
        session.execute(
            select(Prompt.category, func.count())
            .where(Prompt.study_id == study_id)
            .group_by(Prompt.category)
        ).all()
    )
    n_prompts = sum(of_category.values())
    match spec:
        case ClassifySpec():
            return n_prompts
        case GenerateSpec():
            # Prompts of a chosen wrong category are not asked under it.
            return sum(
                one.n * (n_prompts - of_category.get(one.wrong_category, 0))
                for one in spec.conditions
            )
        case JudgeSpec():
            wanted = [
                one
                for one in list_condition_overviews(session, study_id)
                if spec.conditions is None or one.label in spec.conditions
            ]
            if spec.pairs == "across":
                return 0  # how many can be drawn is known once the run has begun
            if spec.question in PAIR_QUESTIONS:
                return spec.repeats * len(spec.orders) * sum(one.n_pairs for one in wanted)
            if spec.question == "accuracy":
                return 0  # how many have a reference answer is known once the run has begun
            return sum(one.n_ok for one in wanted)
