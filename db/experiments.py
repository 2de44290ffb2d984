"""Experiments on a stored study: what they read, the runs they start, the waves they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.diversity import vocabulary_distance
from core.errors import UserError
from core.experiments import Experiment, Outcome, PlanRequest, Step
from core.experiments.classification import analyse_classification, analyse_outside
from core.experiments.comparisons import analyse_language, analyse_temperature
from core.experiments.data import StudiedPrompt, StudyData
from core.experiments.judges import analyse_judges
from core.experiments.models import analyse_models
from core.experiments.stability import analyse_stability
from core.pipeline.specs import GenerateSpec
from core.results import ENSEMBLE
from core.settings import Settings
from core.strategies import Condition, find_strategy
from core.taxonomy import load_taxonomy
from core.types import Question
from db.models import Condition as ConditionRow
from db.models import Prompt, Response, Study
from db.queries.analysis import load_verdicts
from db.queries.measures import load_texts
from db.queries.merged import list_judges
from db.queries.prompts import list_prompt_views
from db.queries.studies import add_event, add_study, data_version, find_study, get_study
from db.reports import result_templates
from db.results import load_ensemble_majority, load_measured

_WAVE = "wave_of"


@dataclass(frozen=True, slots=True)
class StudyChoices:
    """What a plan of a study can be made of."""

    prompt_texts: tuple[str, ...]
    labels: tuple[str, ...]
    stored: tuple[Condition, ...]


def load_choices_for_plan(session: Session, study_id: int) -> StudyChoices:
    """Prompts' texts and the conditions this version can run again, imported ones left out."""
    rows = session.scalars(
        select(ConditionRow).where(ConditionRow.study_id == study_id).order_by(ConditionRow.id)
    ).all()
    return StudyChoices(
        prompt_texts=tuple(
            session.scalars(
                select(Prompt.text).where(Prompt.study_id == study_id).order_by(Prompt.id)
            )
        ),
        labels=tuple(row.label for row in rows),
        stored=tuple(
            Condition.from_dict(row.spec)
            for row in rows
            if row.spec and find_strategy(row.strategy) is not None
        ),
    )


def analyse(
    session: Session, settings: Settings, study: Study, experiment: Experiment, *, seed: int = 0
) -> Outcome:
    """What an experiment shows by what is stored now; every analysis works on any study."""
    analyses: dict[str, Callable[[], Outcome]] = {
        "classification": lambda: analyse_classification(
            load_data(session, settings, study, ENSEMBLE), seed=seed
        ),
        "outside": lambda: analyse_outside(load_data(session, settings, study, ENSEMBLE)),
        "judges": lambda: analyse_judges(
            load_data(session, settings, study, ENSEMBLE, each_judge=True), seed=seed
        ),
        "temperature": lambda: analyse_temperature(load_data(session, settings, study, ENSEMBLE)),
        "language": lambda: analyse_language(load_data(session, settings, study, ENSEMBLE)),
        "stability": lambda: _stability(session, settings, study),
        "across-models": lambda: _across_models(session, settings, study, seed),
    }
    return analyses[experiment.id]()


def analysis_version(session: Session, study: Study) -> tuple[tuple[int, int], ...]:
    """Changes when the study or one of its waves does; a key for caches."""
    return tuple(data_version(session, one.id) for one in list_waves(session, study))


def _stability(session: Session, settings: Settings, study: Study) -> Outcome:
    """Waves by the judges they share: another set of judges would look like drift."""
    waves = list_waves(session, study)
    template = result_templates(settings)[0]
    judges = [set(list_judges(session, one.id, Question.EQUIVALENCE, template)) for one in waves]
    judged = [(one, own) for one, own in zip(waves, judges, strict=True) if own] or [
        (study, set[str]())
    ]
    shared = set.intersection(*(own for _, own in judged))
    same = all(own == shared for _, own in judged)
    if not shared and len(judged) > 1:
        raise UserError(
            "The waves were judged by different judges, so they cannot be compared. Let one judge "
            f"judge all of: {', '.join(one.slug for one, _ in judged)}."
        )
    rater = ENSEMBLE if same else min(shared)
    return analyse_stability([load_data(session, settings, one, rater) for one, _ in judged])


def load_data(
    session: Session, settings: Settings, study: Study, rater: str, *, each_judge: bool = False
) -> StudyData:
    """One study as the analyses read it.

    Args:
        each_judge: also as every judge alone sees it, with all verdicts.
    """
    templates = result_templates(settings)
    measured, _ = load_measured(session, templates, study.id, rater)
    judges = list_judges(session, study.id, Question.EQUIVALENCE, templates[0])
    about = _about_conditions(session, study.id)
    rows = session.execute(
        select(Response.condition_id, Response.prompt_id, func.min(Response.category_used))
        .join(ConditionRow, Response.condition_id == ConditionRow.id)
        .where(ConditionRow.study_id == study.id, Response.category_used.is_not(None))
        .group_by(Response.condition_id, Response.prompt_id)
    )
    labels = {row.id: row.label for row in about.conditions}
    return StudyData(
        slug=study.slug,
        prompts=_prompts(session, settings, study.id),
        measured=tuple(measured),
        rater=rater,
        by_judge={
            judge: tuple(load_measured(session, templates, study.id, judge)[0])
            for judge in (judges if each_judge else ())
        },
        verdicts=tuple(load_verdicts(session, study.id, templates[0])) if each_judge else (),
        temperatures={
            row.label: (row.spec or {}).get("parameters", {}).get("temperature")
            for row in about.conditions
        },
        families=_families([row.label for row in about.conditions]),
        categories_used={(labels[c], p): category for c, p, category in rows if category},
        served=about.served,
        first_day=about.first_day,
    )


