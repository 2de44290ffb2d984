"""Every strategy against a recorded conversation: exactly these requests, and what is stored."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from core.strategies import STRATEGIES
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from db.engine import open_database
from db.models import Condition, ParaphraseSet, Response
from tests.wire_server import fail

PROMPT = "Name a river."
G, F = load_taxonomy()["G"], load_taxonomy()["F"]
PARAMETERS = {"temperature": 1.0, "top_p": 0.9, "max_completion_tokens": 1024}


@pytest.fixture
def study(taskanchor, tmp_path):
    """One prompt, truly of category F."""

    def make(**more):
        file = tmp_path / "one.jsonl"
        file.write_text(json.dumps({"id": "p", "prompt": PROMPT, "category": "F"} | more))
        assert taskanchor("study", "create", "pilot").code == 0
        assert taskanchor("prompts", "import", "pilot", str(file)).code == 0

    return make


@pytest.fixture
def generate(taskanchor):
    def call(strategy, *more, n=2):
        return taskanchor(
            "generate", "pilot", "--model", "openai:m", "--strategy", strategy, "-n", str(n),
            "--json", *more,
        )  # fmt: skip

    return call


def stored(settings):
    with open_database(settings).read() as session:
        rows = session.scalars(select(Response).order_by(Response.sample_index)).all()
    return [(row.sample_index, row.text, row.meta) for row in rows]


def says(*replies):
    """A model that gives these replies in turn."""
    waiting = list(replies)
    return lambda _body: waiting.pop(0)


def filled(template, **values):
    text = TemplateSource().get(template, values.keys(), {"n", "prompt", "instruction"})
    return text.fill_from(values)


def conversation(wire):
    """Messages of every request; each must have carried the condition's parameters."""
    for seen in wire.requests:
        assert seen.body.keys() == {"model", "messages"} | PARAMETERS.keys()
        assert {name: seen.body[name] for name in PARAMETERS} == PARAMETERS
    return [
        [(one["role"], one["content"]) for one in seen.body["messages"]] for seen in wire.requests
    ]


def test_the_temperature_baseline_is_n_requests_with_the_prompt_alone(
    study, generate, wire, settings
):
    study()
    wire.responder = lambda _body: "The Po."
    assert generate("temperature").code == 0
    assert conversation(wire) == [[("user", PROMPT)]] * 2
    assert stored(settings) == [(0, "The Po.", {}), (1, "The Po.", {})]


@pytest.mark.parametrize(
    ("name", "values"),
    [("system-general", {}), ("system-anchored", {"instruction": F.system_instruction})],
)
def test_a_system_prompt_is_one_request(study, generate, wire, settings, name, values):
    study()
    wire.responder = lambda _body: "# Response 1:\nThe Po.\n# Response 2:\nThe Rhine."
    assert generate(name, "--category-from", "truth").code == 0
    assert conversation(wire) == [[("system", filled(name, n=2, **values)), ("user", PROMPT)]]
    assert [text for _, text, _ in stored(settings)] == ["The Po.", "The Rhine."]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("regenerate-general", {}),
        ("regenerate-anchored", {"instruction": F.regenerate_instruction, "prompt": PROMPT}),
    ],
)
def test_regeneration_is_a_growing_conversation(study, generate, wire, settings, name, values):
    study()
    wire.responder = says("The Po.", "The Rhine.", "The Nile.")
    assert generate(name, "--category-from", "truth", n=3).code == 0
    again = ("user", filled(name, **values))
    first = [("user", PROMPT)]
    second = [*first, ("assistant", "The Po."), again]
    assert conversation(wire) == [first, second, [*second, ("assistant", "The Rhine."), again]]
    assert [text for _, text, _ in stored(settings)] == ["The Po.", "The Rhine.", "The Nile."]


