"""Who says what of each pair of a set: pair × rater, with disagreements marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

from core.types import Verdict
from db.queries.compare import ResponseSet, Slot
from db.queries.compare_items import Answer
from pages.components.compare_words import reason_text, verdict_html

Answers = Mapping[tuple[int, int], tuple[Answer, ...]]
_KINDS = {"judge": "judge", "human": "person"}
_WORDS: Mapping[str, str] = {Verdict.EQUIVALENT: "same", Verdict.DIFFERENT: "different"}
_IMPLIED = "Follows from what was asked, or the two texts are the same; nobody was asked"
_DASH = '<span class="ta-unasked">–</span>'


def is_split(answers: Sequence[Answer]) -> bool:
    """Whether scored answers contradict each other, two orders of one judge included."""
    return len({one.value for one in answers if one.value is not None}) > 1


def matrix_html(
    one: ResponseSet, answers: Answers, address: Mapping[str, Sequence[str]], *, only_split: bool
) -> str:
    """The table.

    Args:
        answers: pair of response ids -> what was said of it, every pair of the set.
        address: the page's parameters that a link to a pair keeps.
        only_split: leave out the pairs all agree on.
    """
    by_id = {slot.id: slot for slot in one.answered}
    raters = _raters(answers)
    implied = {pair: _implied_html(verdict) for pair, verdict in one.implied.items()}
    head = "".join(
        f'<th scope="col"><small>{_KINDS[kind]}</small>{escape(name)}</th>'
        for kind, name in raters.values()
    )
    rows = "".join(
        _row(
            by_id[a],
            by_id[b],
            said,
            list(raters),
            address,
            {one.implied_by: implied.get((min(a, b), max(a, b)), "")},
        )
        for (a, b), said in answers.items()
        if not only_split or is_split(said)
    )
    return (
        '<div class="ta-matrix-box" role="region" tabindex="0" aria-label="Who says what">'
        f'<table class="ta-matrix"><thead><tr><th scope="col">Pair</th>{head}'
        f'<th scope="col">Together</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def matrix_summary(answers: Answers) -> str:
    """How many pairs there are, were judged, and are disagreed on."""
    n_judged = sum(any(one.value is not None for one in said) for said in answers.values())
    n_split = sum(is_split(said) for said in answers.values())
    return f"{len(answers)} pairs, {n_judged} with a verdict, {n_split} with disagreement"


def _raters(answers: Answers) -> dict[str, tuple[str, str]]:
    """Key -> (kind, name) of everybody who said anything; judges first, as they come."""
    found = {one.rater: (one.kind, one.name) for said in answers.values() for one in said}
    return dict(sorted(found.items(), key=lambda item: (item[1][0] != "judge", item[0])))


def _row(
    first: Slot,
    second: Slot,
    said: Sequence[Answer],
    raters: Sequence[str],
    address: Mapping[str, Sequence[str]],
    implied: Mapping[str, str],
) -> str:
    link = escape("?" + urlencode({**address, "item": f"pair:{first.id}:{second.id}"}, doseq=True))
    cells = "".join(
        f"<td>{_cell([one for one in said if one.rater == rater]) or implied.get(rater) or _DASH}"
        "</td>"
        for rater in raters
    )
    split = is_split(said)
    scored = any(one.value is not None for one in said)
    together = "<b>◆</b> split" if split else "agree" if scored else "–"
    return (
        f'<tr{" class=ta-split" if split else ""}><th scope="row"><a href="{link}">'
        f"{_member(first)} – {_member(second)}</a></th>{cells}<td>{together}</td></tr>"
    )


def _member(slot: Slot) -> str:
    letter = (
        f' <span class="ta-letter{_tint(slot.group)}">{slot.group}</span>' if slot.group else ""
    )
    return f"{slot.index + 1}{letter}"


def _tint(group: str) -> str:
    return f" ta-group-{group.lower()}" if len(group) == 1 else ""


def _cell(answers: Sequence[Answer]) -> str:
    """One rater on one pair. Two orders that agree are one verdict; a flip is shown as one.

    Returns:
        "" where the rater said nothing.
    """
    if not answers:
        return ""
    values = {one.value for one in answers if one.value is not None}
    asked = "; ".join(_asked(one) for one in answers)
    if len(values) > 1:
        shown = '<span class="ta-verdict ta-flip"><b>⇄</b> flips</span>'
    else:
        unscored = next((one for one in answers if one.value is None), None)
        shown = verdict_html(next(iter(values), None), unscored.reason if unscored else "")
        if values and unscored is not None:
            shown += f"<small>{sum(one.value is None for one in answers)} unscored</small>"
    return f'<span title="{escape(asked)}">{shown}</span>'


def _implied_html(verdict: bool) -> str:
    word = _WORDS[Verdict.EQUIVALENT if verdict else Verdict.DIFFERENT]
    return f'<span class="ta-unasked" title="{escape(_IMPLIED)}">{word}, implied</span>'


def _asked(one: Answer) -> str:
    order = {"ab": "in this order: ", "ba": "in the other order: "}.get(one.order, "")
    if one.value is None:
        return f"{order}unscored, {reason_text(one.reason)}"
    return order + _WORDS.get(one.value, one.value)