def _families(labels: Sequence[str]) -> dict[str, str]:
    """Label -> the label without its hash, where that still tells it from the others."""
    short = {label: label.rpartition("#")[0] or label for label in labels}
    names = list(short.values())
    return {label: name if names.count(name) == 1 else label for label, name in short.items()}


@dataclass(frozen=True, slots=True)
class _About:
    conditions: Sequence[Any]
    served: dict[str, tuple[str, ...]]
    first_day: dict[str, str]


def _about_conditions(session: Session, study_id: int) -> _About:
    conditions = session.scalars(
        select(ConditionRow).where(ConditionRow.study_id == study_id).order_by(ConditionRow.id)
    ).all()
    labels = {row.id: row.label for row in conditions}
    served: dict[str, list[str]] = defaultdict(list)
    first: dict[str, str] = {}
    rows = session.execute(
        select(Response.condition_id, Response.served_model, func.min(Response.created_at))
        .where(Response.condition_id.in_(list(labels)), Response.status == "ok")
        .group_by(Response.condition_id, Response.served_model)
        .order_by(Response.condition_id, Response.served_model)
    )
    for condition_id, model, created_at in rows:
        label = labels[condition_id]
        if model:
            served[label].append(model)
        day = created_at.date().isoformat()
        first[label] = min(first.get(label, day), day)
    return _About(conditions, {label: tuple(served.get(label, ())) for label in first}, first)


def _prompts(session: Session, settings: Settings, study_id: int) -> tuple[StudiedPrompt, ...]:
    examples = {
        example.prompt.strip()
        for category in load_taxonomy(settings.prompts_dir).values()
        for example in category.examples
    }
    more = {
        row.id: row
        for row in session.execute(
            select(Prompt.id, Prompt.language, Prompt.meta).where(Prompt.study_id == study_id)
        )
    }
    return tuple(
        StudiedPrompt(
            id=view.id,
            external_id=view.external_id,
            source=view.source,
            language=more[view.id].language,
            truth=view.truth,
            by_model=view.by_model,
            is_example=view.text.strip() in examples,
            translation_of=str((more[view.id].meta or {}).get("translation_of") or ""),
        )
        for view in list_prompt_views(session, study_id)
    )


def _across_models(session: Session, settings: Settings, study: Study, seed: int) -> Outcome:
    data = load_data(session, settings, study, ENSEMBLE)
    texts = load_texts(session, study.id, sorted({i for one in data.measured for i in one.set.ids}))
    template = result_templates(settings)[0]
    judges = list_judges(session, study.id, Question.EQUIVALENCE, template)
    verdicts = load_ensemble_majority(session, study.id, judges)

    def vocabulary(first: int, second: int) -> float | None:
        found = vocabulary_distance([texts[first], texts[second]])
        return found.value if found.is_defined else None

    def functional(first: int, second: int) -> float | None:
        said = verdicts.get((min(first, second), max(first, second)))
        return None if said is None else float(not said)

    distances = {"share found different": functional, "vocabulary distance": vocabulary}
    return analyse_models(data, distances, seed=seed)


def list_waves(session: Session, study: Study) -> list[Study]:
    """The study an experiment in stability started from and its later waves, in order."""
    first = study.settings.get(_WAVE) or study.slug
    return [
        one
        for one in session.scalars(select(Study).order_by(Study.id))
        if one.slug == first or one.settings.get(_WAVE) == first
    ]


def add_wave(session: Session, settings: Settings, study: Study, *, today: date) -> Study:
    """A further study with the same prompts, in which the same conditions are asked again.

    A wave is a study of its own, so that no result mixes responses of different times.
    """
    first = get_study(session, study.settings.get(_WAVE) or study.slug)
    base = f"{first.slug[:48].rstrip('-')}-{today:%Y-%m-%d}"
    slug, number = base, 1
    while find_study(session, slug) is not None:
        number += 1
        slug = f"{base}-{number}"
    wave = add_study(session, slug, f"{first.title}, {today:%Y-%m-%d}",
                     load_taxonomy(settings.prompts_dir))  # fmt: skip
    wave.settings = {_WAVE: first.slug}
    wave.is_sample = first.is_sample
    rows = session.scalars(select(Prompt).where(Prompt.study_id == first.id).order_by(Prompt.id))
    session.add_all(
        Prompt(
            study_id=wave.id,
            external_id=row.external_id,
            text=row.text,
            source=row.source,
            language=row.language,
            reference=row.reference,
            category=row.category,
            category_set_by=row.category_set_by,
            meta=row.meta,
        )
        for row in rows.all()
    )
    session.flush()
    add_event(session, wave.id, "wave_added", {"of": first.slug})
    return wave


def steps_of(experiment: Experiment, request: PlanRequest) -> list[Step]:
    """The plan, checked.

    Raises:
        UserError: something the experiment needs was not given.
    """
    steps = experiment.plan(request)
    if not request.prompt_texts:
        raise UserError("The study has no prompts yet. Import some first.")
    for step in steps:
        if isinstance(step.spec, GenerateSpec) and not step.spec.conditions:
            raise UserError("The plan has no condition to generate. Name a model with --model.")
    return steps
