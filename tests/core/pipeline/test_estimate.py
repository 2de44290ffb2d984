from dataclasses import replace
from pathlib import Path

import pytest

from core.pipeline.estimate import (
    ASSUMED_OUTPUT_TOKENS,
    ASSUMED_TOKENS_PER_S,
    ASSUMED_WAIT_S,
    Experience,
    PlannedPrompt,
    Planner,
)
from core.strategies import STRATEGIES, Condition, make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource

TAXONOMY, TEMPLATES = load_taxonomy(), TemplateSource()
# 40 ASCII characters: 10 tokens each.
PROMPTS = [PlannedPrompt("x" * 40, "G"), PlannedPrompt("y" * 40, None)]


@pytest.fixture
def planner(tmp_path: Path) -> Planner:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[[price]]\nmodel = "openai:m"\ninput_usd_per_mtok = 1000000.0\n'
        'output_usd_per_mtok = 0.0\nas_of = "2026-01"\n'
    )
    return Planner(
        taxonomy=TAXONOMY,
        templates=TEMPLATES,
        experience={},
        unclassified={"openai:m": 0},
        concurrency=1,
        prices=prices,
    )


def condition(strategy: str, *, model: str = "openai:m", n: int = 5, source: str = "model"):
    return make_condition(
        model, "", strategy, n=n, taxonomy=TAXONOMY, templates=TEMPLATES, category_from=source
    )


@pytest.mark.parametrize(
    ("strategy", "calls"),
    [("temperature", 10), ("system-general", 2), ("regenerate-general", 10)],
)
def test_calls_follow_from_how_a_strategy_asks(planner: Planner, strategy: str, calls: int):
    estimate = planner.estimate([condition(strategy)], PROMPTS)
    assert (estimate.responses, estimate.calls) == (10, calls)


def test_paraphrases_cost_a_call_each_where_the_prompt_brings_too_few(planner: Planner):
    given = [PlannedPrompt("x" * 40, "G", n_paraphrases=5), PlannedPrompt("y" * 40, None)]
    estimate = planner.estimate([condition("paraphrase")], given)
    assert (estimate.responses, estimate.calls, estimate.paraphrase_calls) == (10, 10, 1)
    all_given = planner.estimate([condition("paraphrase")], [given[0]] * 2)
    # One call more shows the template with the prompt, and gives 5 versions of 10 tokens each.
    assert estimate.output_tokens - all_given.output_tokens == 5 * 10
    assert estimate.input_tokens - all_given.input_tokens > 10
    assert estimate.elapsed_s > all_given.elapsed_s


def test_what_is_written_beside_the_responses_is_assumed_until_it_was_seen(planner: Planner):
    seeded = planner.estimate([condition("ssot")], PROMPTS)
    extra = STRATEGIES["ssot"].extra_tokens
    assert seeded.output_tokens == 10 * (ASSUMED_OUTPUT_TOKENS + extra)
    reasoned = planner.estimate([condition("anchored-reasoning")], PROMPTS)
    assert reasoned.output_tokens == (
        10 * ASSUMED_OUTPUT_TOKENS + 2 * STRATEGIES["anchored-reasoning"].extra_tokens
    )
    known = {("openai:m", "ssot"): Experience(output_tokens=400.0, call_s=1.0)}
    seen = replace(planner, experience=known).estimate([condition("ssot")], PROMPTS)
    assert seen.output_tokens == 10 * 400


def test_prompts_of_the_chosen_wrong_category_are_left_out_of_the_plan(planner: Planner):
    prompts = [PlannedPrompt("x", "G", "G"), PlannedPrompt("y", "F", "F")]
    chosen = make_condition(
        "openai:m", "", "mismatched", n=5, taxonomy=TAXONOMY, templates=TEMPLATES,
        wrong_category="G",
    )  # fmt: skip
    estimate = planner.estimate([chosen], prompts)
    assert (estimate.responses, estimate.calls, estimate.left_out) == (5, 1, 1)
    assert estimate.classification_calls == 0
    by_seed = planner.estimate([condition("mismatched")], prompts)
    assert (by_seed.responses, by_seed.left_out) == (10, 0)


