"""What a generation would take in a study, given what it knows of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core.pipeline.estimate import Estimate, PlannedPrompt, Planner
from core.settings import Settings
from core.strategies import Condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource, find_prompt_file
from db.queries.experience import get_experience
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
