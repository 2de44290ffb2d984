"""Where nobody has said what a prompt is, both sides of a comparison go by one category."""

import pytest

from core.crowd.plan import ItemPlan
from core.pipeline.anchors import MISMATCHED
from core.types import Question
from db.crowd.frame import load_frame
from db.models import Item
from db.queries.analysis import load_response_rows
from db.queries.categories import unconfirmed_categories
from db.queries.items import ensure_prompt_items
from db.queries.responses import list_current_responses
from tests.support.rated_study import RatedStudy


@pytest.fixture
def made(db, settings):
    with db.write() as session:
        yield RatedStudy(session, settings)


def classify(made, prompt, model, category, *, revision=0):
    item_id = ensure_prompt_items(made.session, made.study.id, [prompt.id])[prompt.id]
    item = made.session.get_one(Item, item_id)
    columns = {"question": Question.CATEGORY.value, "template": "c@1", "revision": revision}
    made.say(model, item, category, **columns)


def of(made, prompt, model="openai:m", used=None):
    return unconfirmed_categories(made.session, made.study.id).of(prompt.id, model, used)


def test_a_baseline_goes_by_the_category_its_models_anchored_responses_used(made):
    prompt = made.prompt("p", category=None)
    made.responses(prompt, made.condition("temperature"), ["a", "b"])
    made.responses(prompt, made.condition("system-anchored"), ["c", "d"], category_used="G")
    made.responses(prompt, made.condition("temperature", model="openai:n"), ["e", "f"])
    rows = list_current_responses(made.session, made.study.id, [prompt.id], None)
    assert [(row.text, row.category, row.category_source) for row in rows] == [
        ("a", "G", "unconfirmed"),
        ("b", "G", "unconfirmed"),
        ("c", "G", "unconfirmed"),
        ("d", "G", "unconfirmed"),
        ("e", None, ""),
        ("f", None, ""),
    ]
    measured = load_response_rows(made.session, made.study.id)
    assert {row.text: row.category for row in measured} == {row.text: row.category for row in rows}
    frame = load_frame(made.session, made.study, ItemPlan())
    assert [[one.category for one in members] for members in frame.sets] == [
        ["G", "G"],
        ["G", "G"],
        [None, None],
    ]


def test_without_anchored_responses_it_is_the_models_newest_classification(made):
    prompt = made.prompt("p", category=None)
    classify(made, prompt, "openai:m", "A")
    classify(made, prompt, "openai:m", "F", revision=1)
    classify(made, prompt, "openai:n", "B")
    assert of(made, prompt) == "F"
    assert of(made, prompt, "openai:n") == "B"


def test_of_other_models_it_is_what_all_agree_on(made):
    agreed, parted = made.prompt("agreed", category=None), made.prompt("parted", category=None)
    for prompt, second in ((agreed, "A"), (parted, "F")):
        classify(made, prompt, "openai:one", "A")
        classify(made, prompt, "openai:two", second)
    assert (of(made, agreed), of(made, parted)) == ("A", None)


def test_the_ground_truth_leaves_nothing_to_stand_in_for(made):
    prompt = made.prompt("p", category="B")
    classify(made, prompt, "openai:m", "A")
    made.responses(prompt, made.condition("system-anchored"), ["a"], category_used="F")
    found = unconfirmed_categories(made.session, made.study.id)
    assert (found.used, found.given) == ({}, {})
    (row,) = list_current_responses(made.session, made.study.id, [prompt.id], None)
    assert (row.category, row.category_source) == ("B", "truth")


def test_an_instruction_wrong_on_purpose_says_nothing_of_the_prompt(made):
    prompt = made.prompt("p", category=None)
    wrong = {"category_used": "H", "category_source": MISMATCHED}
    made.responses(prompt, made.condition("system-mismatched"), ["a"], **wrong)
    assert of(made, prompt, used="H") is None
    classify(made, prompt, "openai:m", "A")
    assert of(made, prompt, used="H") == "A"


def test_responses_anchored_to_different_categories_keep_theirs(made):
    prompt = made.prompt("p", category=None)
    for strategy, category in (("system-anchored", "A"), ("ic-anchored", "F")):
        made.responses(prompt, made.condition(strategy), ["a"], category_used=category)
    assert (of(made, prompt, used="A"), of(made, prompt, used="F"), of(made, prompt)) == (
        "A",
        "F",
        None,
    )