@pytest.mark.parametrize("name", ["verbalized-full", "verbalized-tail"])
def test_verbalized_sampling_is_one_request_and_keeps_the_probabilities(
    study, generate, wire, settings, name
):
    study()
    wire.responder = says(
        "# Response 1:\nProbability: 0.4\nThe Rhine.\n\n# Response 2:\nProbability: 3%\nThe Po."
    )
    assert generate(name).code == 0
    assert conversation(wire) == [[("system", filled(name, n=2)), ("user", PROMPT)]]
    assert stored(settings) == [
        (0, "The Rhine.", {"probability": 0.4, "probability_said": "0.4"}),
        (1, "The Po.", {"probability": 0.03, "probability_said": "3%"}),
    ]


def test_string_seed_of_thought_is_n_requests_and_strips_its_tags(study, generate, wire, settings):
    study()
    wire.responder = lambda _body: (
        "<random_string>q7</random_string><thinking>odd</thinking><answer>The Po.</answer>"
    )
    assert generate("ssot").code == 0
    asked = [("system", filled("ssot")), ("user", PROMPT)]
    assert conversation(wire) == [asked, asked]
    assert stored(settings) == [
        (index, "The Po.", {"seed": "q7", "derivation": "odd"}) for index in (0, 1)
    ]


def test_paraphrases_of_the_prompt_set_are_asked_alone(study, generate, wire, settings):
    study(paraphrases=["A river, please.", "Which river comes to mind?", "One more."])
    wire.responder = lambda _body: "The Po."
    assert generate("paraphrase").json["calls"] == 2
    assert sorted(conversation(wire)) == [
        [("user", "A river, please.")],
        [("user", "Which river comes to mind?")],
    ]
    assert {meta["paraphrase_source"] for _, _, meta in stored(settings)} == {"prompt set"}


def test_paraphrases_are_made_in_one_request_first_and_stored(study, generate, wire, settings):
    study()
    made = "# Paraphrase 1:\nA river?\n# Paraphrase 2:\nSay a river."
    wire.responder = lambda body: made if "Rewrite" in str(body["messages"]) else "The Po."
    first = generate("paraphrase")
    assert (first.code, first.json["planned"], first.json["done"], first.json["calls"]) == (
        0,
        2,
        2,
        3,
    )
    asked = conversation(wire)
    assert asked[0] == [("user", filled("paraphrase", n=2, prompt=PROMPT))]
    assert sorted(asked[1:]) == [[("user", "A river?")], [("user", "Say a river.")]]
    by_index = {index: meta for index, _, meta in stored(settings)}
    assert by_index == {
        0: {"paraphrase": "A river?", "paraphrase_source": "openai:m"},
        1: {"paraphrase": "Say a river.", "paraphrase_source": "openai:m"},
    }
    with open_database(settings).read() as session:
        (row,) = session.scalars(select(ParaphraseSet)).all()
    assert (row.texts, row.reason, row.raw_reply) == (["A river?", "Say a river."], "", made)
    assert generate("paraphrase").json["calls"] == 0


def test_too_few_paraphrases_fail_their_slots_until_a_retry_makes_the_rest(
    study, generate, wire, settings
):
    study()
    replies = ["1. A river?", "1. A river?\n2. Say a river."]
    wire.responder = lambda body: (
        replies.pop(0) if "Rewrite" in str(body["messages"]) else "The Po."
    )
    short = generate("paraphrase")
    assert (short.code, short.json["done"], short.json["calls"]) == (1, 1, 2)
    assert [one["reason"] for one in short.json["failures"]] == ["no_paraphrase"]
    assert generate("paraphrase").json["calls"] == 0

    retried = generate("paraphrase", "--retry-failed")
    assert (retried.code, retried.json["done"], retried.json["calls"]) == (0, 1, 2)
    assert [meta.get("paraphrase") for _, _, meta in stored(settings)] == [
        "A river?",
        "Say a river.",
    ]


def test_a_failed_call_for_paraphrases_is_made_again_by_the_next_run(study, generate, wire):
    study()
    wire.responder = lambda _body: "# Paraphrase 1:\nA river?\n# Paraphrase 2:\nSay a river."
    wire.script(fail(400))
    broken = generate("paraphrase")
    assert [one["reason"] for one in broken.json["failures"]] == ["no_paraphrase"] * 2
    assert generate("paraphrase").json["done"] == 2


