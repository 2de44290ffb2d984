"""One question on the screen, as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from core.crowd.plan import Arm, CrowdPlan, QuestionPlan
from core.judges.equivalence import Equivalence
from core.settings import PROJECT_DIR
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import UNDEFINED_QUESTIONS, Question
from db.queries.tasks import TaskProgress
from pages.annotator.frame import draw_page
from pages.annotator.task import Shown, task_screen
from tests.pages.annotator.frames import a_frame, said
from tests.pages.annotator.test_questions import task_for

PROGRESS = TaskProgress({"equivalence": 6}, {"equivalence": 24}, {})
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[link](javascript:alert(1)) ![x](http://evil.example/p.png)",
    "{{ 7 * 7 }} {% raw %}",
    "</textarea></form><form action=http://evil.example>",
)


class Elements(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def plan_for(question: Question, **values: object) -> CrowdPlan:
    return CrowdPlan(arms=(Arm(questions=(QuestionPlan(question=question, **values),)),))


@pytest.mark.parametrize("question", list(Question))
def test_every_question_is_drawn_with_its_answers(question):
    html = task_screen(a_frame(), task_for(question), PROGRESS).html
    assert a_frame().words[f"{question}.question"] in said(html)
    assert 'name="assignment" value="1"' in html
    answers = re.findall(r'name="(?:answer|all)" value="([^"]+)"', html)
    assert len(answers) >= 2


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_model_or_a_prompt_says_stays_text(question, text):
    task = task_for(question)
    task = replace(task, prompt=text, texts=tuple(text for _ in task.texts))
    page = draw_page(a_frame(), task_screen(a_frame(), task, PROGRESS))
    found = Elements(page)
    assert found.tags.count("script") == 1
    assert "img" not in found.tags
    # A form each for answer, remark and size, and no fourth from outside.
    assert found.tags.count("form") == 3
    names = {name for name, _ in found.attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    addresses = [value for name, value in found.attributes if name in ("href", "src", "action")]
    assert all(one.startswith("/") for one in addresses)
    if "{{" in text:
        assert text in said(page)


@pytest.mark.parametrize("question", sorted(UNDEFINED_QUESTIONS))
def test_an_undefined_question_shows_neither_definition_nor_category_nor_examples(question):
    taxonomy = load_taxonomy()
    text = said(task_screen(a_frame(), task_for(question), PROGRESS).html)
    assert taxonomy["F"].equivalence_definition not in text
    assert taxonomy["F"].name not in text
    assert taxonomy["F"].help not in text


def test_people_and_judges_read_the_same_definition_word_for_word():
    taxonomy = load_taxonomy()
    text = said(task_screen(a_frame(), task_for(Question.EQUIVALENCE), PROGRESS).html)
    request = Equivalence.open(taxonomy, TemplateSource()).request(
        "m",
        prompt="p",
        response_1="x",
        response_2="y",
        category=taxonomy["F"],
        strategy="",
        index="",
    )
    definition = taxonomy["F"].equivalence_definition
    assert definition in text
    assert definition in request.messages[-1].content


def test_how_sure_is_asked_only_where_the_plan_asks_it():
    task = task_for(Question.SAME)
    plain = task_screen(a_frame(), task, PROGRESS, plan=plan_for(Question.SAME)).html
    asked = task_screen(a_frame(), task, PROGRESS, plan=plan_for(Question.SAME, confidence=True))
    assert "How sure are you?" not in said(plain)
    assert re.findall(r'name="confidence" value="([^"]+)"', asked.html) == ["0.0", "0.5", "1.0"]


def test_the_answer_given_before_is_marked():
    task = replace(task_for(Question.QUALITY), value="4")
    html = task_screen(a_frame(), task, PROGRESS).html
    assert re.search(r'value="4"[^>]*aria-pressed="true"', html)
    assert html.count('aria-pressed="true"') == 2  # the answer, and the size of the text


def test_a_grouping_begins_with_the_groups_given_before():
    task = replace(task_for(Question.GROUPING), value="0,1,0,2,2")
    html = task_screen(a_frame(), task, PROGRESS).html
    assert re.findall(r'name="(member-\d)" value="(\d)" form="answer" checked', html) == [
        ("member-0", "0"),
        ("member-1", "1"),
        ("member-2", "0"),
        ("member-3", "2"),
        ("member-4", "2"),
    ]


def test_progress_is_told_with_the_time_left_and_what_is_saved():
    shown = Shown(saved=True, number=7, previous=4)
    screen = task_screen(a_frame(), task_for(Question.SAME), PROGRESS, shown=shown)
    assert "7 of 30 · about" in said(screen.html)
    assert "saved ✓" in said(screen.html)
    assert "/rate?link=TOKEN&amp;go=1&amp;at=4" in screen.html


def test_nobody_goes_back_behind_the_first():
    html = task_screen(a_frame(), task_for(Question.SAME), PROGRESS).html
    assert "at=" not in html


def test_the_page_is_in_the_language_and_direction_of_the_plan():
    frame = a_frame("ar")
    page = draw_page(frame, task_screen(frame, task_for(Question.SAME), PROGRESS))
    assert '<html lang="ar" dir="rtl"' in page


def test_markup_is_made_only_where_everything_is_escaped_first():
    made = re.compile(r"\bMarkup\(|\|\s*safe\b")
    folder = PROJECT_DIR / "pages" / "annotator"
    files = [*folder.glob("*.py"), *(folder / "templates").glob("*.html")]
    users = {path.name for path in files if made.search(path.read_text(encoding="utf-8"))}
    # Texts by the safe renderer; a researcher's prose; a screen in its page.
    assert users == {"cards.py", "screens.py", "frame.py"}
