import re
from dataclasses import replace

from db.queries.compare_items import Answer
from pages.components.compare_matrix import is_split, matrix_html, matrix_summary
from tests.support.drawn_sets import a_set, slot, words


def answer(rater: str, value: str | None, order: str = "", reason: str = "") -> Answer:
    kind = "judge" if ":" in rater else "human"
    return Answer(rater, rater, kind, "equivalence", value, reason, order, 0, "direct", "", None)


def test_the_table_marks_flips_disagreements_and_the_unscored():
    one = a_set(slot(0, "A"), slot(1, "B"), slot(2, "A"))
    answers = {
        (100, 101): (answer("a:j", "equivalent", "ab"), answer("a:j", "different", "ba")),
        (100, 102): (answer("a:j", "equivalent"), answer("ann", "different")),
        (101, 102): (answer("a:j", None, reason="unreadable"), answer("ann", "different")),
    }
    assert [is_split(said) for said in answers.values()] == [True, True, False]
    assert matrix_summary(answers) == "3 pairs, 3 with a verdict, 2 with disagreement"
    html = matrix_html(one, answers, {"study": ["s"], "condition": ["x", "y"]}, only_split=False)
    rows = [words(row) for row in re.findall("<tr.*?</tr>", html)]
    assert rows == [
        "Pair judge a:j person ann Together",
        "1 A – 2 B ⇄ flips – ◆ split",
        "1 A – 3 A = same × different ◆ split",
        "2 B – 3 A ? unscored: unreadable × different agree",
    ]
    assert 'href="?study=s&amp;condition=x&amp;condition=y&amp;item=pair%3A100%3A101"' in html
    assert matrix_html(one, answers, {}, only_split=True).count("<tr") == 3


def test_a_verdict_that_follows_from_others_is_shown_as_implied_in_its_judges_column():
    three = (slot(0, "A"), slot(1, "A"), slot(2, "B"))
    one = replace(a_set(*three), implied={(100, 102): False}, implied_by="a:j")
    answers = {
        (100, 101): (answer("a:j", "equivalent"), answer("b:j", "equivalent")),
        (100, 102): (),
        (101, 102): (answer("a:j", "different"),),
    }
    html = matrix_html(one, answers, {}, only_split=False)
    rows = [words(row) for row in re.findall("<tr.*?</tr>", html)]
    assert rows[2] == "1 A – 3 B different, implied – –"
