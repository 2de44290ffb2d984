"""What a generation or judging would take in a study, given what it knows of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pipeline.estimate import Estimate, PlannedPrompt, Planner
from core.pipeline.judge_estimate import JudgePlanner, JudgingEstimate, SetSize
from core.pipeline.specs import JudgeSpec
from core.providers.pricing import estimate_tokens
from core.results import gather_sets
from core.settings import Settings
from core.strategies import Condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource, find_prompt_file
from db.models import Prompt
from db.queries.analysis import load_response_rows
from db.queries.experience import get_experience, get_judge_experience
from db.queries.prompts import PromptView


def estimate_generation(
    session: Session,
    study_id: int,
    settings: Settings,
    conditions: Sequence[Condition],
    views: Sequence[PromptView],
) -> Estimate:
    """Calls, tokens, cost and time of these conditions, as if nothing of them were stored.

    Raises:
        UserError: a template, a strategy, the taxonomy or the price list cannot be used.
    """
    planner = Planner(
        taxonomy=load_taxonomy(settings.prompts_dir),
        templates=TemplateSource(settings.prompts_dir),
        experience=get_experience(session, study_id),
        unclassified=count_unclassified(views),
        concurrency=settings.concurrency,
        prices=find_prompt_file("prices.toml", settings.prompts_dir),
    )
    return planner.estimate(conditions, [planned_prompt(view) for view in views])


def planned_prompt(view: PromptView) -> PlannedPrompt:
    """A prompt with its ground truth, else what some model took it for."""
    best = view.truth or next(iter(view.by_model.values()), None)
    return PlannedPrompt(view.text, best, view.truth, view.n_paraphrases)


def count_unclassified(views: Sequence[PromptView]) -> Mapping[str, int]:
    """Model id -> prompts it has not classified, for models that classified any."""
    models = {model for view in views for model in view.by_model}
    return {model: sum(model not in view.by_model for view in views) for model in models}


def load_set_sizes(session: Session, study_id: int) -> list[SetSize]:
    """What there is to be judged; every text is read, so keep it while the study stays as it is."""
    prompts = {
        prompt_id: (estimate_tokens(text), bool(reference.strip()), truth is not None)
        for prompt_id, text, reference, truth in session.execute(
            select(Prompt.id, Prompt.text, Prompt.reference, Prompt.category).where(
                Prompt.study_id == study_id
            )
        )
    }
    sizes = []
    for one in gather_sets(load_response_rows(session, study_id)):
        prompt_id = int(one.prompt_id)
        prompt_tokens, has_reference, is_confirmed = prompts[prompt_id]
        sizes.append(
            SetSize(
                prompt_id=prompt_id,
                condition=one.condition,
                category=one.category,
                n=len(one.responses),
                n_texts=len({row.text for row in one.responses}),
                tokens=sum(estimate_tokens(row.text) for row in one.responses),
                prompt_tokens=prompt_tokens,
                has_reference=has_reference,
                model=one.model,
                strategy=one.strategy,
                is_confirmed=is_confirmed,
            )
        )
    return sizes


def estimate_judging(
    session: Session,
    study_id: int,
    settings: Settings,
    specs: Sequence[JudgeSpec],
    sizes: Sequence[SetSize],
) -> JudgingEstimate:
    """Calls, tokens, cost and time of these runs, as if nothing of them were answered.

    Args:
        sizes: as `load_set_sizes` gives them.

    Raises:
        UserError: a template, the taxonomy or the price list cannot be used.
    """
    planner = JudgePlanner(
        taxonomy=load_taxonomy(settings.prompts_dir),
        templates=TemplateSource(settings.prompts_dir),
        sets=sizes,
        experience=get_judge_experience(session, study_id),
        concurrency=settings.concurrency,
        prices=find_prompt_file("prices.toml", settings.prompts_dir),
    )
    return planner.estimate(specs)
