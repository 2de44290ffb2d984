"""The question without a definition: what is asked, and how replies are read."""

import tomllib

import pytest

from core.judges import Usefulness
from core.settings import BUNDLED_PROMPTS
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Completion
from tests.core.judges.test_calls import HOSTILE, block


def asked(prompt="Name a fruit", first="An apple.", second="A pear."):
    request = Usefulness.open(TemplateSource()).request(
        "m", prompt=prompt, response_1=first, response_2=second, strategy="temperature", index="0,1"
    )
    (message,) = request.messages
    return message.content


def test_judges_are_asked_the_very_question_people_are_asked():
    people = tomllib.loads((BUNDLED_PROMPTS / "annotator" / "en.toml").read_text())
    text = asked()
    assert people["usefulness"]["question"] in text
    assert text.endswith("Reply with one word, YES or NO.")


def test_nothing_tells_the_judge_what_makes_a_difference():
    text = asked()
    for one in load_taxonomy().values():
        for hint in (one.name, one.definition, one.equivalence_definition):
            assert hint not in text
    for word in ("equivalent", "same", "different", "diverse", "category", "redundant"):
        assert word not in text.lower()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_response_read_first_stands_first_and_no_text_leaves_its_block(hostile):
    text = asked(hostile, hostile, "b")
    assert [block(text, name) for name in ("request", "response 1", "response 2")] == [
        hostile,
        hostile,
        "b",
    ]


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("YES", "useful"),
        ("It repeats the first.\n**No.**", "not_useful"),
        ("Answer: yes", "useful"),
        ("useful", None),
        ("YES\nNO", None),
        ("", None),
    ],
)
def test_only_a_lone_yes_or_no_is_an_answer(reply, value):
    parsed = Usefulness.open(TemplateSource()).parse(Completion(reply))
    assert parsed.value == value
    assert (parsed.reason is None) == (value is not None)
