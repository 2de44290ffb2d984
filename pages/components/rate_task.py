"""What stands on the rating page: request, responses, definition, progress.

Each part is one piece of HTML of escaped text, because every further element costs the server
time on each of many thousand answers.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from core.taxonomy import Category, Taxonomy
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.components.rate_pace import seconds_left, time_left_text
from pages.components.rate_words import Words
from pages.components.responses import opening_html, response_html

# A text longer than this is cut on a phone until "more" is pressed.
_LONG_CHARACTERS = 260
_LONG_LINES = 6

TEXT_SCALES = {"small": 0.9, "normal": 1.0, "large": 1.3}


def draw_look(text_size: str) -> None:
    """Sends the page's style sheet and the size of responses."""
    scale = TEXT_SCALES.get(text_size, 1.0)
    st.html(f"<style>{_style_sheet()}:root{{--ta-text-scale:{scale}}}</style>")


def draw_progress(task: Task, progress: TaskProgress, words: Words, *, saved: bool) -> None:
    """How far, how long still, and whether the last answer is on disk."""
    share = 100 * progress.done / progress.total
    parts = [words.fill("rate.progress", number=task.position + 1, total=progress.total)]
    if progress.open:
        parts.append(time_left_text(seconds_left(progress, task), words))
    mark = f"{escape(words['rate.saved'])} ✓" if saved else ""
    st.html(
        '<div class="rt-progress"><div class="rt-bar" aria-hidden="true">'
        f'<i style="width:{share:.1f}%"></i></div>'
        f"<span>{escape(' · '.join(parts))}</span>"
        f'<span class="rt-saved" role="status">{mark}</span></div>'
    )


def draw_task(task: Task, definition: str, below: str, words: Words) -> None:
    """The request and what is to be rated; `below`: safe HTML of explanations."""
    st.html(task_html(task, definition, below, words))


def task_html(task: Task, definition: str, below: str, words: Words) -> str:
    """Safe HTML of a task; a scroll region of its own, so that each task starts at its top."""
    count = len(task.texts)
    cards = "".join(
        _card(text, heading_of(number, count, words), words)
        for number, text in enumerate(task.texts, start=1)
    )
    request = _card(task.prompt, words["rate.request"], words, kind="rt-request")
    responses = f'<div class="rt-responses rt-count-{min(count, 3)}">{cards}</div>' if cards else ""
    return (
        f'<div class="rt-task" role="region" aria-label="{escape(words["rate.screen"])}" '
        f'tabindex="0">{request}{responses}{_in_flow(definition)}{below}</div>'
    )


def heading_of(number: int, count: int, words: Words) -> str:
    """What a response is called on the screen, counting from 1."""
    return (
        words["rate.response"] if count == 1 else words.fill("rate.response_number", number=number)
    )


def draw_question(
    task: Task, definition: str, words: Words, *, aside: str = "", status: str = ""
) -> None:
    """The question with its definition, right above the answers.

    Args:
        aside: plain text below it.
        status: plain text that changes while the question is answered, and is then read out.
    """
    parts = [f"<h2>{escape(words[f'{task.question}.question'])}</h2>"]
    if definition:
        parts.append(f'<p class="rt-definition">{escape(definition)}</p>')
    if aside:
        parts.append(f'<p class="rt-aside">{escape(aside)}</p>')
    if status:
        parts.append(f'<p class="rt-aside" role="status">{escape(status)}</p>')
    st.html(f'<div class="rt-question">{"".join(parts)}</div>')


def draw_request(task: Task, words: Words) -> None:
    """The request alone, where the responses are drawn one by one."""
    card = _card(task.prompt, words["rate.request"], words, kind="rt-request")
    st.html(f'<div class="rt-head">{card}</div>')


def draw_below(definition: str, below: str) -> None:
    """The definition for small screens, and safe HTML of explanations."""
    st.html(f'<div class="rt-below">{_in_flow(definition)}{below}</div>')


def draw_member(text: str, heading: str, letter: str, words: Words) -> None:
    """One response of a set, below the button that selects it. letter: of its group, or ""."""
    group = f" ta-group-{letter.lower()}" if letter else ""
    badge = f'<span class="ta-letter" aria-hidden="true">{letter}</span>' if letter else ""
    st.html(
        f'<div class="rt-member{group}{_long_class(text)}">{badge}'
        f'<div class="rt-text">{response_html(text)}</div>{_toggle(text, heading, words)}</div>'
    )


def draw_groups(groups: dict[str, list[tuple[int, str]]]) -> None:
    """Letter of each group -> number and text of its members; drawn as openings."""
    cells = "".join(
        f'<div class="rt-group ta-group-{letter.lower()}"><span class="ta-letter">{letter}</span>'
        + "".join(f"<p>{number} <span>{opening_html(text)}</span></p>" for number, text in members)
        + "</div>"
        for letter, members in groups.items()
    )
    st.html(f'<div class="rt-groups" aria-hidden="true">{cells}</div>')


