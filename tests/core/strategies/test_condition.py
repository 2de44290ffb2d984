"""Conditions: what makes two of them the same, and how they are called."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.errors import UserError
from core.settings import BUNDLED_PROMPTS
from core.strategies import STRATEGIES, Condition, default_sampling, make_condition
from core.strategies.condition import choose_wrong_category
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import SamplingParameters

BASE = Condition("openai:gpt-x", "http://a/v1", "system-anchored", SamplingParameters(1.0), 5)


def make(strategy, *, n=5, overrides=None, **more):
    return make_condition(
        "openai:gpt-x",
        "",
        strategy,
        n=n,
        taxonomy=load_taxonomy(overrides),
        templates=TemplateSource(overrides),
        **more,
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, model_id="openai:gpt-y"),
        replace(BASE, endpoint="http://b/v1"),
        replace(BASE, strategy="system-general"),
        replace(BASE, parameters=SamplingParameters(0.5)),
        replace(BASE, parameters=SamplingParameters(1.0, max_output_tokens=10)),
        replace(BASE, n=6),
        replace(BASE, category_from="truth"),
        replace(BASE, texts_hash="f" * 16),
        replace(BASE, wrong_category="H"),
        replace(BASE, form="set"),
    ],
)
def test_whatever_was_asked_differently_is_another_condition(other):
    assert other.hash != BASE.hash


def test_asking_for_more_independent_responses_extends_the_condition():
    assert make("temperature", n=5).hash == make("temperature", n=10).hash
    assert make("temperature", n=5).label == make("temperature", n=10).label
    for strategy in STRATEGIES.keys() - {"temperature"}:
        assert make(strategy, n=5).hash != make(strategy, n=10).hash


def test_the_hash_is_the_same_in_every_process():
    # The digest of the canonical JSON: conditions on disk must be found again after an upgrade.
    assert BASE.hash == "6f8aca1171a3ee18"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_condition_survives_being_stored(strategy):
    condition = make(strategy, temperature=0.7, category_from="truth")
    again = Condition.from_dict(condition.as_dict())
    assert (again, again.hash, again.label) == (condition, condition.hash, condition.label)


def test_labels_show_temperature_where_set_and_n_where_it_counts():
    pattern = r"openai:gpt-x/{}#[0-9a-f]{{4}}"
    assert re.fullmatch(
        pattern.format("temperature/t=0.5"), make("temperature", temperature=0.5).label
    )
    assert re.fullmatch(pattern.format("system-general/t=1/n=5"), make("system-general").label)
    without = replace(make("temperature"), parameters=SamplingParameters())
    assert re.fullmatch(pattern.format("temperature"), without.label)
    assert without.label.endswith(f"#{without.hash[:4]}")


def test_where_the_category_comes_from_matters_to_anchored_strategies_only():
    assert make("system-anchored").category_from == "model"
    assert make("system-general", category_from="truth") == make("system-general")
    assert make("system-anchored", category_from="truth") != make("system-anchored")


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        (
            "templates/system-general.txt",
            {"system-general", "system-anchored", "mismatched", "anchored-reasoning"},
        ),
        ("templates/system-anchored.txt", {"system-anchored", "mismatched"}),
        ("templates/paraphrase.txt", {"paraphrase"}),
        ("templates/regenerate-anchored.txt", {"regenerate-anchored"}),
        ("templates/equivalence.txt", set()),
    ],
)
def test_another_text_is_another_condition_for_the_strategies_that_send_it(tmp_path, file, changed):
    bundled = BUNDLED_PROMPTS / file
    (tmp_path / bundled.name).write_text(bundled.read_text() + " And be kind.")
    differing = {one for one in STRATEGIES if make(one).hash != make(one, overrides=tmp_path).hash}
    assert differing == changed


def test_another_instruction_is_another_condition_for_the_strategy_that_gives_it(tmp_path):
    text = (BUNDLED_PROMPTS / "taxonomy.toml").read_text()
    changed = text.replace("Your responses should be unique: vary", "Vary")
    assert changed != text
    (tmp_path / "taxonomy.toml").write_text(changed)
    differing = {one for one in STRATEGIES if make(one).hash != make(one, overrides=tmp_path).hash}
    assert differing == {"system-anchored", "mismatched", "anchored-reasoning"}


def test_the_wrong_category_is_part_of_a_mismatched_condition_alone():
    seeded = make("mismatched")
    assert (seeded.wrong_category, seeded.category_from) == ("seed:38", "truth")
    assert len({make("mismatched", wrong_category=w).hash for w in ("", "seed:1", "A", "B")}) == 4
    assert make("system-anchored", wrong_category="A") == make("system-anchored")


@pytest.mark.parametrize("wrong", ["N", "Z", "seed:", "seed:-1", "a"])
def test_a_wrong_category_that_cannot_be_given_is_refused(wrong):
    with pytest.raises(UserError, match=r"expected A, B, C, D, E, F, G, H, or seed:NUMBER"):
        make("mismatched", wrong_category=wrong)


def test_the_seeded_choice_is_wrong_reproducible_and_uses_all_wrong_categories():
    taxonomy, condition = load_taxonomy(), make("mismatched")
    chosen = [choose_wrong_category(condition, f"p{i}", "G", taxonomy) for i in range(300)]
    assert set(chosen) == set("ABCDEFH")
    assert chosen == [choose_wrong_category(condition, f"p{i}", "G", taxonomy) for i in range(300)]
    other = make("mismatched", wrong_category="seed:39")
    assert chosen != [choose_wrong_category(other, f"p{i}", "G", taxonomy) for i in range(300)]


def test_a_chosen_category_is_given_to_all_but_its_own_prompts():
    taxonomy, condition = load_taxonomy(), make("mismatched", wrong_category="H")
    assert choose_wrong_category(condition, "p", "G", taxonomy) == "H"
    assert choose_wrong_category(condition, "p", "H", taxonomy) is None


def test_defaults_are_the_medium_temperatures_of_the_paper():
    assert default_sampling("openai:gpt-x") == SamplingParameters(1.0, 0.9, 1024)
    assert default_sampling("anthropic:claude-x") == SamplingParameters(0.5, 0.9, 1024)
    assert default_sampling("anthropic:claude-x", 0.0, 4096) == SamplingParameters(0.0, 0.9, 4096)


def test_a_condition_needs_at_least_one_response():
    with pytest.raises(UserError, match="n is 0"):
        make("temperature", n=0)
