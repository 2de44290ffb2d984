"""Texts to read and the explanations beside them, as safe HTML for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markupsafe import Markup

from core.crowd.worked import example_key
from core.taxonomy import Category, Example, Taxonomy
from core.types import Question
from db.queries.tasks import Task
from pages.annotator.words import Words, foreign_language
from pages.components.responses import opening_html, response_html

# A text longer than this is cut on a phone until "more" is pressed.
_LONG_CHARACTERS = 260
_LONG_LINES = 6


@dataclass(frozen=True, slots=True)
class Card:
    """A text as it is drawn. html, opening: from the safe renderer."""

    heading: str
    html: Markup
    opening: Markup
    is_long: bool


def card(text: str, heading: str) -> Card:
    """A prompt or a response, made safe."""
    is_long = len(text) > _LONG_CHARACTERS or text.count("\n") >= _LONG_LINES
    return Card(heading, Markup(response_html(text)), Markup(opening_html(text)), is_long)


def request_card(task: Task, words: Words) -> Card:
    return card(task.prompt, words["rate.request"])


def response_cards(task: Task, words: Words) -> list[Card]:
    """What is rated, in the order shown."""
    count = len(task.texts)
    return [card(text, heading_of(n, count, words)) for n, text in enumerate(task.texts, start=1)]


def heading_of(number: int, count: int, words: Words) -> str:
    """What a response is called on the screen, counting from 1."""
    return (
        words["rate.response"] if count == 1 else words.fill("rate.response_number", number=number)
    )


def explanations(task: Task, category: Category, taxonomy: Taxonomy, words: Words) -> Markup:
    """What explains a question; empty where nothing may be explained."""
    match task.question:
        case Question.EQUIVALENCE | Question.GROUPING:
            title = escape(words["rate.examples"])
            inner = worked_examples(category, words, without=task.prompt)
            return Markup(f'<details class="fold"><summary>{title}</summary>{inner}</details>')
        case Question.QUALITY:
            title = escape(words["quality.scale"])
            return Markup(
                f'<details class="fold"><summary>{title}</summary>{_steps(words)}</details>'
            )
        case Question.CATEGORY:
            return kinds(taxonomy, words)
        case _:
            return Markup()


def worked_examples(
    category: Category,
    words: Words,
    *,
    without: str = "",
    practised: frozenset[str] = frozenset(),
) -> Markup:
    """The help and the examples of a category.

    Args:
        without: prompt whose examples are left out, or a practice item made of one would stand
            beside its own answer.
        practised: keys of the examples a study practises on; left out as well.
    """
    examples = tuple(
        one
        for one in category.examples
        if one.prompt != without and example_key(category.key, one) not in practised
    )
    same, different = words["rate.example_same"], words["rate.example_different"]
    return _worked_examples(category.help, examples, same, different, said_in(category, words))


def quality_scale(words: Words) -> Markup:
    """The five steps, with a title."""
    title = escape(words["quality.scale"])
    return Markup(f'<section class="kinds"><h2>{title}</h2>{_steps(words)}</section>')


def kinds(taxonomy: Taxonomy, words: Words) -> Markup:
    """The categories with what belongs to them, as a classifying judge reads it."""
    rows = "".join(
        f"<li{said_in(one, words)}><strong>{escape(one.name)}</strong>: "
        f"{escape(one.definition)}</li>"
        for one in taxonomy.values()
    )
    title = escape(words["category.kinds"])
    return Markup(f'<section class="kinds"><h2>{title}</h2><ol>{rows}</ol></section>')


def said_in(category: Category, words: Words) -> Markup:
    """Attributes of what a category says: its direction, and its language where that is another."""
    language = foreign_language(category, words)
    # Only English stands in for what is not translated.
    return Markup(f' lang="{escape(language)}" dir="ltr"' if language else ' dir="auto"')


def _steps(words: Words) -> str:
    steps = "".join(
        f"<li><strong>{escape(words[f'quality.label_{n}'])}</strong>: "
        f"{escape(words[f'quality.anchor_{n}'])}</li>"
        for n in range(1, 6)
    )
    return f"<ol>{steps}</ol>"


@lru_cache(maxsize=256)
def _worked_examples(
    explanation: str, examples: tuple[Example, ...], same: str, different: str, said: Markup
) -> Markup:
    drawn = "".join(
        f'<div class="example"><h3{said}>{escape(example.prompt)}</h3>'
        f'<div class="responses count-2"><div>{response_html(example.response_a)}</div>'
        f"<div>{response_html(example.response_b)}</div></div>"
        f"<p><strong>{escape(same if example.verdict == 'equivalent' else different)}</strong> "
        f"<span{said}>{escape(example.why)}</span></p></div>"
        for example in examples
    )
    return Markup(f"<p{said}>{escape(explanation)}</p>{drawn}")