def test_a_mismatched_instruction_is_another_categorys_and_says_so(study, generate, wire, settings):
    study()
    wire.responder = lambda _body: "# Response 1:\nA poem.\n# Response 2:\nAn ode."
    assert generate("mismatched", "--wrong-category", "G").code == 0
    asked = filled("system-anchored", n=2, instruction=G.system_instruction)
    assert conversation(wire) == [[("system", asked), ("user", PROMPT)]]
    with open_database(settings).read() as session:
        rows = session.scalars(select(Response)).all()
        (condition,) = session.scalars(select(Condition)).all()
    assert {(row.category_used, row.category_source) for row in rows} == {("G", "mismatched")}
    assert {row.meta["true_category"] for row in rows} == {"F"}
    assert condition.spec["wrong_category"] == "G"


def test_the_prompts_own_category_is_no_wrong_one(study, generate, wire, settings):
    study()
    own = generate("mismatched", "--wrong-category", "F")
    assert (own.code, own.json["planned"], own.json["calls"]) == (0, 0, 0)
    by_seed = generate("mismatched")
    assert (by_seed.code, by_seed.json["planned"]) == (0, 2)
    assert F.system_instruction not in str(wire.requests[0].body)
    with open_database(settings).read() as session:
        assert session.scalars(select(Response.category_used)).first() != "F"


def test_several_wrong_categories_are_a_condition_each(study, generate, settings, wire):
    study()
    wire.responder = lambda _body: "# Response 1:\nA poem.\n# Response 2:\nAn ode."
    options = [part for key in "ABG" for part in ("--wrong-category", key)]
    assert generate("mismatched", *options).json["planned"] == 6
    with open_database(settings).read() as session:
        labels = session.scalars(select(Condition.label)).all()
    assert len(set(labels)) == 3


def test_without_the_truth_nobody_knows_what_is_wrong(study, generate, wire):
    study(category="")
    result = generate("mismatched")
    assert (result.code, result.json["calls"]) == (1, 0)
    assert {one["reason"] for one in result.json["failures"]} == {"no_category"}
    assert wire.requests == []


def test_reasoning_first_is_one_request_after_the_classification(study, generate, wire, settings):
    study()
    wire.responder = says(
        "G", "<reasoning>Two moods.</reasoning>\n# Response 1:\nSad.\n# Response 2:\nGlad."
    )
    assert generate("anchored-reasoning").json["calls"] == 2
    asked = [(one["role"], one["content"]) for one in wire.requests[1].body["messages"]]
    said = filled("anchored-reasoning", n=2, instruction=G.system_instruction)
    assert asked == [("system", said), ("user", PROMPT)]
    assert stored(settings) == [(0, "Sad.", {"reasoning": "Two moods."}), (1, "Glad.", {})]


def test_a_sweep_is_one_condition_per_temperature(study, generate, wire, settings):
    study()
    swept = generate("temperature", "--temperatures", "0, 0.5,1,0.5")
    assert (swept.code, swept.json["planned"], swept.json["calls"]) == (0, 6, 6)
    assert sorted(seen.body["temperature"] for seen in wire.requests) == [0, 0, 0.5, 0.5, 1, 1]
    assert generate("temperature", "--temperatures", "0,0.5,1").json["calls"] == 0
    with open_database(settings).read() as session:
        labels = session.scalars(select(Condition.label).order_by(Condition.id)).all()
    assert [label.split("#")[0] for label in labels] == [
        f"openai:m/temperature/t={t}" for t in ("0", "0.5", "1")
    ]


