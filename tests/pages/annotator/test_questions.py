"""Every question has a screen, in words and with keys."""

from __future__ import annotations

from core.annotator_texts import list_languages, load_texts
from core.crowd.answers import CANNOT_TELL, FORMS
from core.crowd.plan import QuestionPlan
from core.taxonomy import load_taxonomy
from core.types import Question
from db.queries.tasks import Task
from pages.annotator.questions import (
    CANNOT_TELL_KEY,
    CONFIDENCE_KEYS,
    GROUP_KEYS,
    SCREENS,
    TICK_KEYS,
    Choice,
    choices,
    grouping_label,
    template_of,
)
from pages.annotator.words import Words

TAXONOMY = load_taxonomy()
WORDS = Words(load_texts())
_N = {"prompt": 0, "response": 1, "pair": 2, "set": 5}


def task_for(question: Question) -> Task:
    texts = tuple(f"text {number}" for number in range(_N[FORMS[question].kind]))
    return Task(1, 0, question.value, "a prompt", texts, "F", None)


def test_every_question_has_a_screen_and_its_words_in_every_language():
    assert set(SCREENS) == set(Question)
    for language in list_languages():
        words = Words(load_texts(language), language)
        for question in Question:
            assert words[f"{question}.question"]
            assert words[f"welcome.what_{question}"]
            offered = choices(task_for(question), None, words, TAXONOMY)
            assert all(one.label for one in offered)
            assert [one.answer for one in offered if one.answer == CANNOT_TELL] or (
                question == Question.QUALITY
            )


def test_no_key_means_two_things_on_a_screen():
    for question in Question:
        offered = choices(task_for(question), None, WORDS, TAXONOMY)
        keys = [one.key for one in offered if one.key] + list(CONFIDENCE_KEYS) + ["b"]
        if question == Question.QUALITY:
            keys += list(TICK_KEYS)
        if question == Question.GROUPING:
            keys += ["s", "d", "n", *GROUP_KEYS, *"123456789"]
        assert len(set(keys)) == len(keys), question


def test_the_keys_are_those_that_were_agreed():
    keys = {
        question: "".join(one.key for one in choices(task_for(question), None, WORDS, TAXONOMY))
        for question in (Question.EQUIVALENCE, Question.SAME, Question.QUALITY)
    }
    assert keys[Question.EQUIVALENCE] == keys[Question.SAME] == "sd" + CANNOT_TELL_KEY
    assert keys[Question.QUALITY].startswith("12345")
    assert GROUP_KEYS.startswith("qwety")


def test_a_number_that_begins_a_label_is_not_shown_twice():
    assert Choice("4", "4 Good", "4").shown_key == ""
    assert Choice("equivalent", "Same", "s").shown_key == "s"


def test_cannot_tell_is_offered_only_where_the_plan_offers_it():
    plan = QuestionPlan(question=Question.SAME, cannot_tell=False)
    offered = choices(task_for(Question.SAME), plan, WORDS, TAXONOMY)
    assert [one.answer for one in offered] == ["equivalent", "different"]


def test_the_words_recorded_change_with_what_is_read_and_not_with_the_item():
    one = task_for(Question.EQUIVALENCE)
    offered = choices(one, None, WORDS, TAXONOMY)
    name = template_of(one, "definition", None, offered, WORDS)
    assert name.startswith("annotate-equivalence@")
    assert template_of(one, "another", None, offered, WORDS) != name
    german = Words(load_texts("de"), "de")
    said = choices(one, None, german, TAXONOMY)
    assert template_of(one, "definition", None, said, german) != name


def test_a_grouping_is_read_as_numbers_that_stand_together():
    assert grouping_label("0,0,1,2,0") == "1 2 5 · 3 · 4"
