"""The story of one prompt in sections of plain HTML; every text from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from core.strategies import find_strategy
from core.taxonomy import Taxonomy
from db.queries.compare import PromptText, ResponseSet
from db.queries.compare_items import Answer
from db.queries.story import Classification, JudgeChecklist
from pages.components.compare_columns import Frame, column_html, headline
from pages.components.compare_matrix import matrix_html, matrix_summary
from pages.components.compare_words import category_text

Answers = Mapping[tuple[int, int], tuple[Answer, ...]]
_KINDS = {"judge": "judge", "human": "person"}


def inject_story_css() -> None:
    """Sends the style sheet of this page, for the screen and for print."""
    st.html(Path(__file__).with_name("story.css"))


def draw_sections(sections: Iterable[str]) -> None:
    """Draws what the functions below make; empty ones are left out."""
    for section in sections:
        if section:
            st.html(section)


def classification_html(
    prompt: PromptText, by_model: Sequence[Classification], taxonomy: Taxonomy
) -> str:
    """What the prompt was taken for: the ground truth, and each model's own word."""
    truth = category_text(prompt.truth, taxonomy) if prompt.truth else "not set"
    rows = "".join(
        f"<tr><td>{escape(one.model)}</td><td>{escape(_said(one, taxonomy))}</td>"
        f"<td>{escape(_right(one, prompt))}</td></tr>"
        for one in by_model
    )
    difference = ""
    if prompt.truth and prompt.truth in taxonomy:
        difference = (
            "<p>What counts as another response here: "
            f"{escape(taxonomy[prompt.truth].difference)}.</p>"
        )
    table = (
        '<div class="ta-story-scroll"><table><thead><tr><th>model</th><th>took it for</th>'
        f"<th></th></tr></thead><tbody>{rows}</tbody></table></div>"
        if rows
        else "<p>No model has classified it.</p>"
    )
    return _section(
        "Classification",
        f"<p>Ground truth: <strong>{escape(truth)}</strong></p>{difference}{table}",
    )


def overview_html(sets: Sequence[ResponseSet], rater: str) -> str:
    """One line per condition: how many distinct, how good, in the chosen rater's eyes."""
    rows = "".join(_overview_row(one) for one in sets)
    return _section(
        "In short",
        f"<p>As seen by {escape(rater or 'nobody yet')}.</p>"
        '<div class="ta-story-scroll"><table><thead><tr><th>strategy</th><th>model</th>'
        "<th>distinct</th><th>quality</th><th>vocabulary</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>",
    )


def condition_html(
    one: ResponseSet, frame: Frame, pairs: Answers, scores: Mapping[int, Sequence[Answer]]
) -> str:
    """What one condition gave, in groups, and what everybody said of it."""
    name = _name(one)
    verdicts = ""
    if any(said for said in pairs.values()):
        verdicts = (
            f"<h3>Who finds what the same</h3><p>{escape(matrix_summary(pairs))}</p>"
            + matrix_html(one, pairs, {}, only_split=False)
        )
    return _section(
        name,
        f'<div class="ta-sets">{column_html(one, frame)}</div>{verdicts}{_scores(one, scores)}',
    )


def checklists_html(checklists: Sequence[JudgeChecklist]) -> str:
    """What each judge looks for in a good response to this prompt."""
    if not checklists:
        return ""
    lists = "".join(
        f"<h3>{escape(one.judge)}</h3><ol>"
        + "".join(f"<li>{escape(factor)}</li>" for factor in one.factors)
        + "</ol>"
        for one in checklists
    )
    return _section("What judges look for", lists)


def _section(title: str, inner: str) -> str:
    return f'<section class="ta-story"><h2>{escape(title)}</h2>{inner}</section>'


def _overview_row(one: ResponseSet) -> str:
    number, words = headline(one)
    strategy = find_strategy(one.condition.strategy)
    quality = f"{one.quality.value:.2f}" if one.quality.is_defined else one.quality.reason
    vocabulary = (
        f"{one.vocabulary.value:.2f}" if one.vocabulary.is_defined else one.vocabulary.reason
    )
    cells = (
        strategy.label if strategy else one.condition.label,
        one.condition.model,
        f"{number} {words}",
        quality,
        vocabulary,
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _scores(one: ResponseSet, scores: Mapping[int, Sequence[Answer]]) -> str:
    rows = "".join(
        f"<tr><td>{slot.index + 1}</td><td>{escape(answer.name)} <small>"
        f"{_KINDS[answer.kind]}</small></td><td>{escape(answer.value or '–')}</td>"
        f"<td>{escape(answer.rationale or answer.reason)}</td></tr>"
        for slot in one.answered
        for answer in scores.get(slot.id, ())
    )
    if not rows:
        return ""
    return (
        '<h3>Scores, 1 to 5</h3><div class="ta-story-scroll"><table><thead><tr><th>response</th>'
        f"<th>by</th><th>score</th><th>why</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _name(one: ResponseSet) -> str:
    strategy = find_strategy(one.condition.strategy)
    return f"{strategy.label} · {one.condition.model}" if strategy else one.condition.label


def _said(one: Classification, taxonomy: Taxonomy) -> str:
    if one.value is None:
        return f"unreadable: {one.reason}"
    return category_text(one.value, taxonomy)


def _right(one: Classification, prompt: PromptText) -> str:
    if prompt.truth is None or one.value is None:
        return ""
    return "as the truth" if one.value == prompt.truth else "not as the truth"
