import pytest

from core.errors import UserError
from core.experiments import EXPERIMENTS, PlanRequest, get_experiment
from core.experiments.plan import estimate
from core.pipeline.specs import GenerateSpec, JudgeSpec
from core.strategies import make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource


def conditions(models, strategies, temperature):
    return tuple(
        make_condition(
            model, "", strategy, n=5, temperature=temperature,
            taxonomy=load_taxonomy(), templates=TemplateSource(None),
        )
        for model in models
        for strategy in strategies
    )  # fmt: skip


def request(models=("openai:m",), judges=(), **values):
    return PlanRequest(
        models=tuple(models),
        judges=tuple(judges),
        make_conditions=conditions,
        prompt_texts=("Write a poem.",) * 4,
        **values,
    )


def test_a_sweep_asks_every_strategy_at_every_temperature():
    steps = EXPERIMENTS["temperature"].plan(request(judges=["openai:j"], temperatures=(0.0, 1.0)))
    generate, equivalence, quality = (step.spec for step in steps)
    assert isinstance(generate, GenerateSpec)
    assert len(generate.conditions) == 2 * 3
    assert (equivalence.question, quality.question) == ("equivalence", "quality")
    assert len(equivalence.conditions) == 6


def test_the_estimate_counts_calls():
    asked = request(judges=["openai:j"], temperatures=(1.0,))
    work = estimate(EXPERIMENTS["temperature"].plan(asked), asked)
    # 4 prompts: temperature 5 calls, two sets 1 call each; 3 conditions of 10 pairs; 3 of 5
    # responses and one checklist per prompt.
    assert [one.calls for one in work] == [4 * 7, 4 * 3 * 10, 4 * 3 * 5 + 4]
    assert all(one.cost_usd is None for one in work)


def test_across_models_pairs_of_two_models_are_sampled_and_judged():
    asked = request(models=["openai:m", "openai:k"], judges=["openai:j"])
    steps = EXPERIMENTS["across-models"].plan(asked)
    assert steps[-1].spec.pairs == "across"
    # 5 pairs for each of 4 prompts and 3 strategies.
    assert estimate(steps, asked)[-1].calls == 4 * 3 * 5


def test_judges_are_asked_about_the_conditions_there_are():
    asked = request(models=(), judges=["openai:j", "openai:k"], labels=("a", "b"))
    steps = EXPERIMENTS["judges"].plan(asked)
    assert [step.spec.model_id for step in steps] == ["openai:j"] * 2 + ["openai:k"] * 2
    assert all(isinstance(step.spec, JudgeSpec) for step in steps)
    assert steps[0].spec.conditions == ("a", "b")


def test_stability_runs_the_stored_conditions_again():
    stored = conditions(["openai:m"], ["temperature"], None)
    steps = EXPERIMENTS["stability"].plan(request(stored=stored))
    assert steps[0].spec.conditions == stored


@pytest.mark.parametrize(
    ("name", "given", "needed"),
    [
        ("judges", {"judges": ["openai:j"]}, "--judge"),
        ("across-models", {}, "--model"),
        ("classification", {"models": []}, "--model"),
        ("stability", {}, "has none"),
    ],
)
def test_what_is_missing_is_named(name, given, needed):
    with pytest.raises(UserError, match=needed):
        EXPERIMENTS[name].plan(request(**given))


def test_every_experiment_says_what_it_asks_needs_and_gives():
    for name, one in EXPERIMENTS.items():
        assert one.id == name
        assert one.question.endswith("?")
        assert one.needs
        assert one.gives
    with pytest.raises(UserError, match="expected one of"):
        get_experiment("nothing")
