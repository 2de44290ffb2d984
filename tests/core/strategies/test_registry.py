"""What each strategy says to the model."""

from __future__ import annotations

import pytest

from core.errors import TemplateError, UserError
from core.strategies import STRATEGIES, find_strategy, get_strategy, strategy_kind
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


def test_the_strategies_are_the_five_of_the_paper():
    assert {key: (one.kind, one.anchored) for key, one in STRATEGIES.items()} == {
        "temperature": ("independent", False),
        "system-general": ("set", False),
        "system-anchored": ("set", True),
        "regenerate-general": ("chain", False),
        "regenerate-anchored": ("chain", True),
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


def test_an_unknown_strategy_is_named_with_the_known_ones():
    with pytest.raises(UserError, match="no strategy 'temprature'; expected one of temperature"):
        get_strategy("temprature")
    assert find_strategy("temprature") is None


def test_responses_made_elsewhere_count_as_independent():
    assert strategy_kind("imported") == "independent"
    assert strategy_kind("system-general") == "set"
