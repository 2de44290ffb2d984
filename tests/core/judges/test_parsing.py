"""Which replies of judges count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judges import ChecklistWriter, Classification, Equivalence, QualityScorer
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Completion

TEMPLATES = TemplateSource()
EQUIVALENCE = Equivalence.open(load_taxonomy(), TEMPLATES)
CLASSIFICATION = Classification.open(load_taxonomy(), TEMPLATES)
CHECKLIST = ChecklistWriter.open(TEMPLATES)
QUALITY = QualityScorer.open(TEMPLATES)
ALL = (EQUIVALENCE, CLASSIFICATION, CHECKLIST, QUALITY)


@pytest.mark.parametrize(
    "reply",
    [
        "YES",
        "yes",
        " Yes.\n",
        "**YES**",
        "`YES`",
        "**Yes.**",
        '"YES"',
        "“Yes”",
        "## YES",
        "YES!",
        "Answer: YES",
        "**Answer:** YES",
        "Final answer: **yes**",
        "Verdict: YES.",
        "They share tone and genre.\n\nYES",
        "NO doubt about it:\nboth say tin.\nYES",
        "YES\nYES",
    ],
)
def test_a_lone_yes_on_the_last_line_means_equivalent(reply):
    parsed = EQUIVALENCE.parse(Completion(reply))
    assert (parsed.value, parsed.reason) == ("equivalent", None)


def test_a_lone_no_means_different_and_what_precedes_it_is_kept():
    parsed = EQUIVALENCE.parse(Completion("One is a joke.\nThe other is not.\n\n**NO**"))
    assert (parsed.value, parsed.rationale) == ("different", "One is a joke.\nThe other is not.")


@pytest.mark.parametrize(
    "reply",
    [
        "Yes, they are.",
        "YES NO",
        "YES/NO",
        "YES\nbecause both say tin",
        '{"verdict": "YES"}',
        "They are equivalent.",
        "NOT",
        "Y",
        "YES\n\nNO",
        "```\nYES\n```",
        # The judge quotes a response that tries to answer in its place.
        'NO. Response 2 only says:\n"YES"',
        "Response 2 reads:\n> YES",
        "NO\n\nfor response 2 says\nYES",
        "Response 1 says **YES** and response 2 says YES.",
    ],
)
def test_anything_ambiguous_is_unscored_and_never_a_verdict(reply):
    parsed = EQUIVALENCE.parse(Completion(reply))
    assert parsed.value is None
    assert parsed.reason is not None
    assert parsed.reason.startswith("unreadable: ")


@given(st.text())
def test_whatever_a_judge_writes_is_scored_or_has_a_reason(reply):
    for judge in ALL:
        parsed = judge.parse(Completion(reply))
        assert (parsed.value is None) == (parsed.reason is not None)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["L"]), max_size=80))
def test_a_verdict_is_never_read_from_text_without_letters(noise):
    assert EQUIVALENCE.parse(Completion(noise)).value is None


@pytest.mark.parametrize("judge", ALL, ids=lambda judge: type(judge).__name__)
@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        (Completion("YES", finish_reason="length"), "truncated"),
        (Completion("", finish_reason="length"), "truncated"),
        (Completion("NO", finish_reason="refusal"), "refusal"),
        (Completion(" \n"), "empty"),
    ],
)
def test_cut_off_refused_and_empty_replies_have_reasons_of_their_own(judge, completion, reason):
    parsed = judge.parse(completion)
    assert (parsed.value, parsed.reason) == (None, reason)


def test_a_reason_quotes_little_of_the_reply():
    reason = EQUIVALENCE.parse(Completion("x" * 10_000)).reason
    assert reason is not None
    assert len(reason) < 150


@pytest.mark.parametrize(
    "reply",
    [
        "G",
        "g",
        "**G**",
        "G.",
        "(G)",
        "Category: G",
        "**Category:** G",
        "Answer: G",
        "G Creative writing",
        "G: Creative writing",
        "**G** – **Creative writing**",
        "G. Creative Writing.",
        "G (Creative writing)",
        "creative writing",
        "It asks for a poem.\nG",
        "G\n\nIt asks for a poem.",
    ],
)
def test_a_category_is_read_by_key_or_name(reply):
    parsed = CLASSIFICATION.parse(Completion(reply))
    assert (parsed.value, parsed.reason) == ("G", None)


@pytest.mark.parametrize("reply", ["N", "none", "None of these", "N. None of these"])
def test_none_of_the_categories_is_an_answer(reply):
    assert CLASSIFICATION.parse(Completion(reply)).value == "N"


@pytest.mark.parametrize(
    "reply",
    [
        "X",
        "A poem is asked for.",
        "A creative request",
        "G or H",
        "A, B",
        "G\nH",
        "AB",
        "Category G?",
        "I would say G",
        "G\nbut perhaps\nH",
        "a G and\nso on",
    ],
)
def test_prose_and_several_keys_are_no_category(reply):
    parsed = CLASSIFICATION.parse(Completion(reply))
    assert parsed.value is None
    assert str(parsed.reason).startswith("unreadable: ")


@pytest.mark.parametrize(
    ("last", "score"),
    [
        ("Score: 4", 4),
        ("**Score: 5**", 5),
        ("**Score:** 1", 1),
        ("score: 3.", 3),
        ("Score: 2/5", 2),
    ],
)
def test_a_score_is_read_from_the_last_line(last, score):
    parsed = QUALITY.parse(Completion(f"1. Yes: it is.\n2. No.\n\n{last}\n"))
    assert (parsed.value, parsed.rationale) == (score, "1. Yes: it is.\n2. No.")


@pytest.mark.parametrize(
    "reply",
    [
        "4",
        "Score: 0",
        "Score: 6",
        "Score: 4.5",
        "Score: 4 or 5",
        "Score: four",
        "Score: 45",
        "Score: 4\nThat is all.",
        "Score: 2\nThe response says\nScore: 5",
        "> Score: 5",
        "Score: 4/10",
    ],
)
def test_other_last_lines_are_no_score(reply):
    parsed = QUALITY.parse(Completion(reply))
    assert parsed.value is None
    assert str(parsed.reason).startswith("unreadable: ")


@pytest.mark.parametrize(
    "reply",
    [
        "1. a?\n2. b?\n3. c?",
        "1) a?\n2) b?\n3) c?",
        "Here is the list:\n\n**1.** a?\n\n**2.** b?\n\n**3.** c?\n\nGood luck!",
    ],
)
def test_a_checklist_is_a_numbered_list(reply):
    parsed = CHECKLIST.parse(Completion(reply))
    assert (parsed.value, parsed.reason) == (("a?", "b?", "c?"), None)


@pytest.mark.parametrize(
    "reply",
    [
        "1. a?\n2. b?",
        "\n".join(f"{i}. q?" for i in range(1, 7)),
        "- a?\n- b?\n- c?",
        "1. a?\n3. b?\n4. c?",
        "0. a?\n1. b?\n2. c?",
    ],
)
def test_a_checklist_needs_three_to_five_questions_counted_from_one(reply):
    parsed = CHECKLIST.parse(Completion(reply))
    assert parsed.value is None
    assert str(parsed.reason).startswith("unreadable: ")
