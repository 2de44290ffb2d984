"""What was sent, for strategies that ask for more than a response."""

from __future__ import annotations

import pytest

from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from db.queries.compare import PromptText
from pages.components.compare_sent import sent_html
from tests.support.drawn_sets import a_set, slot, words

PROMPT = PromptText(1, "p", "Name a river.", "F")


def sent(one) -> str:
    return words(sent_html(one, PROMPT, load_taxonomy(), TemplateSource()))


def test_probabilities_are_shown_as_the_models_own_account_and_escaped():
    said = {"probability": None, "probability_said": "<0.05"}
    html = sent_html(
        a_set(slot(0, meta=said), strategy="verbalized-tail"),
        PROMPT,
        load_taxonomy(),
        TemplateSource(),
    )
    assert "probability, by its own account" in html
    assert "&lt;0.05" in html
    assert "<0.05" not in html


def test_a_seed_and_what_was_made_of_it_are_shown():
    text = sent(a_set(slot(0, meta={"seed": "x9", "derivation": "odd"}), strategy="ssot"))
    assert "random string x9" in text
    assert "how it chose odd" in text
    assert "Each response is a call of its own." in text
    assert "with the request alone" in sent(a_set(slot(0), strategy="temperature"))


def test_paraphrases_stand_in_the_place_of_the_request():
    asked = [slot(i, meta={"paraphrase": f"River <{i}>?"}) for i in range(2)]
    text = sent(a_set(*asked, strategy="paraphrase"))
    assert "a paraphrase alone: River &lt;0&gt;? River &lt;1&gt;?" in text


def test_a_wrong_instruction_is_said_to_be_wrong_on_purpose():
    given = [slot(i, category_used="A", category_source="mismatched") for i in range(2)]
    text = sent(a_set(*given, strategy="mismatched"))
    assert "wrong on purpose" in text
    assert load_taxonomy()["A"].system_instruction in text


@pytest.mark.parametrize("strategy", ["system-general", "temperature"])
def test_nothing_beside_the_responses_is_no_table(strategy):
    assert "beside the response" not in sent(a_set(slot(0), strategy=strategy))
