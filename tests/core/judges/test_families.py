"""Families: who may favour whom, and a list that can be edited."""

import pytest

from core.errors import UserError
from core.judges.families import family_of, load_families, self_preference
from core.settings import BUNDLED_PROMPTS

FAMILIES = load_families(BUNDLED_PROMPTS / "families.toml")


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai:gpt-4o", "GPT"),
        ("openai:o3-mini", "GPT"),
        ("anthropic:claude-sonnet-4-20250514", "Claude"),
        ("openai:meta-llama/Llama-3.1-8B-Instruct", "Llama"),
        ("openai:mistralai/Mistral-7B-Instruct-v0.3", "Mistral"),
        ("openai:google/gemma-2-9b", "Gemini and Gemma"),
        ("openai:my-own-model", ""),
    ],
)
def test_models_are_told_by_their_names(model, family):
    assert family_of(model, FAMILIES) == family


def test_a_judge_is_marked_for_the_models_of_its_family_and_unknown_ones_are_named():
    found = self_preference(
        "openai:gpt-4o", ["openai:gpt-4.1", "anthropic:claude-x", "openai:mine"], FAMILIES
    )
    assert (found.family, found.same, found.unknown) == (
        "GPT",
        ("openai:gpt-4.1",),
        ("openai:mine",),
    )


def test_a_model_that_judges_itself_is_marked_even_without_a_family():
    assert self_preference("openai:mine", ["openai:mine"], FAMILIES).same == ("openai:mine",)


@pytest.mark.parametrize(
    "text", ["[[family]]\nname = 'x'", "[[family]]\nname = 'x'\npatterns = 'y'", "not toml"]
)
def test_a_damaged_list_is_refused_with_what_was_expected(tmp_path, text):
    path = tmp_path / "families.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"families\.toml"):
        load_families(path)
