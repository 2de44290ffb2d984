"""Judged sets of a study, to be written as alignment data."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.alignment import Candidate, CandidateSet
from core.errors import UserError
from core.settings import Settings
from db.models import Prompt, Study
from db.queries.measures import load_texts
from db.reports import result_templates
from db.results import load_measured, load_scores_of


def load_candidate_sets(
    session: Session,
    settings: Settings,
    study: Study,
    rater: str,
    conditions: Sequence[str] = (),
) -> tuple[list[CandidateSet], int]:
    """Complete sets of which every pair has a verdict, and how many sets were left out.

    Args:
        conditions: labels; empty for all.

    Raises:
        UserError: nobody of that name has rated anything, or a label is unknown.
    """
    templates = result_templates(settings)
    measured, _ = load_measured(session, templates, study.id, rater, surface=())
    known = {one.set.condition for one in measured}
    if unknown := sorted(set(conditions) - known):
        raise UserError(
            f"Study {study.slug!r} has no condition {unknown[0]!r}; expected some of: "
            f"{', '.join(sorted(known))}."
        )
    wanted = [one for one in measured if not conditions or one.set.condition in conditions]
    usable = [
        one
        for one in wanted
        if one.set.is_complete and len(one.verdicts) == one.set.n * (one.set.n - 1) // 2
    ]
    texts = load_texts(session, study.id, sorted({i for one in usable for i in one.set.ids}))
    scores = load_scores_of(session, templates, study.id, rater)
    prompts = {
        row.id: row
        for row in session.execute(
            select(Prompt.id, Prompt.external_id, Prompt.text).where(Prompt.study_id == study.id)
        )
    }
    sets = [
        CandidateSet(
            prompt_id=prompts[int(one.set.prompt_id)].external_id,
            prompt=prompts[int(one.set.prompt_id)].text,
            category=one.set.category,
            condition=one.set.condition,
            candidates=tuple(
                Candidate(response, texts[response], scores.get(response))
                for response in one.set.ids
            ),
            verdicts=one.verdicts,
        )
        for one in usable
    ]
    return sets, len(wanted) - len(usable)
