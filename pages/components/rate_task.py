"""What stands on the rating page: request, responses, definition, progress.

Each part is one piece of HTML of escaped text, because every further element costs the server
time on each of many thousand answers.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from core.taxonomy import Category
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.components.rate_pace import seconds_left, time_left_text
from pages.components.rate_words import Words
from pages.components.responses import response_html

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


def draw_task(task: Task, category: Category, definition: str, words: Words) -> None:
    """The request and what is to be rated, with explanations folded below."""
    st.html(task_html(task, category, definition, words))


def task_html(task: Task, category: Category, definition: str, words: Words) -> str:
    """Safe HTML of a task; a scroll region of its own, so that each task starts at its top."""
    count = len(task.texts)
    headings = ["rate.response"] if count == 1 else [f"rate.response_{n + 1}" for n in range(count)]
    cards = "".join(
        _card(text, words[heading], words)
        for text, heading in zip(task.texts, headings, strict=True)
    )
    request = _card(task.prompt, words["rate.request"], words, kind="rt-request")
    below = _in_flow(definition) + _folds(task, category, words)
    label = escape(words["rate.screen"])
    return (
        f'<div class="rt-task" role="region" aria-label="{label}" tabindex="0">{request}'
        f'<div class="rt-responses rt-count-{count}">{cards}</div>{below}</div>'
    )


def draw_question(task: Task, definition: str, words: Words) -> None:
    """The question with its definition, right above the answers."""
    st.html(
        f'<div class="rt-question"><h2>{escape(words[f"{task.question}.question"])}</h2>'
        + (f'<p class="rt-definition">{escape(definition)}</p>' if definition else "")
        + "</div>"
    )


def draw_hint(task: Task, words: Words) -> None:
    """The keys; on an answered task, that it was answered."""
    text = words["rate.answered"] if task.value is not None else words[f"keys.{task.question}"]
    kind = "rt-hint" if task.value is None else "rt-hint rt-hint-answered"
    st.html(f'<div class="{kind}">{escape(text)}</div>')


def draw_note(title: str, *paragraphs: str) -> None:
    """A calm page of text: a title and paragraphs."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    st.html(f'<div class="rt-note"><h1>{escape(title)}</h1>{body}</div>')


def draw_list(title: str, points: list[str]) -> None:
    """A short list under a small title."""
    rows = "".join(f"<li>{escape(point)}</li>" for point in points)
    st.html(f'<div class="rt-note"><h2>{escape(title)}</h2><ul>{rows}</ul></div>')


def _card(text: str, heading: str, words: Words, *, kind: str = "rt-response") -> str:
    body = response_html(text)
    is_long = len(text) > _LONG_CHARACTERS or text.count("\n") >= _LONG_LINES
    toggle = ""
    if is_long and kind == "rt-response":
        more, less = escape(words["rate.more"]), escape(words["rate.less"])
        name = escape(f"{words['rate.more']}: {heading}")
        toggle = (
            f'<label class="rt-toggle"><input type="checkbox" aria-label="{name}">'
            f'<span class="rt-more">{more}</span><span class="rt-less">{less}</span></label>'
        )
    long = " rt-long" if toggle else ""
    return (
        f'<article class="ta-card {kind}{long}"><div class="ta-card-head">'
        f'<h2 class="ta-heading">{escape(heading)}</h2></div>'
        f'<div class="rt-text">{body}</div>{toggle}</article>'
    )


def _in_flow(definition: str) -> str:
    """The definition once more below the responses, for screens too small to have it below."""
    return f'<p class="rt-definition">{escape(definition)}</p>' if definition else ""


def _folds(task: Task, category: Category, words: Words) -> str:
    if task.question == Question.EQUIVALENCE:
        return _equivalence_examples(category, words)
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
