"""The ready experiments: what each asks, needs and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import UserError
from core.experiments.plan import PlanRequest, Step, judging, require
from core.pipeline.specs import ClassifySpec, GenerateSpec, JudgeSpec

ANCHORED = ("system-anchored",)
BASIC = ("temperature", "system-general", "system-anchored")


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment that only has to be run.

    Attributes:
        question: what it answers, as a question.
        needs: what must be there before.
        gives: the tables and figures to expect.
        plan: the runs it needs, from what a researcher chose.
    """

    id: str
    title: str
    question: str
    needs: str
    gives: str
    plan: Callable[[PlanRequest], list[Step]]


def _classification(request: PlanRequest) -> list[Step]:
    require(request.models, "model", "--model")
    steps = [Step(ClassifySpec(model), "its own category of every prompt") for model in
             request.models]  # fmt: skip
    if request.judges:
        conditions = request.make_conditions(request.models, ANCHORED, None)
        steps.append(Step(GenerateSpec(conditions), "what a wrong category leads to"))
        labels = tuple(one.label for one in conditions)
        steps += judging(request.judges, labels, "counts and scores by right and wrong category")
    return steps


def _judges(request: PlanRequest) -> list[Step]:
    require(request.judges, "judges", "--judge", least=2)
    return judging(request.judges, request.labels or None, "the same pairs, another judge")


def _temperature(request: PlanRequest) -> list[Step]:
    require(request.models, "model", "--model")
    conditions = tuple(
        condition
        for temperature in request.temperatures
        for condition in request.make_conditions(request.models, BASIC, temperature)
    )
    labels = tuple(one.label for one in conditions)
    return [
        Step(GenerateSpec(conditions), "every strategy at every temperature"),
        *judging(request.judges, labels, "counts and scores at each temperature"),
    ]


def _outside(request: PlanRequest) -> list[Step]:
    require(request.models, "model", "--model")
    return [Step(ClassifySpec(model), "which category, or none") for model in request.models]


def _stability(request: PlanRequest) -> list[Step]:
    if not request.stored:
        raise UserError(
            "Stability runs the conditions of this study again, and it has none. Generate "
            "responses first."
        )
    return [
        Step(GenerateSpec(request.stored), "the same conditions again, as a new wave"),
        *judging(request.judges, None, "the new wave by the same judges"),
    ]


def _across(request: PlanRequest) -> list[Step]:
    require(request.models, "models", "--model", least=2)
    conditions = request.make_conditions(request.models, BASIC, None)
    labels = tuple(one.label for one in conditions)
    return [
        Step(GenerateSpec(conditions), "the same prompts and strategies for each model"),
        *judging(request.judges, labels, "counts within each model"),
        *[
            Step(
                JudgeSpec(judge, "equivalence", conditions=labels, pairs="across"),
                "a sample of pairs of two models",
            )
            for judge in request.judges
        ],
    ]


def _language(request: PlanRequest) -> list[Step]:
    require(request.models, "model", "--model")
    conditions = request.make_conditions(request.models, BASIC, None)
    labels = tuple(one.label for one in conditions)
    return [
        *[Step(ClassifySpec(model), "the same taxonomy in both languages") for model in
          request.models],
        Step(GenerateSpec(conditions), "originals and translations alike"),
        *judging(request.judges, labels, "counts and scores in both languages"),
    ]  # fmt: skip


_ALL = (
    Experiment(
        "classification",
        "Classification accuracy",
        "How well do models find a prompt's category, and what does a wrong one do?",
        "Prompts with a ground truth that are no examples of the taxonomy.",
        "Recall by model family and true category; distinct and quality by right and wrong.",
        _classification,
    ),
    Experiment(
        "judges",
        "Judges compared",
        "Do judges agree, and does a conclusion hold with another judge?",
        "Responses; two judges or more.",
        "Agreement of every two judges, conditions by each judge, differences by each judge.",
        _judges,
    ),
    Experiment(
        "temperature",
        "Temperature sensitivity",
        "How do diversity and quality move with the temperature, for small models too?",
        "Prompts; a model that takes a temperature.",
        "Distinct, vocabulary and quality by temperature, as a table and a figure.",
        _temperature,
    ),
    Experiment(
        "outside",
        "Prompts outside the six sets",
        "Which share of other prompts fits no category?",
        "Prompts whose source is none of the paper's six sets.",
        "The share of N with its interval, by source and by model.",
        _outside,
    ),
    Experiment(
        "stability",
        "Stability over time",
        "Do the same conditions give the same answers next month?",
        "A study with responses. Each run makes a further study, a wave, of the same prompts.",
        "Paired differences to the first wave, and the model versions the servers named.",
        _stability,
    ),
    Experiment(
        "across-models",
        "Homogenization across models",
        "Do models repeat each other?",
        "The same prompts and strategy for two models or more.",
        "A matrix per strategy: difference within each model and between every two.",
        _across,
    ),
    Experiment(
        "language",
        "Another language",
        "Does the method hold for the same prompts translated?",
        "Translated prompts with `language` and `translation_of`.",
        "Translation minus original, paired; how often both are classified alike.",
        _language,
    ),
)

EXPERIMENTS: Mapping[str, Experiment] = {one.id: one for one in _ALL}


def get_experiment(name: str) -> Experiment:
    """Raises:
    UserError: there is no experiment of that name.
    """
    if name not in EXPERIMENTS:
        raise UserError(
            f"There is no experiment {name!r}; expected one of {', '.join(EXPERIMENTS)}."
        )
    return EXPERIMENTS[name]
