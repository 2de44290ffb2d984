"""Judges taken together: `ensemble:majority`, a further judge made of all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.agreement.observations import one_hot
from core.agreement.panel import UNKNOWN_ORDER, BoolArray, Verdicts
from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError
from core.types import Level

ENSEMBLE = "ensemble:majority"
MIN_JUDGES = 2

# Votes may be halves (a judge whose orders disagree); sums of them are compared with this slack.
_SLACK = 1e-9


def ensemble_verdicts(judges: Sequence[Verdicts], level: Level) -> Verdicts | None:
    """What the judges say together, in each order in which any of them was asked.

    A judge has one vote per item and order: its verdict in that order, or its merged verdict if
    it was never asked in that order (imported judges have no order). A judge asked without a
    readable answer does not vote.

    At nominal level the option with more than half of the votes wins. Without one the verdict is
    spread evenly over the options that share the most votes. Above, the median wins, and one that
    falls between two options is spread over both, half each. Either is a tie; an item is `tied`
    when judges tie in every order in which they have a verdict. An item on which they tie in one
    order only counts as flipped: its verdict depends on the order.

    Args:
        judges: single judges, on the same n items; no skill-free baselines.
        level: measurement level.

    Returns:
        None with fewer than two judges: there is nothing to take together.

    Raises:
        InvalidRatingsError: a judge already has the ensemble's name.
    """
    if any(judge.name == ENSEMBLE for judge in judges):
        raise InvalidRatingsError(
            f"A judge is named {ENSEMBLE!r}, which is what all judges together are called. "
            "Expected another name: import its ratings again under another rater_id."
        )
    if len(judges) < MIN_JUDGES:
        return None
    asked = _asked(judges)
    votes = np.sum([_votes(judge) for judge in judges], axis=0) * asked[:, :, None]
    by_order, split = _most_votes(votes) if level == "nominal" else _median(votes)
    scored = votes.sum(axis=2) > 0
    tied = scored.any(axis=1) & np.all(split | ~scored, axis=1)
    return Verdicts(ENSEMBLE, by_order, asked, tied)


def _asked(judges: Sequence[Verdicts]) -> BoolArray:
    """Orders in which any judge was asked, shape (n, 3).

    The unknown order counts only where it is the only one: elsewhere a judge without an order
    votes in both orders already.
    """
    asked = np.any([judge.asked for judge in judges], axis=0)
    asked[:, UNKNOWN_ORDER] &= ~asked[:, :UNKNOWN_ORDER].any(axis=1)
    return np.asarray(asked, dtype=np.bool_)


def _votes(judge: Verdicts) -> FloatArray:
    """A judge's vote in each order, shape (n, 3, q)."""
    return np.where(judge.asked[:, :, None], judge.by_order, judge.merged[:, None, :])


def _most_votes(votes: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Verdicts, shape (n, 3, q), and where no option has more than half of the votes."""
    cast, most = votes.sum(axis=2), votes.max(axis=2, initial=0.0)
    leading = (votes > most[:, :, None] - _SLACK) & (cast > 0)[:, :, None]
    verdicts = leading / np.maximum(leading.sum(axis=2, keepdims=True), 1)
    return verdicts, (cast > 0) & (most <= cast / 2 + _SLACK)


def _median(votes: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Verdicts, shape (n, 3, q), and where the median falls between two options."""
    n, orders, q = votes.shape
    cast = votes.sum(axis=2)
    cumulated = votes.cumsum(axis=2)
    half = cast[:, :, None] / 2
    lower = np.where(cast > 0, np.argmax(cumulated >= half - _SLACK, axis=2), -1)
    upper = np.where(cast > 0, np.argmax(cumulated > half + _SLACK, axis=2), -1)
    verdicts = (one_hot(lower.ravel(), q) + one_hot(upper.ravel(), q)) / 2
    return verdicts.reshape(n, orders, q), lower != upper