@pytest.mark.parametrize(
    ("model", "temperatures"), [("openai:m", [0, 1, 2]), ("anthropic:m", [0, 0.5, 1])]
)
def test_the_papers_sweep_depends_on_the_model(study, taskanchor, wire, model, temperatures):
    study()
    result = taskanchor(
        "generate", "pilot", "--model", model, "--strategy", "temperature", "-n", "1", "--sweep",
        "--json",
    )  # fmt: skip
    assert result.json["planned"] == 3
    assert sorted(seen.body["temperature"] for seen in wire.requests) == temperatures


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--temperatures", "0,hot"), "Temperature 'hot' cannot be used"),
        (("--temperatures", "0,2.5"), "Temperature '2.5' cannot be used"),
        (("--temperatures", "0,1", "--sweep"), "Give one of --temperature"),
        (("--wrong-category", "Q"), "The wrong category is 'Q'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_call(study, generate, wire, options, message):
    study()
    result = generate("mismatched", *options)
    assert result.code == 2
    assert message in result.err
    assert wire.requests == []


def test_a_set_of_twenty_gets_the_tokens_it_is_given(study, generate, wire):
    study()
    assert generate("system-general", "--max-tokens", "8000", n=20).json["done"] == 20
    assert wire.requests[0].body["max_completion_tokens"] == 8000


def test_a_researchers_own_strategy_is_listed_asked_and_read(
    study, generate, taskanchor, wire, settings, tmp_path, monkeypatch
):
    (tmp_path / "strategies.toml").write_text(
        '[strategies.moods]\nlabel = "Moods"\nkind = "set"\nanchored = true\n'
    )
    (tmp_path / "moods.txt").write_text("In {{n}} responses, one per mood: {{instruction}}")
    monkeypatch.setenv("TASKANCHOR_PROMPTS", str(tmp_path))
    study()
    assert "moods" in taskanchor("strategies").out
    shown = taskanchor("strategies", "moods", "--category", "F", "--json").json["says"]
    assert shown.endswith(f"In 5 responses, one per mood: {F.system_instruction}")

    wire.responder = lambda _body: "# Response 1:\nSad.\n# Response 2:\nGlad."
    assert generate("moods", "--category-from", "truth").code == 0
    said = f"In 2 responses, one per mood: {F.system_instruction}"
    assert conversation(wire) == [[("system", said), ("user", PROMPT)]]
    assert [text for _, text, _ in stored(settings)] == ["Sad.", "Glad."]
    assert generate("moods", "--category-from", "truth").json["calls"] == 0


def test_a_mistake_in_the_strategy_file_is_told_before_any_call(
    study, generate, wire, tmp_path, monkeypatch
):
    (tmp_path / "strategies.toml").write_text('[strategies.moods]\nkind = "bunch"\n')
    monkeypatch.setenv("TASKANCHOR_PROMPTS", str(tmp_path))
    study()
    result = generate("moods")
    assert result.code == 2
    assert "kind is 'bunch'; expected one of chain" in result.err
    assert wire.requests == []


def test_a_plan_counts_what_every_kind_needs_and_asks_nothing(study, generate, wire):
    study()
    plan = generate("paraphrase", "--strategy", "system-anchored", "--plan", n=5).json
    assert (plan["prompts"], plan["responses"]) == (1, 10)
    # Five paraphrases, the call that makes them, one whole set, and its classification.
    assert (plan["calls"], plan["paraphrase_calls"], plan["classification_calls"]) == (8, 1, 1)
    assert plan["cost_usd"] is None
    assert len(plan["conditions"]) == 2
    assert wire.requests == []


def test_a_plan_in_words_says_that_an_unlisted_price_is_unknown(taskanchor, study, wire):
    study()
    result = taskanchor(
        "generate", "pilot", "--model", "openai:m", "--strategy", "temperature", "--sweep", "--plan"
    )
    assert result.code == 0
    assert "1 prompts, 15 responses, 15 calls" in result.out
    assert "cost unknown" in result.out
    assert wire.requests == []


def test_the_list_of_strategies_names_all(taskanchor):
    listed = taskanchor("strategies", "-n", "3", "--json").json["strategies"]
    assert [one["id"] for one in listed] == list(STRATEGIES)
    assert {one["id"]: one["calls_per_prompt"] for one in listed}["paraphrase"] == 4
    assert taskanchor("strategies", "temperature").out == "The prompt is sent alone.\n"
