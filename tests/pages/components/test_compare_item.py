import re

from core.taxonomy import load_taxonomy
from db.queries.compare_items import Answer, ItemText, ItemView
from pages.components.compare_item import answers_html, definition_html
from tests.support.drawn_sets import words

HOSTILE = "<img src=x> ![i](http://elsewhere.example/i.png)"
PRESENT = {"equivalence": "equivalence@now"}


def answer(rater: str, value: str | None, **values) -> Answer:
    columns = {
        "name": rater,
        "kind": "judge" if ":" in rater else "human",
        "question": "equivalence",
        "reason": "",
        "order": "",
        "repeat": 0,
        "source": "direct",
        "template": "equivalence@now",
        "category_used": "G",
    }
    return Answer(rater=rater, value=value, **{**columns, **values})


def item(*answers: Answer, category: str | None = "G") -> ItemView:
    texts = (ItemText("one", "c", "temperature", 1), ItemText("two", "c", "temperature", 2))
    return ItemView("k", "pair", "Q", "p", texts, ("h",), category, True, answers)


def test_the_definition_is_that_of_the_category_the_raters_were_given():
    taxonomy = load_taxonomy()
    html = definition_html(item(answer("a:j", "equivalent", category_used="A")), taxonomy, PRESENT)
    assert "What counts as the same: A" in words(html)
    assert "single correct answer" in html
    assert "other words" not in html


def test_without_an_answer_the_items_own_category_holds_and_none_is_said_to_be_unknown():
    taxonomy = load_taxonomy()
    assert "What counts as the same: G" in words(definition_html(item(), taxonomy, PRESENT))
    assert "No category is known" in definition_html(item(category=None), taxonomy, PRESENT)


def test_judges_asked_in_other_words_than_now_are_named():
    said = item(
        answer("a:j", "equivalent", template="equivalence@then"), answer("b:j", "different")
    )
    shown = words(definition_html(said, load_taxonomy(), PRESENT))
    assert "Asked in other words than the present ones: a:j." in shown


def test_every_answer_stands_with_order_rationale_and_words():
    html = answers_html(
        [
            answer("a:j", "equivalent", order="ba", rationale="Both rhyme."),
            answer("a:j", None, reason="unreadable", reply="Maybe?"),
            answer("ann", "4", question="quality", template="", source="import"),
        ]
    )
    rows = [words(row) for row in re.findall("<tr>.*?</tr>", html, re.DOTALL)][1:]
    assert rows == [
        "judge a:j = same 2 then 1 Both rhyme. equivalence@now",
        "judge a:j ? unscored: unreadable – Maybe? equivalence@now",
        "person ann quality 4 – – – import",
    ]


def test_nothing_said_becomes_markup():
    html = answers_html([answer(HOSTILE, HOSTILE, rationale=HOSTILE, template=HOSTILE)])
    assert "&lt;img" in html
    assert "<img" not in html


def test_an_item_nobody_was_asked_about_says_so():
    assert "Nobody has been asked" in answers_html([])
