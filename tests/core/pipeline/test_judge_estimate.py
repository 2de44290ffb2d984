from dataclasses import replace
from pathlib import Path

import pytest

from core.judges import Usefulness
from core.pipeline.estimate import Experience
from core.pipeline.judge_estimate import JudgePlanner, Load, SetSize, category_remarks
from core.pipeline.specs import JudgeSpec
from core.providers.pricing import estimate_tokens
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource

# Five responses of 100 tokens each, two of them the same, to a prompt of 10 tokens.
SET = SetSize(1, "m/temperature", "G", 5, 4, 500, 10, False)


@pytest.fixture
def planner(tmp_path: Path) -> JudgePlanner:
    """A dollar a token read; replies are free; batches save half."""
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[[price]]\nmodel = "openai:j"\ninput_usd_per_mtok = 1000000.0\n'
        'output_usd_per_mtok = 0.0\nas_of = "2026-01"\nbatch_discount = 0.5\n'
    )
    return JudgePlanner(load_taxonomy(), TemplateSource(), [SET], {}, concurrency=1, prices=prices)


def spec(**values) -> JudgeSpec:
    return JudgeSpec(**{"model_id": "openai:j", "question": "equivalence", **values})


@pytest.mark.parametrize(
    ("pairs", "orders", "least", "most"),
    [
        ("all", ("ab",), 10, 10),
        ("all", ("ab", "ba"), 20, 20),
        # Four different texts: 3 questions find them all the same, 6 all different.
        ("adaptive", ("ab",), 3, 6),
        ("adaptive", ("ab", "ba"), 6, 12),
        # 3 of 6 inferred, of which a tenth, rounded up, is audited.
        ("transitive", ("ab",), 4, 6),
    ],
)
def test_calls_are_a_range_where_answers_decide_what_is_asked(planner, pairs, orders, least, most):
    estimate = planner.estimate([spec(pairs=pairs, orders=orders)])
    assert (estimate.least.calls, estimate.most.calls) == (least, most)


def test_a_pair_costs_both_its_texts_the_prompt_and_the_words(planner):
    estimate = planner.estimate([spec()])
    words = planner._pair_words[False, "G"]
    assert words > 100
    assert estimate.most.input_tokens == 10 * (words + 10 + 2 * 100)
    assert estimate.cost_usd == (estimate.most.input_tokens, estimate.most.input_tokens)
    assert estimate.batch_cost_usd == (estimate.cost_usd[0] / 2, estimate.cost_usd[1] / 2)
    assert estimate.assumed == ("openai:j",)


def test_usefulness_costs_its_own_words_whatever_the_category(planner):
    spec_of = spec(question="usefulness", orders=("ab", "ba"))
    estimate = planner.estimate([spec_of])
    request = Usefulness.open(planner.templates).request(
        "", prompt="", response_1="", response_2="", strategy="", index=""
    )
    words = estimate_tokens(request.messages[0].content)
    assert estimate.least == estimate.most == Load(20, 20 * (words + 10 + 2 * 100), 20 * 5)
    assert category_remarks([replace(SET, category=None)], [spec_of]) == []


def test_quality_asks_for_one_checklist_and_a_score_of_each_response(planner):
    assert planner.estimate([spec(question="quality")]).most.calls == 6


def test_accuracy_costs_nothing_where_rules_decide_and_asks_only_about_references(planner):
    assert planner.estimate([spec(question="accuracy")]).most.calls == 0
    of_a = SetSize(2, "m/temperature", "A", 5, 5, 500, 10, True)
    with_reference = JudgePlanner(
        planner.taxonomy, planner.templates, [SET, of_a], {}, 1, planner.prices
    )
    estimate = with_reference.estimate([spec(question="accuracy")])
    assert (estimate.least.calls, estimate.most.calls) == (0, 5)


def test_an_unlisted_price_is_unknown_and_adaptive_judging_is_no_batch(planner):
    both = [spec(), spec(model_id="openai:unlisted")]
    assert planner.estimate(both).cost_usd is None
    assert planner.estimate([spec(pairs="adaptive")]).batch_cost_usd is None


def test_lengths_and_speeds_are_those_a_judge_has_shown(planner):
    known = JudgePlanner(
        planner.taxonomy,
        planner.templates,
        [SET],
        {("openai:j", "equivalence"): Experience(40.0, 3.0)},
        2,
        planner.prices,
    )
    estimate = known.estimate([spec()])
    assert estimate.most.output_tokens == 400
    assert (estimate.elapsed_s, estimate.assumed) == (15.0, ())


def test_only_the_chosen_conditions_count(planner):
    assert planner.estimate([spec(conditions=("other",))]).most.calls == 0


def test_across_models_so_many_pairs_are_drawn_for_each_prompt_strategy_and_two_models(planner):
    sets = [
        replace(SET, model=model, strategy=strategy)
        for model in ("m:1", "m:2", "m:3")
        for strategy in ("temperature", "system-general")
    ]
    of_three = replace(planner, sets=sets)
    asked = of_three.estimate([spec(pairs="across", per_two=7)])
    # Three twos of models, two strategies.
    assert asked.most.calls == 7 * 3 * 2
    assert of_three.estimate([spec(pairs="across", per_two=99)]).most.calls == 25 * 3 * 2


def test_it_is_said_by_which_definition_pairs_of_unlabelled_prompts_go():
    sets = [
        SET,
        SetSize(2, "m/temperature", "A", 5, 5, 500, 10, False, is_confirmed=False),
        SetSize(3, "m/temperature", None, 5, 5, 500, 10, False, is_confirmed=False),
        SetSize(3, "n/temperature", "B", 5, 5, 500, 10, False, is_confirmed=False),
    ]
    unconfirmed, without = category_remarks(sets, [spec()])
    assert unconfirmed.startswith("1 of 3 prompts have no category from a person")
    assert without.startswith("1 of 3 prompts have no category at all")
    assert category_remarks([SET], [spec()]) == []
    assert category_remarks(sets, [spec(definition="general"), spec(question="quality")]) == []
