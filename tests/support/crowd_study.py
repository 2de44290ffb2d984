"""A crowd study of a few prompts and conditions, and people who walk through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, parse_plan
from core.taxonomy import load_taxonomy
from db.crowd.claims import after_answer
from db.crowd.joining import join
from db.crowd.opening import open_study, save_plan
from db.engine import Database
from db.models import Assignment, Condition, Item, Prompt, Rater, Rating, Response, Study
from db.queries.answers import Given, add_answer
from db.queries.studies import add_study, get_study
from db.queries.tasks import Task, find_task

SLUG = "crowd"
KEY = b"a key of the tests"
JUDGE = "openai:judge"


def add_crowd_study(
    session: Session, *, n_prompts: int = 4, n_conditions: int = 2, n: int = 3
) -> Study:
    """Prompts of categories A and F in turns, sets of n responses of five words; no items yet."""
    study = add_study(session, SLUG, "A crowd study", load_taxonomy())
    conditions = [
        Condition(study_id=study.id, hash=f"h{c}", label=f"c{c}", model="m", strategy="s", n=n)
        for c in range(n_conditions)
    ]
    prompts = [
        Prompt(study_id=study.id, external_id=f"p{p}", text=f"Ask {p}", category="AF"[p % 2])
        for p in range(n_prompts)
    ]
    session.add_all([*conditions, *prompts])
    session.flush()
    session.add_all(
        Response(
            prompt_id=prompt.id,
            condition_id=condition.id,
            sample_index=index,
            status="ok",
            text=f"two words {prompt.external_id} {condition.label} {index}",
        )
        for prompt in prompts
        for condition in conditions
        for index in range(n)
    )
    session.flush()
    return study


def plan_of(**parts: Any) -> CrowdPlan:
    """A plan without screens around the work, except what `parts` say."""
    return parse_plan({"show_instructions": False, **parts})


def one_arm(question: str = "equivalence", n_items: int = 6, **more: Any) -> list[dict[str, Any]]:
    return [{"name": "main", "questions": [{"question": question, "n_items": n_items, **more}]}]


def open_crowd_study(database: Database, plan: CrowdPlan, **sizes: int) -> int:
    """A study with this plan that has opened; its id."""
    with database.write() as session:
        study = add_crowd_study(session, **sizes)
        save_plan(session, study, plan, actor="tests")
        open_study(session, study, actor="tests")
        return study.id


def come(database: Database, person: str, **more: Any) -> int:
    """A person arrives from the platform; their rater id."""
    values: dict[str, Any] = {"captured": {}, "test_outcome": ""}
    with database.write() as session:
        study = get_study(session, SLUG)
        return join(session, study, platform_id=person, key=KEY, **{**values, **more})


def answer(
    database: Database, rater_id: int, value: str | None = None, **given: Any
) -> tuple[Task | None, str]:
    """Answers the next item; the task, None without one, and the phase it leads to."""
    with database.write() as session:
        task = find_task(session, rater_id)
        if task is None:
            return None, ""
        values: dict[str, Any] = {"template": "t@1", "elapsed_ms": 9_000, **given}
        add_answer(
            session, rater_id, task.assignment_id, Given(value or default_answer(task), **values)
        )
        return task, after_answer(session, rater_id).value


def default_answer(task: Task) -> str:
    """Something that answers the question."""
    return {
        "equivalence": "different",
        "same": "different",
        "usefulness": "useful",
        "quality": "3",
        "grouping": ",".join("0" for _ in task.texts),
        "count": "1",
        "category": "A",
    }[task.question]


def answer_all(database: Database, rater_id: int, value: str | None = None) -> str:
    """Answers until nothing is left; the phase that leads to."""
    phase = ""
    while (result := answer(database, rater_id, value))[0] is not None:
        phase = result[1]
    return phase


def work_of(database: Database, *rater_ids: int) -> list[Assignment]:
    """What these people have, or everybody for none, in the order it was given out."""
    query = select(Assignment).order_by(Assignment.rater_id, Assignment.position)
    if rater_ids:
        query = query.where(Assignment.rater_id.in_(rater_ids))
    with database.read() as session:
        return list(session.scalars(query))


def say_by_judge(
    session: Session, study: Study, verdicts: Mapping[tuple[int, int], str], judge: str = JUDGE
) -> None:
    """Verdicts of a judge on pairs of responses."""
    rater = session.scalar(
        select(Rater).where(Rater.study_id == study.id, Rater.identity == judge)
    ) or Rater(study_id=study.id, kind="judge", identity=judge)
    session.add(rater)
    session.flush()
    for (first, second), value in verdicts.items():
        response = session.get_one(Response, first)
        key = f"pair:{first}:{second}"
        item = session.scalar(select(Item).where(Item.study_id == study.id, Item.key == key))
        if item is None:
            item = Item(
                study_id=study.id,
                kind="pair",
                key=key,
                cluster="p",
                prompt_id=response.prompt_id,
                response_a_id=first,
                response_b_id=second,
                category="A",
            )
            session.add(item)
            session.flush()
        session.add(Rating(rater_id=rater.id, item_id=item.id, question="equivalence", value=value))
    session.flush()
