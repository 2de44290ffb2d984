import re
from dataclasses import replace

import pytest

from core.diversity import DistinctCount
from core.strategies import get_strategy
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from db.queries.compare import PromptText, ResponseSet
from db.queries.compare_choices import RaterChoice
from pages.components.compare_columns import Frame, column_html, headline, open_count_text
from tests.support.drawn_sets import a_set, slot, words

HOSTILE = "<img src=x onerror=alert(1)> ![i](http://elsewhere.example/i.png) <script>1</script>"
PROMPT = PromptText(1, "p1", "Write a poem.", "G")
TEMPLATES = TemplateSource()


def drawn(one: ResponseSet, *, rater: RaterChoice | None = None, unfolded: bool = False) -> str:
    return column_html(one, Frame(PROMPT, rater, load_taxonomy(), TEMPLATES, unfolded))


def test_the_headline_says_how_many_are_distinct_as_far_as_it_is_known():
    two = (slot(0, "A"), slot(1, "B"), slot(2, "A"))
    assert headline(a_set(*two, distinct=DistinctCount(2, 2, 2))) == ("2", "distinct of 3")
    some = a_set(*two, distinct=DistinctCount(None, 2, 3), n_scored=2)
    assert headline(some) == ("2–3", "distinct of 3")
    assert open_count_text(some) == (
        "At least 2, at most 3 distinct: 1 of 3 pairs without a verdict."
    )
    assert headline(a_set(*two)) == ("3", "responses, not judged")
    assert headline(a_set(slot(0))) == ("1", "response")
    assert headline(a_set(slot(0, status="failed"))) == ("–", "no response")


def test_members_of_a_group_stand_behind_its_first_under_one_letter():
    one = a_set(
        slot(0, "A", "first words"),
        slot(1, "B", "other words"),
        slot(2, "A", "second words"),
        slot(3, "A", "third words"),
        distinct=DistinctCount(2, 2, 2),
    )
    html = drawn(one)
    assert html.count('class="ta-card ta-group-') == 2
    assert "Also 3 and 4 say this" in words(html)
    assert html.index("first words") < html.index("second words") < html.index("other words")
    assert '<details class="ta-also" open>' not in html
    assert '<details class="ta-also" open>' in drawn(one, unfolded=True)


def test_the_bar_gives_each_group_its_share():
    one = a_set(slot(0, "A"), slot(1, "A"), slot(2), distinct=DistinctCount(None, 1, 2))
    shares = re.findall(r'flex-grow:(\d)">(\w|\?)', drawn(one))
    assert shares == [("2", "A"), ("1", "?")]


def test_what_failed_keeps_its_place_with_its_reason_and_a_refusals_words():
    one = a_set(
        slot(0),
        slot(1, text="I cannot.", status="failed", reason="refusal"),
        slot(2, text="", status="failed", reason="rate_limited", detail="429 <b>slow</b>"),
        n=5,
    )
    shown = words(drawn(one))
    assert "2 Failed: the model refused I cannot." in shown
    assert "3 Failed: the provider&#x27;s rate limit held 429 &lt;b&gt;slow&lt;/b&gt;" in shown
    assert "2 of 5 not generated yet" in shown
    assert "Fewer than 5 responses: left out of means on Results." in shown


def test_a_set_generated_under_another_category_than_the_true_one_says_so():
    wrong = a_set(slot(0, category_used="A"), strategy="system-anchored")
    right = a_set(slot(0, category_used="G"), strategy="system-anchored")
    assert "Generated as A · Well-specified objective; the truth is G" in words(drawn(wrong))
    assert "Generated as" not in words(drawn(right))


@pytest.mark.parametrize("strategy", ["temperature", "imported", "system-anchored"])
def test_no_text_from_outside_becomes_markup(strategy):
    hostile = slot(
        0,
        "A",
        HOSTILE,
        detail=HOSTILE,
        flags=(HOSTILE,),
        raw_reply=HOSTILE,
        parameters_dropped={"top_p": HOSTILE},
        served_model=HOSTILE,
        category_used=HOSTILE,
        category_source=HOSTILE,
        finish_reason=HOSTILE,
    )
    one = a_set(hostile, replace(hostile, id=7, index=1, status="failed", reason=HOSTILE))
    one = replace(
        one,
        condition=replace(one.condition, strategy=strategy, label=HOSTILE, model=HOSTILE),
        surplus=(hostile,),
    )
    html = drawn(one, rater=RaterChoice("j", "judge", HOSTILE))
    assert "&lt;img" in html
    assert not re.search("<(img|script|a |iframe|b>alert)", html)


def test_what_was_sent_names_the_words_and_only_points_at_texts_on_the_page():
    strategy = get_strategy("system-anchored")
    taxonomy = load_taxonomy()
    template = strategy.template(taxonomy["G"], TEMPLATES)
    sent = slot(
        0,
        category_used="G",
        category_source="truth",
        template=f"{template.name}@{template.content_hash}",
        parameters_sent={"temperature": 1.0},
        parameters_dropped={"top_p": "Unsupported"},
    )
    one = a_set(sent, strategy="system-anchored")
    shown = words(drawn(one))
    assert " ".join(taxonomy["G"].system_instruction.split()) in shown
    assert "Instruction of G · Creative writing, the truth" in shown
    assert f"Template system-anchored@{template.content_hash[:8]}" in shown
    assert "Parameters sent temperature 1.0" in shown
    assert "top_p: Unsupported" in shown
    assert "user the request" in shown
    assert "changed since" not in shown


def test_words_that_changed_since_are_not_passed_off_as_those_sent():
    old = a_set(
        slot(0, category_used="G", template="system-anchored@0123456789abcdef"),
        strategy="system-anchored",
    )
    assert "Asked with system-anchored@01234567. The template has changed since" in words(
        drawn(old)
    )
    other = a_set(slot(0, category_used="G"), strategy="system-anchored", texts_hash="0" * 16)
    assert "instructions of the taxonomy have changed since" in words(drawn(other))
    gone = a_set(slot(0, category_used="Q9"), strategy="system-anchored")
    assert "no longer has category Q9" in words(drawn(gone))


def test_a_chain_shows_its_last_turn_with_earlier_answers_by_number():
    slots = [slot(index, category_used="G", text=f"answer {index}") for index in range(3)]
    html = drawn(a_set(*slots, strategy="regenerate-anchored"))
    assert re.findall("<i>(.*?)</i>", html) == ["the request", "response 1", "response 2"]
    assert html.count("answer 0") == 1
