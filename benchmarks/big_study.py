"""A study as large as a published one, in a database of its own, for benchmarks of pages.

    with big_study() as study:
        ...  # TASKANCHOR_DATA_DIR points at it

Texts and verdicts are drawn from a seed; they are there to be counted and moved, not to be read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.settings import Settings
from core.strategies import STRATEGIES, make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question
from db.engine import close_databases, open_database
from db.models import Condition, Item, Prompt, Rater, Rating, Response, Study
from db.queries.studies import add_study, touch
from db.reports import default_template

SLUG = "big"
_WORDS = ["sea", "light", "stone", "river", "night", "letter", "bread", "glass", "winter", "road"]


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. words: of one response."""

    prompts: int = 344
    conditions: int = 7
    n: int = 5
    judges: int = 3
    words: int = 120


@contextmanager
def big_study(size: Size = Size()) -> Iterator[Settings]:
    """Builds the study `big` in a temporary data folder, which the environment then names."""
    before = os.environ.get("TASKANCHOR_DATA_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TASKANCHOR_DATA_DIR"] = folder
        try:
            settings = Settings.from_environment()
            with open_database(settings).write() as session:
                build(session, settings, size)
            yield settings
        finally:
            close_databases()
            if before is None:
                del os.environ["TASKANCHOR_DATA_DIR"]
            else:
                os.environ["TASKANCHOR_DATA_DIR"] = before


def build(session: Session, settings: Settings, size: Size) -> Study:
    """Adds the study: prompts, conditions, responses, and every judge's verdict on every pair."""
    rng = np.random.default_rng(0)
    taxonomy = load_taxonomy(settings.prompts_dir)
    study = add_study(session, SLUG, "Big study", taxonomy)
    keys = taxonomy.keys()
    session.execute(
        insert(Prompt),
        [
            {
                "study_id": study.id,
                "external_id": f"p{number:05}",
                "text": f"Write something about {_text(rng, 30)}.",
                "category": keys[number % len(keys)],
                "category_set_by": "benchmark",
            }
            for number in range(size.prompts)
        ],
    )
    prompts = session.execute(
        select(Prompt.id, Prompt.external_id, Prompt.category).where(Prompt.study_id == study.id)
    ).all()
    conditions = _add_conditions(session, settings, study, size)
    responses = _add_responses(session, prompts, conditions, size, rng)
    pairs = _add_pairs(session, study, prompts, responses)
    _add_verdicts(session, settings, study, pairs, size, rng)
    touch(session, study.id)
    return study


def _add_conditions(
    session: Session, settings: Settings, study: Study, size: Size
) -> list[Condition]:
    templates = TemplateSource(settings.prompts_dir)
    taxonomy = load_taxonomy(settings.prompts_dir)
    asked = [
        (f"openai:model-{round_}", strategy)
        for round_ in range(1 + size.conditions // len(STRATEGIES))
        for strategy in STRATEGIES
    ]
    made = [
        make_condition(model, "", strategy, n=size.n, taxonomy=taxonomy, templates=templates)
        for model, strategy in asked[: size.conditions]
    ]
    rows = [
        Condition(
            study_id=study.id,
            hash=one.hash,
            label=one.label,
            model=one.model_id,
            endpoint=one.endpoint,
            strategy=one.strategy,
            n=one.n,
            spec=one.as_dict(),
        )
        for one in made
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _add_responses(
    session: Session,
    prompts: Any,
    conditions: list[Condition],
    size: Size,
    rng: np.random.Generator,
) -> dict[tuple[int, int], list[int]]:
    """(prompt id, condition id) -> response ids by index."""
    session.execute(
        insert(Response),
        [
            {
                "prompt_id": prompt.id,
                "condition_id": condition.id,
                "sample_index": index,
                "status": "ok",
                "text": _text(rng, size.words),
                "finish_reason": "stop",
                "parameters_sent": {"temperature": 1.0, "top_p": 0.9},
            }
            for prompt in prompts
            for condition in conditions
            for index in range(size.n)
        ],
    )
    found: dict[tuple[int, int], list[int]] = {}
    for row in session.execute(
        select(Response.id, Response.prompt_id, Response.condition_id)
        .where(Response.condition_id.in_([condition.id for condition in conditions]))
        .order_by(Response.id)
    ):
        found.setdefault((row.prompt_id, row.condition_id), []).append(row.id)
    return found


def _add_pairs(
    session: Session, study: Study, prompts: Any, responses: dict[tuple[int, int], list[int]]
) -> list[tuple[int, str]]:
    """(item id, category) of every pair inside a set."""
    about = {prompt.id: prompt for prompt in prompts}
    session.execute(
        insert(Item),
        [
            {
                "study_id": study.id,
                "kind": "pair",
                "key": f"pair:{first}:{second}",
                "cluster": about[prompt_id].external_id,
                "prompt_id": prompt_id,
                "response_a_id": first,
                "response_b_id": second,
                "category": about[prompt_id].category,
                "category_source": "truth",
            }
            for (prompt_id, _), ids in responses.items()
            for first, second in combinations(ids, 2)
        ],
    )
    rows = session.execute(select(Item.id, Item.category).where(Item.study_id == study.id))
    return [(row.id, row.category) for row in rows]


def _add_verdicts(
    session: Session,
    settings: Settings,
    study: Study,
    pairs: list[tuple[int, str]],
    size: Size,
    rng: np.random.Generator,
) -> None:
    judges = [
        Rater(study_id=study.id, kind="judge", identity=f"openai:judge-{number}", name="")
        for number in range(size.judges)
    ]
    session.add_all(judges)
    session.flush()
    template = default_template(Question.EQUIVALENCE, settings)
    for judge in judges:
        same = rng.random(len(pairs)) < 0.4
        session.execute(
            insert(Rating),
            [
                {
                    "rater_id": judge.id,
                    "item_id": item_id,
                    "question": Question.EQUIVALENCE,
                    "value": "equivalent" if equivalent else "different",
                    "order": "ab",
                    "template": template,
                    "category_used": category,
                    "raw_reply": "YES" if equivalent else "NO",
                }
                for (item_id, category), equivalent in zip(pairs, same, strict=True)
            ],
        )


def _text(rng: np.random.Generator, words: int) -> str:
    return " ".join(_WORDS[number] for number in rng.integers(len(_WORDS), size=words))
