"""What each strategy says to the model."""

from __future__ import annotations

import pytest

from core.errors import TemplateError, UserError
from core.strategies import (
    STRATEGIES,
    calls_per_prompt,
    find_strategy,
    get_strategy,
    instruction_text,
    strategy_kind,
)
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Completion, Message

PROMPT = "Write about {{n}} {things}"


@pytest.fixture
def templates():
    return TemplateSource()


def ask(strategy_id, templates, *, category="G", earlier=(), n=5):
    return STRATEGIES[strategy_id].messages(
        PROMPT,
        n=n,
        category=load_taxonomy()[category] if category else None,
        earlier=earlier,
        templates=templates,
    )


def test_the_strategies_are_the_five_of_the_paper_and_six_beyond_it():
    assert {key: (one.kind, one.anchored) for key, one in STRATEGIES.items()} == {
        "temperature": ("independent", False),
        "system-general": ("set", False),
        "system-anchored": ("set", True),
        "regenerate-general": ("chain", False),
        "regenerate-anchored": ("chain", True),
        "verbalized-full": ("set", False),
        "verbalized-tail": ("set", False),
        "ssot": ("independent", False),
        "paraphrase": ("independent", False),
        "mismatched": ("set", True),
        "anchored-reasoning": ("set", True),
    }
    assert all(key == one.id for key, one in STRATEGIES.items())


def test_the_temperature_baseline_sends_the_prompt_and_nothing_else(templates):
    assert ask("temperature", templates) == (Message("user", PROMPT),)


@pytest.mark.parametrize("strategy", ["system-general", "system-anchored"])
def test_a_system_prompt_asks_for_n_responses_under_headers(templates, strategy):
    system, user = ask(strategy, templates, n=3)
    assert (system.role, user) == ("system", Message("user", PROMPT))
    assert "Write 3 " in system.content
    assert '"# Response 1:"' in system.content
    assert "stop after response 3" in system.content
    assert "complete in itself" in system.content
    assert "{{" not in system.content


@pytest.mark.parametrize("category", list("ABCDEFGH"))
def test_anchored_texts_carry_the_instruction_of_the_category(templates, category):
    meaning = load_taxonomy()[category]
    system, _ = ask("system-anchored", templates, category=category)
    assert meaning.system_instruction in system.content
    again = ask("regenerate-anchored", templates, category=category, earlier=["first"])[-1]
    assert again.content.startswith(meaning.regenerate_instruction)
    assert "without an introduction" in again.content
    assert again.content.endswith(f"Remember, the prompt is: {PROMPT}")


def test_general_texts_do_not_depend_on_the_category(templates):
    for strategy in ("system-general", "regenerate-general"):
        asked = {ask(strategy, templates, category=key, earlier=["x"]) for key in ("A", "G", None)}
        assert len(asked) == 1


@pytest.mark.parametrize("kind", ["system", "regenerate"])
def test_for_a_prompt_without_category_n_the_anchored_text_is_the_general_one(templates, kind):
    earlier = ["first"]
    anchored = ask(f"{kind}-anchored", templates, category="N", earlier=earlier)
    assert anchored == ask(f"{kind}-general", templates, category="N", earlier=earlier)
    assert STRATEGIES[f"{kind}-anchored"].template(load_taxonomy()["N"], templates).name == (
        f"{kind}-general"
    )


@pytest.mark.parametrize("strategy", ["regenerate-general", "regenerate-anchored"])
def test_regeneration_starts_with_the_plain_prompt(templates, strategy):
    assert ask(strategy, templates) == (Message("user", PROMPT),)


def test_every_further_turn_sees_all_earlier_answers(templates):
    again = Message("user", "Can you generate a different answer?")
    assert ask("regenerate-general", templates, earlier=["one", "two"]) == (
        Message("user", PROMPT),
        Message("assistant", "one"),
        again,
        Message("assistant", "two"),
        again,
    )


@pytest.mark.parametrize("strategy", ["system-anchored", "regenerate-anchored"])
def test_an_anchored_strategy_without_a_category_is_an_error_with_a_remedy(templates, strategy):
    with pytest.raises(UserError, match="Classify the prompts first"):
        ask(strategy, templates, category=None, earlier=["x"])


