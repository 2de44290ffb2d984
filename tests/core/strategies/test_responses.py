"""Reading replies: splitting at headers, and what is a failure and what only a flag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strategies.responses import read_set, read_single, split_responses
from core.types import Completion


def texts(reply: str) -> tuple[str, ...]:
    return split_responses(reply).sections


@pytest.mark.parametrize(
    "reply",
    [
        "# Response 1:\none\n\n# Response 2:\ntwo",
        "## Response 1\none\n## Response 2\ntwo",
        "**Response 1:**\none\n\n**Response 2:** two",
        "**Response 1**: one\n**Response 2**:\ntwo",
        "### **Response 1:**\none\n### **Response 2**\ntwo",
        "# Response 1: one\n# response 2: two",
        "#Response 1:\r\none\r\n#Response 2:\r\ntwo\r\n",
        "# Response #1:\none\n# RESPONSE #2:\ntwo",
        "Response 1:\none\n\nResponse 2: two",
        "# Response 1:\none\n\n---\n\n# Response 2:\ntwo",
        "\n\n# Response 1:\n\none\n\n\n# Response 2:\n\ntwo\n\n",
        "# Response 1:\none\n# Response 4:\ntwo",
        "# Response 2:\none\n# Response 2:\ntwo",
        "# Response 1:\n# Response 1:\none\n# Response 2:\ntwo",
        "__Response 1:__\none\n# Response 2: #\ntwo",
    ],
)
def test_replies_are_split_at_headers_however_they_are_dressed(reply):
    assert texts(reply) == ("one", "two")


@pytest.mark.parametrize(
    "line",
    [
        "# Response 2 is the better one",
        "**Response 2** is bold here",
        "The next is # Response 2:",
        "    # Response 2:",
        "# Responses 2:",
        "# Response two:",
        "Response 2:",
        "- Response 2: an item of a list",
        "```\n# Response 2:\n```",
        "~~~text\n# Response 2:\n~~~~",
        "````\n```\n# Response 2:\n```\n````",
    ],
)
def test_lines_that_only_resemble_headers_stay_in_the_text(line):
    assert texts(f"# Response 1:\nbefore\n{line}\nafter") == (f"before\n{line}\nafter",)


def test_a_fence_that_is_never_closed_hides_no_header():
    assert texts("# Response 1:\n```python\nx = 1\n# Response 2:\ntwo") == (
        "```python\nx = 1",
        "two",
    )


def test_of_several_fences_each_ends_at_its_own_closing():
    reply = "# Response 1:\n```\na\n```\n# Response 2:\n~~~~\n```\n~~~\n# Response 9:\n~~~~\nb"
    assert texts(reply) == ("```\na\n```", "~~~~\n```\n~~~\n# Response 9:\n~~~~\nb")


def test_inline_code_of_three_back_quotes_opens_no_fence():
    assert texts("# Response 1:\n```x``` y\n# Response 2:\n```") == ("```x``` y", "```")


def test_a_rule_is_dropped_between_responses_but_kept_within_one():
    assert texts("# Response 1:\na\n---\nb\n***\n# Response 2:\nc\n---") == ("a\n---\nb", "c\n---")


response_text = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
).map(str.strip)
plain_text = response_text.filter(
    lambda text: (
        "response" not in text.lower()
        and not any(mark in text for mark in ("```", "~~~", "---", "***", "___"))
    )
)


@given(st.lists(plain_text.filter(bool), min_size=1, max_size=7))
def test_joined_responses_come_apart_again(responses: list[str]):
    joined = "\n\n".join(f"# Response {i}:\n{text}" for i, text in enumerate(responses, start=1))
    assert texts(joined) == tuple(responses)


@given(st.text(st.sampled_from("# Response12:*`~\n-a"), max_size=200), st.integers(1, 6))
def test_every_reply_gives_at_least_n_slots_with_consecutive_indices(reply: str, n: int):
    slots = read_set(Completion(reply), n)
    assert [slot.index for slot in slots] == list(range(len(slots)))
    assert len(slots) >= n
    assert all(slot.text for slot in slots if slot.reason is None)
    assert all(("surplus" in slot.flags) == (slot.index >= n) for slot in slots)


def reply_of(count: int) -> str:
    return "\n".join(f"# Response {i}:\ntext {i}" for i in range(1, count + 1))


def test_missing_responses_of_a_set_are_slots_that_failed():
    slots = read_set(Completion(reply_of(2)), 4)
    assert [slot.text for slot in slots] == ["text 1", "text 2", "", ""]
    assert [slot.reason for slot in slots] == [None, None, "short_set", "short_set"]


def test_responses_beyond_n_are_kept_and_flagged():
    slots = read_set(Completion(reply_of(3)), 2)
    assert [(slot.index, slot.flags) for slot in slots] == [(0, ()), (1, ()), (2, ("surplus",))]


def test_text_before_the_first_header_is_flagged_and_no_response():
    slots = read_set(Completion("Here you are:\n" + reply_of(2)), 2)
    assert [slot.text for slot in slots] == ["text 1", "text 2"]
    assert [slot.flags for slot in slots] == [("preamble",), ()]


def test_a_reply_without_headers_is_a_set_of_one():
    slots = read_set(Completion("Just this."), 3)
    assert [(slot.text, slot.reason) for slot in slots] == [
        ("Just this.", None),
        ("", "short_set"),
        ("", "short_set"),
    ]
    assert slots[0].flags == ("preamble",)
    assert read_set(Completion("Just this."), 1)[0].flags == ()


def test_an_empty_section_is_empty_and_not_short():
    slots = read_set(Completion("# Response 1:\n# Response 2:\ntwo"), 2)
    assert [(slot.text, slot.reason) for slot in slots] == [("", "empty"), ("two", None)]


def test_an_empty_reply_is_one_empty_slot_and_missing_ones():
    assert [slot.reason for slot in read_set(Completion(" \n"), 3)] == [
        "empty",
        "short_set",
        "short_set",
    ]


def test_a_reply_cut_off_at_the_token_limit_flags_its_last_response_and_keeps_it():
    slots = read_set(Completion(reply_of(2), finish_reason="length"), 3)
    assert [slot.flags for slot in slots] == [(), ("truncated",), ()]
    assert [slot.reason for slot in slots] == [None, None, "short_set"]
    assert read_single(Completion("half a sen", finish_reason="length"))[0].flags == ("truncated",)


def test_a_refusal_reported_by_the_provider_fails_every_slot_and_keeps_the_text():
    slots = read_set(Completion("No.", finish_reason="refusal"), 2)
    assert [(slot.text, slot.reason) for slot in slots] == [("No.", "refusal"), ("", "refusal")]
    single = read_single(Completion("No.", finish_reason="refusal"))
    assert [(slot.text, slot.reason) for slot in single] == [("No.", "refusal")]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "Sorry, as a language model I am unable to provide this.",
        "Unfortunately, I won’t be able to answer that.",
    ],
)
def test_words_of_refusal_are_only_flagged(text):
    slot = read_single(Completion(text))[0]
    assert (slot.reason, slot.flags) == (None, ("looks_like_refusal",))


@pytest.mark.parametrize(
    "text", ["Wise men say I can't help it.", "Sorry is a short word.", "I can help.", "Tin."]
)
def test_other_words_are_not_flagged(text):
    assert read_single(Completion(text))[0].flags == ()


def test_a_single_response_is_stripped_and_an_empty_one_fails():
    assert read_single(Completion("  a\n"))[0].text == "a"
    assert read_single(Completion("\n "))[0].reason == "empty"
    assert read_single(Completion("# Response 1:\nkept"))[0].text == "# Response 1:\nkept"
