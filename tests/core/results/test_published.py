import pytest

from core.results.published import find_published_model, load_published


def test_published_figures_are_those_of_the_paper():
    # Table 14, GPT-4o, system prompt task-anchored and temperature 1.
    figures = load_published().find("distinct", "gpt-4o")
    by_strategy = {}
    for one in figures:
        by_strategy.setdefault(one.strategy, []).append(one.mean)
    assert by_strategy["system-anchored"] == [1.00, 5.00, 5.00, 1.69, 4.60, 2.95, 4.13, 4.20]
    assert by_strategy["temperature"] == [2.11, 1.50, 3.14, 1.27, 1.30, 1.13, 1.40, 1.19]


def test_only_the_medium_temperature_is_kept():
    found = load_published().find("distinct", "claude-4-sonnet")
    first = next(one for one in found if one.strategy == "temperature" and one.category == "A")
    assert first.mean == 1.21  # t = 0.5; t = 0 is 1.06, t = 1 is 1.28


def test_every_measure_has_all_models_strategies_and_categories():
    published = load_published()
    assert len(published.models) == 5
    for measure in ("distinct", "vocabulary", "embedding", "compression", "quality"):
        for model in published.models:
            assert len(published.find(measure, model)) == 5 * 8


def test_prompts_per_category_are_those_of_the_paper():
    figures = load_published().find("distinct", "gpt-4o")
    assert sum({one.category: one.n_prompts for one in figures}.values()) == 344


def test_the_notice_says_that_it_is_no_replication():
    assert load_published().notice == "published, other judges; not a replication"


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("openai:gpt-4o", "gpt-4o"),
        ("openai:gpt-4o-2024-08-06", "gpt-4o"),
        ("openai:gpt-4o-mini", None),
        ("anthropic:claude-sonnet-4-20250514", "claude-4-sonnet"),
        ("anthropic:claude-sonnet-4-5", None),
        ("openai:google/gemini-2.5-flash", "gemini-2.5-flash"),
        ("openai:gemini-2.5-flash-lite", None),
        ("openai:meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct"),
        ("openai:mistralai/Mistral-7B-Instruct-v0.3", "Mistral-7B-Instruct-v0.3"),
    ],
)
def test_a_models_name_tells_whether_the_paper_had_it(model_id, expected):
    assert find_published_model(model_id) == expected