def test_a_researchers_own_template_is_used_and_checked(tmp_path):
    (tmp_path / "system-anchored.txt").write_text("{{instruction}} Generate {{n}} responses.")
    system, _ = ask("system-anchored", TemplateSource(tmp_path), n=4)
    assert system.content.endswith("Generate 4 responses.")
    (tmp_path / "system-anchored.txt").write_text("Generate {{count}} responses.")
    with pytest.raises(TemplateError, match=r"lacks \{\{instruction\}\}, \{\{n\}\}"):
        ask("system-anchored", TemplateSource(tmp_path))


def test_replies_are_read_by_kind():
    reply = Completion("# Response 1:\na\n# Response 2:\nb")
    assert [slot.text for slot in STRATEGIES["system-general"].read(reply, n=2)] == ["a", "b"]
    for strategy in ("temperature", "regenerate-anchored"):
        assert [slot.text for slot in STRATEGIES[strategy].read(reply, n=2)] == [reply.text]


@pytest.mark.parametrize("strategy", ["verbalized-full", "verbalized-tail", "anchored-reasoning"])
def test_other_sets_ask_for_n_responses_under_headers_too(templates, strategy):
    system, user = ask(strategy, templates, n=20)
    assert user == Message("user", PROMPT)
    assert " 20 responses " in system.content.replace("\n", " ")
    assert '"# Response 1:"' in system.content
    assert "stop after response 20" in system.content
    assert "{{" not in system.content


def test_verbalized_sampling_asks_for_probabilities_and_its_tail_for_low_ones(templates):
    full, tail = (ask(f"verbalized-{name}", templates)[0].content for name in ("full", "tail"))
    assert '"Probability: "' in full
    assert '"Probability: "' in tail
    assert "below 0.10" in tail
    assert "0.10" not in full


def test_a_seed_is_asked_for_before_the_response(templates):
    system, user = ask("ssot", templates)
    assert user == Message("user", PROMPT)
    assert "<random_string>" in system.content
    assert "<answer>" in system.content


def test_reasoning_comes_after_the_instruction_and_before_the_responses(templates):
    said = ask("anchored-reasoning", templates)[0].content
    places = [
        said.index(one)
        for one in (load_taxonomy()["G"].system_instruction, "<reasoning>", "# Resp")
    ]
    assert places == sorted(places)


def test_a_paraphrase_is_asked_alone_and_made_in_a_call_that_shows_the_prompt(templates):
    assert ask("paraphrase", templates) == (Message("user", PROMPT),)
    (before,) = STRATEGIES["paraphrase"].preparation(PROMPT, n=4, templates=templates)
    assert "in 4 different ways" in before.content
    assert before.content.endswith(PROMPT)
    assert STRATEGIES["ssot"].preparation(PROMPT, n=4, templates=templates) == ()


@pytest.mark.parametrize(
    ("strategy", "calls"),
    [
        ("temperature", 5),
        ("system-general", 1),
        ("regenerate-general", 5),
        ("ssot", 5),
        ("verbalized-tail", 1),
        ("paraphrase", 6),
        ("mismatched", 1),
    ],
)
def test_calls_per_prompt_count_the_one_for_paraphrases(strategy, calls):
    assert calls_per_prompt(STRATEGIES[strategy], 5) == calls
    assert calls_per_prompt(STRATEGIES["paraphrase"], 5, n_paraphrases=5) == 5


def test_what_a_strategy_says_can_be_shown_for_a_category(templates):
    category = load_taxonomy()["C"]
    shown = {one.id: instruction_text(one, category, templates, n=5) for one in STRATEGIES.values()}
    assert shown["temperature"] == ""
    assert shown["system-anchored"].startswith("System prompt:\nWrite 5 responses")
    assert "pseudo-random option" in shown["anchored-reasoning"]
    assert shown["regenerate-general"].startswith("Said after each answer:\n")
    assert shown["paraphrase"].startswith("Asked first, where the prompt brings no paraphrases:")


def test_an_unknown_strategy_is_named_with_the_known_ones():
    with pytest.raises(UserError, match="no strategy 'temprature'; expected one of temperature"):
        get_strategy("temprature")
    assert find_strategy("temprature") is None


def test_responses_made_elsewhere_count_as_independent():
    assert strategy_kind("imported") == "independent"
    assert strategy_kind("gone", {"form": "chain"}) == "chain"
    assert strategy_kind("system-general") == "set"
