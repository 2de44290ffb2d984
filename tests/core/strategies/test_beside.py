"""What stands beside a response: found, taken out of the text, kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.strategies.beside import (
    read_paraphrases,
    read_probability,
    read_reasoned,
    read_seeded,
    read_verbalized,
)
from core.types import Completion


def verbalized(text: str, n: int = 2):
    return [
        (slot.text, slot.meta.get("probability"), slot.reason, slot.flags)
        for slot in read_verbalized(Completion(text), n)
    ]


BOTH = [("one", 0.12, None, ()), ("two", 0.05, None, ())]


@pytest.mark.parametrize(
    "reply",
    [
        "# Response 1:\nProbability: 0.12\none\n\n# Response 2:\nProbability: 0.05\ntwo",
        "# Response 1:\none\n\nProbability: 0.12\n\n# Response 2:\ntwo\nprobability = .05",
        "# Response 1:\n**Probability:** 12%\n\none\n# Response 2:\n*Probability: 5 %*\ntwo",
        "# Response 1 (probability: 0.12):\none\n# Response 2 [Probability 0.05]\ntwo",
        "# Response 1:\n(Prob. ≈ 0,12)\none\n# Response 2:\n- probability: 5e-2\ntwo",
        "**Response 1:**\nProbability: 0.12\none\n\n**Response 2:**\nProbability: 0.05\ntwo",
        "<response><text>one</text><probability>0.12</probability></response>\n"
        "<response>\n<text>two</text>\n<probability> 0.05 </probability>\n</response>",
        "<response>one<probability>0.12</probability></response>"
        "<response>two<probability>0.05</probability></response>",
        '```json\n{"responses": [{"text": "one", "probability": 0.12}, '
        '{"text": "two", "probability": 0.05}]}\n```',
    ],
)
def test_probabilities_are_read_however_they_are_written_and_leave_the_text(reply):
    assert verbalized(reply) == BOTH


def test_a_response_without_a_probability_is_kept_and_flagged():
    assert verbalized("# Response 1:\none\n# Response 2:\nProbability: 0.05\ntwo") == [
        ("one", None, None, ("no_probability",)),
        BOTH[1],
    ]


@pytest.mark.parametrize("said", ["1.7", "<0.05", "120%", "12"])
def test_what_is_no_probability_is_kept_as_said_and_not_guessed_at(said):
    (slot,) = read_verbalized(Completion(f"# Response 1:\nProbability: {said}\none"), 1)
    assert slot.meta == {"probability": None, "probability_said": said}
    assert (slot.text, slot.flags) == ("one", ("no_probability",))


@pytest.mark.parametrize(
    ("said", "value"), [("0", 0.0), ("1", 1.0), ("100%", 1.0), ("~0.5", 0.5), ("", None)]
)
def test_probabilities_lie_between_0_and_1(said, value):
    assert read_probability(said) == value


def test_prose_about_probability_stays_in_the_response():
    text = "Probability theory began with dice.\nThe probability is 1/6."
    assert verbalized(f"# Response 1:\nProbability: 0.2\n{text}", 1) == [(text, 0.2, None, ())]


def test_a_short_verbalized_set_is_short_and_surplus_is_kept():
    one = "# Response 1:\nProbability: 0.1\none"
    assert [slot.reason for slot in read_verbalized(Completion(one), 3)] == [
        None, "short_set", "short_set",
    ]  # fmt: skip
    flags = [slot.flags for slot in read_verbalized(Completion(f"{one}\n# Response 2:\nx"), 1)]
    assert flags == [(), ("surplus", "no_probability")]


def test_a_refused_verbalized_set_is_refused():
    slots = read_verbalized(Completion("No.", finish_reason="refusal"), 2)
    assert [(slot.reason, slot.meta) for slot in slots] == [("refusal", {}), ("refusal", {})]


@given(st.text(st.sampled_from('<>/{}"[]:,# .0123456789Responsetxtprobability\n'), max_size=120))
def test_whatever_comes_gives_n_verbalized_slots(text):
    slots = read_verbalized(Completion(text), 3)
    assert [slot.index for slot in slots][:3] == [0, 1, 2]
    for slot in slots:
        value = slot.meta.get("probability")
        assert value is None or 0 <= value <= 1


def seeded(text: str, **more):
    (slot,) = read_seeded(Completion(text, **more))
    return slot


def test_the_seed_and_how_it_was_used_leave_the_text_and_are_kept():
    slot = seeded(
        "<random_string>x9#qL</random_string>\n<thinking>Sum is 7, mod 2 = 1.</thinking>\n"
        "<answer>\nTails\n</answer>"
    )
    assert (slot.text, slot.reason, slot.flags) == ("Tails", None, ())
    assert slot.meta == {"seed": "x9#qL", "derivation": "Sum is 7, mod 2 = 1."}


@pytest.mark.parametrize(
    "reply",
    [
        "<random_string>abc</random_string>Tails",
        "<RANDOM_STRING> abc </RANDOM_STRING><thinking>hm</thinking> Tails",
        "Sure.\n<random_string>abc</random_string><answer>Tails",
        "< random_string >abc</ random_string ><answer>Tails</answer> Done!",
    ],
)
def test_untidy_tags_are_understood(reply):
    slot = seeded(reply)
    assert (slot.text, slot.meta["seed"], slot.flags) == ("Tails", "abc", ())


def test_a_reply_without_a_seed_is_flagged_and_kept():
    assert (seeded("Tails").text, seeded("Tails").flags) == ("Tails", ("no_seed",))


def test_an_answer_may_hold_such_tags_itself():
    slot = seeded("<random_string>a</random_string><answer><p><answer>x</answer></p></answer>")
    assert slot.text == "<p><answer>x</answer></p>"
    page = "<random_string>a</random_string><answer><random_string>b</random_string></answer>"
    assert seeded(page).text == "<random_string>b</random_string>"
    assert seeded(page).meta["seed"] == "a"


def test_a_reply_cut_off_while_thinking_holds_no_response():
    slot = seeded("<random_string>a</random_string><thinking>Let me", finish_reason="length")
    assert (slot.text, slot.reason, slot.flags) == ("", "empty", ("truncated",))


def test_reasoning_is_split_off_the_set_and_kept_with_its_first_slot():
    slots = read_reasoned(
        Completion(
            "<reasoning>\n# Response 1: a ballad\n# Response 2: an ode\n</reasoning>\n\n"
            "# Response 1:\none\n\n# Response 2:\ntwo"
        ),
        2,
    )
    assert [(slot.text, slot.flags) for slot in slots] == [("one", ()), ("two", ())]
    assert slots[0].meta["reasoning"].startswith("# Response 1: a ballad")
    assert slots[1].meta == {}


def test_a_set_without_reasoning_is_a_set():
    slots = read_reasoned(Completion("# Response 1:\none\n# Response 2:\ntwo"), 2)
    assert [(slot.text, slot.flags, slot.meta) for slot in slots] == [
        ("one", (), {}),
        ("two", (), {}),
    ]


def test_a_forgotten_closing_tag_ends_the_reasoning_at_the_first_header():
    slots = read_reasoned(Completion("<reasoning>Vary tone.\n# Response 1:\none"), 1)
    assert [(slot.text, slot.flags) for slot in slots] == [("one", ())]
    assert slots[0].meta == {"reasoning": "Vary tone."}


def test_a_reply_cut_off_while_reasoning_holds_no_response():
    slots = read_reasoned(Completion("<reasoning>Let me", finish_reason="length"), 2)
    assert [(slot.text, slot.reason) for slot in slots] == [("", "empty"), ("", "short_set")]
    assert slots[0].meta == {"reasoning": "Let me"}


def test_paraphrases_are_read_once_each_and_no_more_than_wanted():
    headed = "\n".join(
        f"# Paraphrase {i}:\n{text}"
        for i, text in enumerate(("Name a river.\n", "name  a river.", "A river?"), start=1)
    )
    assert read_paraphrases(headed, 5) == ("Name a river.", "A river?")
    assert read_paraphrases("1. Name a river.\n2) A river?\nDone.", 1) == ("Name a river.",)
    assert read_paraphrases("- A river?\n- Another?", 3, ["A river?"]) == ("A river?", "Another?")
    assert read_paraphrases("I cannot do that.", 3) == ()


@given(st.text(max_size=300))
def test_no_reply_breaks_the_reading_of_seeds_reasoning_and_paraphrases(text):
    assert len(read_seeded(Completion(text))) == 1
    assert len(read_reasoned(Completion(text), 3)) >= 3
    assert len(read_paraphrases(text, 3)) <= 3
