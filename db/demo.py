"""The bundled sample study: loaded through the same work as any other, from recordings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.assignment import draw
from core.importing import ImportedPrompt
from core.pipeline.conditions import plan_conditions
from core.pipeline.records import Progress
from core.pipeline.specs import ClassifySpec, GenerateSpec, JudgeSpec, RunSpec
from core.sample import JUDGES, MODEL, SEED, STRATEGIES, SampleStudy, load_sample_study
from core.settings import BUNDLED_RECORDINGS, Settings
from core.taxonomy import load_taxonomy
from core.types import Question
from db.engine import Database
from db.executors import LiveExecutor
from db.imports import import_prompts
from db.models import Assignment, Condition, Item, Prompt, Rating, Response, Study
from db.queries.people import add_people, list_candidates, list_people
from db.queries.studies import add_study, find_study, touch
from db.runs import run_here

SLUG = "sample"
TITLE = "Sample study"
N_PAIRS, N_RESPONSES, N_PEOPLE = 96, 48, 3


def load_demo(
    database: Database,
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> bool:
    """Loads the sample study, or goes on where an earlier attempt was cut off.

    Returns:
        Whether anything was done; False when it was complete already.
    """
    with database.read() as session:
        study = find_study(session, SLUG)
        if study is not None and study.settings.get("sample_complete"):
            return False
    sample = load_sample_study()
    # The bundled recordings, whatever folder the user's own recordings are in.
    settings = replace(settings, replay_dir=BUNDLED_RECORDINGS)
    with database.write() as session:
        study = find_study(session, SLUG) or _add_study(session, settings)
        import_prompts(session, study, _prompts(sample), file_name="sample study")
    with LiveExecutor(database, "demo") as executor:
        for spec in _specs(settings):
            run_here(
                database,
                settings,
                SLUG,
                spec,
                executor.id,
                should_stop=lambda: False,
                on_progress=on_progress,
            )
    with database.write() as session:
        study = session.scalars(select(Study).where(Study.slug == SLUG)).one()
        if not list_people(session, study.id):
            _add_simulated_people(session, study, sample)
        study.settings = {**study.settings, "sample_complete": True}
        touch(session, study.id)
    return True


def _add_study(session: Session, settings: Settings) -> Study:
    study = add_study(session, SLUG, TITLE, load_taxonomy(settings.prompts_dir))
    study.is_sample = True
    study.settings = {"seed": SEED}
    return study


def _prompts(sample: SampleStudy) -> list[ImportedPrompt]:
    return [
        ImportedPrompt(
            line=number,
            id=prompt.id,
            text=prompt.text,
            category=prompt.category,
            reference=prompt.reference,
            source="written for the sample study",
            language=prompt.language,
        )
        for number, prompt in enumerate(sample.prompts, start=1)
    ]


def _specs(settings: Settings) -> list[RunSpec]:
    conditions = plan_conditions(
        settings, [MODEL], STRATEGIES, n=5, temperature=None, category_from="model"
    )
    judging: list[RunSpec] = [
        spec
        for judge in JUDGES
        for spec in (
            JudgeSpec(judge, "equivalence", orders=("ab", "ba")),
            JudgeSpec(judge, "quality"),
        )
    ]
    return [ClassifySpec(MODEL), GenerateSpec(conditions), *judging]


def _add_simulated_people(session: Session, study: Study, sample: SampleStudy) -> None:
    """Three people who answer as the texts were written, with errors drawn from the seed."""
    rng = np.random.default_rng(SEED)
    drawn = {
        Question.EQUIVALENCE: draw(list_candidates(session, study.id, "pair"), N_PAIRS, rng),
        Question.QUALITY: draw(list_candidates(session, study.id, "response"), N_RESPONSES, rng),
    }
    rater_ids = add_people(
        session,
        study,
        [f"Simulated person {number + 1}" for number in range(N_PEOPLE)],
        drawn,
        ratings_per_item=N_PEOPLE,
        seed=SEED,
        frame="all items of the sample study",
    )
    slots = {
        row.id: (row.external_id, row.strategy, row.sample_index)
        for row in session.execute(
            select(Response.id, Prompt.external_id, Condition.strategy, Response.sample_index)
            .join(Prompt, Response.prompt_id == Prompt.id)
            .join(Condition, Response.condition_id == Condition.id)
            .where(Condition.study_id == study.id)
        )
    }
    rows = session.execute(
        select(Assignment, Item)
        .join(Item, Assignment.item_id == Item.id)
        .where(Assignment.rater_id.in_(rater_ids))
        .order_by(Assignment.rater_id, Assignment.position)
    ).all()
    session.execute(
        insert(Rating),
        [
            {
                "rater_id": assignment.rater_id,
                "item_id": item.id,
                "question": assignment.question,
                "value": sample.simulated_answer(
                    assignment.question,
                    slots[item.response_a_id],
                    slots.get(item.response_b_id),
                    rng,
                ),
                "order": {"a": "ab", "b": "ba"}.get(assignment.left, ""),
                "category_used": item.category,
                "template": f"simulated@{_digest(SEED)}",
                "meta": {"simulated": True, "seed": SEED},
            }
            for assignment, item in rows
        ],
    )
    session.execute(
        update(Assignment).where(Assignment.rater_id.in_(rater_ids)).values(state="done")
    )


def _digest(seed: int) -> str:
    return hashlib.sha256(str(seed).encode()).hexdigest()[:16]