def test_independent_calls_read_the_prompt_alone(planner: Planner):
    estimate = planner.estimate([condition("temperature")], PROMPTS)
    assert estimate.input_tokens == 2 * 5 * 10
    assert estimate.output_tokens == 2 * 5 * ASSUMED_OUTPUT_TOKENS


def test_every_turn_of_a_chain_reads_the_earlier_answers_again(planner: Planner):
    two = planner.estimate([condition("regenerate-general", n=2)], PROMPTS[:1])
    one = planner.estimate([condition("regenerate-general", n=1)], PROMPTS[:1])
    # The second turn: prompt (10), first answer, and "Can you generate a different answer?".
    again = -(-len("Can you generate a different answer?") // 4)
    assert one.input_tokens == 10
    assert two.input_tokens == 10 + 10 + ASSUMED_OUTPUT_TOKENS + again


def test_own_experience_replaces_assumptions(planner: Planner):
    known = {("openai:m", "temperature"): Experience(output_tokens=40.0, call_s=3.0)}
    estimate = replace(planner, experience=known).estimate([condition("temperature")], PROMPTS)
    assert estimate.output_tokens == 400
    assert estimate.elapsed_s == pytest.approx(10 * 3.0)
    assert estimate.assumed_models == ()


def test_another_strategy_of_the_model_tells_its_length_but_not_its_speed(planner: Planner):
    known = {("openai:m", "temperature"): Experience(output_tokens=60.0, call_s=9.0)}
    estimate = replace(planner, experience=known).estimate([condition("system-general")], PROMPTS)
    assert estimate.output_tokens == 600
    assert estimate.elapsed_s == pytest.approx(2 * (ASSUMED_WAIT_S + 5 * 60 / ASSUMED_TOKENS_PER_S))


def test_a_chain_takes_its_turns_one_after_another_however_many_calls_may_fly(planner: Planner):
    wide = replace(planner, concurrency=1000)
    chain = wide.estimate([condition("regenerate-general")], PROMPTS)
    apart = wide.estimate([condition("temperature")], PROMPTS)
    assert chain.elapsed_s == pytest.approx(5 * apart.elapsed_s)


def test_anchoring_by_an_unclassified_model_counts_its_classification_once(planner: Planner):
    fresh = replace(planner, unclassified={})
    both = [condition("system-anchored"), condition("regenerate-anchored")]
    assert fresh.estimate(both, PROMPTS).classification_calls == 2
    assert planner.estimate(both, PROMPTS).classification_calls == 0
    truth = [condition("system-anchored", source="truth")]
    assert fresh.estimate(truth, PROMPTS).classification_calls == 0
    other = [condition("system-anchored", source="openai:other")]
    assert planner.estimate(other, PROMPTS).classification_calls == 2


def test_cost_is_tokens_times_price_and_unknown_once_one_price_is(planner: Planner):
    listed = condition("temperature")
    estimate = planner.estimate([listed], PROMPTS)
    assert estimate.cost_usd == pytest.approx(100.0)  # 100 tokens at one dollar each
    unlisted: Condition = condition("temperature", model="openai:unlisted")
    assert planner.estimate([listed, unlisted], PROMPTS).cost_usd is None


def test_recordings_cost_nothing_and_take_no_time(planner: Planner):
    estimate = planner.estimate([condition("temperature", model="replay:sample")], PROMPTS)
    assert (estimate.cost_usd, estimate.elapsed_s) == (0.0, 0.0)


def test_no_prompts_are_no_work(planner: Planner):
    estimate = planner.estimate([condition("system-anchored")], [])
    assert (estimate.responses, estimate.calls, estimate.classification_calls) == (0, 0, 0)
    assert estimate.elapsed_s == 0.0