def draw_label(text: str) -> None:
    """A short line above a row of choices."""
    st.html(f'<div class="rt-label">{escape(text)}</div>')


def draw_hint(text: str, *, answered: bool) -> None:
    """A small line: the keys; on an answered task, that it was answered."""
    kind = "rt-hint rt-hint-answered" if answered else "rt-hint"
    st.html(f'<div class="{kind}">{escape(text)}</div>')


def draw_said(text: str) -> None:
    """What just happened, read out to those who cannot see it."""
    st.html(f'<div class="rt-hint rt-hint-answered" role="status">{escape(text)}</div>')


def draw_note(title: str, *paragraphs: str) -> None:
    """A calm page of text: a title and paragraphs."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    st.html(f'<div class="rt-note"><h1>{escape(title)}</h1>{body}</div>')


def draw_list(title: str, points: list[str]) -> None:
    """A short list under a small title."""
    rows = "".join(f"<li>{escape(point)}</li>" for point in points)
    st.html(f'<div class="rt-note"><h2>{escape(title)}</h2><ul>{rows}</ul></div>')


def _card(text: str, heading: str, words: Words, *, kind: str = "rt-response") -> str:
    foldable = kind == "rt-response"
    return (
        f'<article class="ta-card {kind}{_long_class(text) if foldable else ""}">'
        f'<div class="ta-card-head"><h2 class="ta-heading">{escape(heading)}</h2></div>'
        f'<div class="rt-text">{response_html(text)}</div>'
        f"{_toggle(text, heading, words) if foldable else ''}</article>"
    )


def _long_class(text: str) -> str:
    is_long = len(text) > _LONG_CHARACTERS or text.count("\n") >= _LONG_LINES
    return " rt-long" if is_long else ""


def _toggle(text: str, heading: str, words: Words) -> str:
    """Unfolds a long text on a phone; a check box, since the page runs no script of ours."""
    if not _long_class(text):
        return ""
    more, less = escape(words["rate.more"]), escape(words["rate.less"])
    name = escape(f"{words['rate.more']}: {heading}")
    return (
        f'<label class="rt-toggle"><input type="checkbox" aria-label="{name}">'
        f'<span class="rt-more">{more}</span><span class="rt-less">{less}</span></label>'
    )


def _in_flow(definition: str) -> str:
    """The definition once more below the responses, for screens too small to have it below."""
    return f'<p class="rt-definition">{escape(definition)}</p>' if definition else ""


def folds(task: Task, category: Category, words: Words) -> str:
    """Safe HTML of the explanations to a question; "" where nothing may be explained."""
    if task.question in (Question.EQUIVALENCE, Question.GROUPING):
        return _equivalence_examples(category, words)
    if task.question == Question.QUALITY:
        return _quality_steps(words)
    return ""


def kinds_html(taxonomy: Taxonomy, words: Words) -> str:
    """Safe HTML of the categories with what belongs to them, as a classifying judge reads it."""
    rows = "".join(
        f"<li><strong>{escape(one.name)}</strong>: {escape(one.definition)}</li>"
        for one in taxonomy.values()
    )
    title = escape(words["category.kinds"])
    return f'<section class="rt-kinds"><h2>{title}</h2><ol>{rows}</ol></section>'


def _quality_steps(words: Words) -> str:
    steps = "".join(
        f"<li><strong>{escape(words[f'quality.label_{n}'])}</strong>: "
        f"{escape(words[f'quality.anchor_{n}'])}</li>"
        for n in range(1, 6)
    )
    title = escape(words["quality.scale"])
    return f'<details class="rt-fold"><summary>{title}</summary><ol>{steps}</ol></details>'


@lru_cache(maxsize=64)
def _examples_html(category: Category, title: str, same: str, different: str) -> str:
    examples = "".join(
        '<div class="rt-example">'
        f"<h3>{escape(example.prompt)}</h3>"
        f'<div class="rt-responses rt-count-2"><div>{response_html(example.response_a)}</div>'
        f"<div>{response_html(example.response_b)}</div></div>"
        f"<p><strong>{escape(same if example.verdict == 'equivalent' else different)}</strong> "
        f"{escape(example.why)}</p></div>"
        for example in category.examples
    )
    return (
        f'<details class="rt-fold"><summary>{escape(title)}</summary>'
        f"<p>{escape(category.help)}</p>{examples}</details>"
    )


def _equivalence_examples(category: Category, words: Words) -> str:
    return _examples_html(
        category,
        words["rate.examples"],
        words["rate.example_same"],
        words["rate.example_different"],
    )


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    return Path(__file__).with_name("rate.css").read_text(encoding="utf-8")
