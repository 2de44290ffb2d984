"""Studies and what has happened to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.taxonomy import Taxonomy
from db.models import Condition, Event, Item, Prompt, Rater, Rating, Response, Run, Study
from db.queries.ratings import counts

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def add_study(session: Session, slug: str, title: str, taxonomy: Taxonomy) -> Study:
    """A new study, pinned to the taxonomy it starts with.

    Raises:
        UserError: the slug is malformed or taken.
    """
    if not SLUG.fullmatch(slug):
        raise UserError(
            f"{slug!r} cannot name a study; expected 1 to 64 of a-z, 0-9 and inner hyphens, "
            "for example pilot-2."
        )
    if find_study(session, slug) is not None:
        raise UserError(f"A study named {slug!r} exists already. Choose another name.")
    study = Study(
        slug=slug,
        title=title.strip() or slug,
        taxonomy_version=taxonomy.version,
        taxonomy_hash=taxonomy.content_hash,
    )
    session.add(study)
    session.flush()
    add_event(session, study.id, "study_created", {"slug": slug})
    return study


def slug_of(name: str) -> str:
    """A slug made of any name, such as a file's.

    >>> slug_of("My ratings (v2)")
    'my-ratings-v2'
    """
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")
    return words or "study"


def find_study(session: Session, slug: str) -> Study | None:
    return session.scalar(select(Study).where(Study.slug == slug))


def get_study(session: Session, slug: str) -> Study:
    study = find_study(session, slug)
    if study is None:
        known = session.scalars(select(Study.slug).order_by(Study.slug)).all()
        listed = ", ".join(known[:10]) or "none yet"
        raise UserError(
            f"There is no study named {slug!r}. Known studies: {listed}. "
            f"Create it with: taskanchor study create {slug}"
        )
    return study


def touch(session: Session, study_id: int) -> None:
    """Marks results of the study as out of date."""
    session.execute(update(Study).where(Study.id == study_id).values(version=Study.version + 1))


def data_version(session: Session, study_id: int) -> tuple[int, int]:
    """Changes whenever anything a result is made of changes; a key for caches."""
    version = session.scalar(select(Study.version).where(Study.id == study_id)) or 0
    return version, session.scalar(select(func.max(Rating.id))) or 0


def add_event(
    session: Session, study_id: int | None, kind: str, detail: dict[str, Any], actor: str = ""
) -> None:
    session.add(Event(study_id=study_id, kind=kind, detail=detail, actor=actor))


@dataclass(frozen=True, slots=True)
class StudyOverview:
    """A study and how much of everything is in it."""

    slug: str
    title: str
    status: str
    is_sample: bool
    created_at: datetime
    last_activity: datetime
    prompts: int
    prompts_with_category: int
    conditions: int
    responses: int
    failed_responses: int
    items: int
    judges: int
    people: int
    judge_ratings: int
    human_ratings: int


def list_overviews(session: Session) -> list[StudyOverview]:
    """All studies, the latest active first."""
    studies = session.scalars(select(Study)).all()
    found = [get_overview(session, study) for study in studies]
    return sorted(found, key=lambda overview: overview.last_activity, reverse=True)


def get_overview(session: Session, study: Study) -> StudyOverview:
    def count(statement: Any) -> int:
        return int(session.scalar(statement) or 0)

    prompts = select(func.count()).select_from(Prompt).where(Prompt.study_id == study.id)
    responses = (
        select(func.count())
        .select_from(Response)
        .join(Condition)
        .where(Condition.study_id == study.id)
    )
    raters = select(func.count()).select_from(Rater).where(Rater.study_id == study.id)
    ratings = (
        select(func.count())
        .select_from(Rating)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study.id, Rating.source != "grouping", counts())
    )
    latest = [
        session.scalar(select(func.max(Event.created_at)).where(Event.study_id == study.id)),
        session.scalar(select(func.max(Run.created_at)).where(Run.study_id == study.id)),
        session.scalar(
            select(func.max(Rating.created_at)).join(Rater).where(Rater.study_id == study.id)
        ),
        study.created_at,
    ]
    return StudyOverview(
        slug=study.slug,
        title=study.title,
        status=study.status,
        is_sample=study.is_sample,
        created_at=study.created_at,
        last_activity=max(moment for moment in latest if moment is not None),
        prompts=count(prompts),
        prompts_with_category=count(prompts.where(Prompt.category.is_not(None))),
        conditions=count(
            select(func.count()).select_from(Condition).where(Condition.study_id == study.id)
        ),
        responses=count(responses.where(Response.status == "ok")),
        failed_responses=count(responses.where(Response.status == "failed")),
        items=count(select(func.count()).select_from(Item).where(Item.study_id == study.id)),
        judges=count(raters.where(Rater.kind == "judge")),
        people=count(raters.where(Rater.kind == "human")),
        judge_ratings=count(ratings.where(Rater.kind == "judge")),
        human_ratings=count(ratings.where(Rater.kind == "human")),
    )
