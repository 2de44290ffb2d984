"""Judges without skill. A real judge has to do better than these before its figures mean much.

A baseline that draws at random is represented by its probabilities, so its statistics are exact
expectations and not one lucky draw.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.agreement.observations import IntArray, one_hot
from core.agreement.panel import ORDERS, Panel, Verdicts, human_majority
from core.agreement.weights import FloatArray
from core.types import Verdict

CONSTANT = "baseline:constant"
COIN = "baseline:coin"
TFIDF = "baseline:tfidf"
FOLDS = 5


def skill_free_baselines(panel: Panel) -> list[Verdicts]:
    """The constant answer and the coin, for the items of one category or all.

    The constant is the commonest human answer at nominal level and the median human answer
    above. It is chosen on the very answers it is compared with, which favours the baseline:
    a judge that beats it does so in spite of that.

    The coin answers each option with equal probability.
    """
    q = len(panel.options)
    if not panel.people.item.size:
        return []
    answer = constant_answer(panel)
    constant = np.full(len(panel.item_ids), answer)
    coin = np.full((len(panel.item_ids), q), 1.0 / q)
    return [_unordered(CONSTANT, one_hot(constant, q)), _unordered(COIN, coin)]


def constant_answer(panel: Panel) -> int:
    """Position of the option `baseline:constant` always gives."""
    totals = panel.counts.sum(axis=0)
    if panel.level == "nominal":
        return int(totals.argmax())
    return int(np.argmax(totals.cumsum() >= totals.sum() / 2))


def constant_by_category(panel: Panel) -> Verdicts:
    """`baseline:constant` as the rows of categories have it: each category's own answer."""
    codes = np.full(len(panel.item_ids), -1)
    for category in set(panel.categories.tolist()):
        kept = panel.categories == category
        part = panel.take(kept)
        if part.people.item.size:
            codes[kept] = constant_answer(part)
    return _unordered(CONSTANT, one_hot(codes, len(panel.options)))


def tfidf_baseline(
    panel: Panel, texts: Mapping[str, tuple[str, str]], rng: np.random.Generator
) -> Verdicts | None:
    """Calls a pair equivalent when the TF-IDF cosine of its two texts reaches a threshold.

    The threshold used for a prompt comes from the other prompts: prompts are dealt at random into
    five folds, and each fold gets the threshold that matches the human majority most often on
    the remaining four. So no answer under test helped to choose the rule that is tested on it.

    Args:
        panel: all items of an equivalence question.
        texts: the two responses of each item; items without texts get no verdict.
        rng: deals prompts into folds.

    Returns:
        None when texts or human majorities are too few to choose a threshold on other prompts.
    """
    if not {Verdict.EQUIVALENT, Verdict.DIFFERENT} <= set(panel.options):
        return None
    with_text = np.flatnonzero([item in texts for item in panel.item_ids])
    if not len(with_text):
        return None
    similarity = text_similarity([texts[item] for item in panel.item_ids[with_text]])
    majority, _ = human_majority(panel.counts, panel.level, panel.options)
    same, different = (panel.options.index(kind) for kind in Verdict)
    says_same = cross_fitted_calls(
        similarity,
        np.where(majority < 0, -1, majority == same)[with_text].astype(np.int64),
        panel.clusters[with_text],
        rng,
    )
    if says_same is None:
        return None
    codes = np.full(len(panel.item_ids), -1)
    codes[with_text] = np.where(says_same, same, different)
    return _unordered(TFIDF, one_hot(codes, len(panel.options)))


def text_similarity(pairs: list[tuple[str, str]]) -> FloatArray:
    """TF-IDF cosine of each pair of texts, 0 to 1, shape (n,)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    n = len(pairs)
    texts = [first for first, _ in pairs] + [second for _, second in pairs]
    # Single characters and signs count as words, or "4" and "5" would have no words at all.
    matrix = TfidfVectorizer(token_pattern=r"\w+|[^\w\s]").fit_transform(texts)
    cosine = np.asarray(matrix[:n].multiply(matrix[n:]).sum(axis=1)).ravel()
    identical = np.array([first == second for first, second in pairs])
    return np.where(identical, 1.0, np.minimum(cosine, 1.0))


def cross_fitted_calls(
    similarity: FloatArray, equivalent: IntArray, clusters: IntArray, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """Whether each pair is called equivalent, by a threshold learned on other clusters.

    Args:
        similarity: shape (n,).
        equivalent: what people say: 1 equivalent, 0 different, -1 unknown; shape (n,).
        clusters: shape (n,).
        rng: deals clusters into folds.

    Returns:
        Shape (n,); None when fewer than two clusters have a known answer.
    """
    names, codes = np.unique(clusters, return_inverse=True)
    if len(np.unique(clusters[equivalent >= 0])) < 2:
        return None
    n_folds = min(FOLDS, len(names))
    fold = rng.permutation(np.arange(len(names)) % n_folds)[codes]
    calls = np.zeros(len(similarity), dtype=np.bool_)
    for held_out in range(n_folds):
        train = (fold != held_out) & (equivalent >= 0)
        test = fold == held_out
        calls[test] = similarity[test] >= best_threshold(similarity[train], equivalent[train])
    return calls


def best_threshold(similarity: FloatArray, equivalent: IntArray) -> float:
    """The threshold with most matches when `similarity >= threshold` is called equivalent.

    Among equally good ones the highest; infinity (never equivalent) if that is best or there is
    nothing to learn from.
    """
    if not len(similarity):
        return float("inf")
    candidates, places = np.unique(similarity, return_inverse=True)
    gain = np.bincount(places, weights=2.0 * equivalent - 1.0)
    # Matches, up to a constant, when everything from a candidate upwards is called equivalent.
    matches = np.append(gain[::-1].cumsum()[::-1], 0.0)
    best = int(np.flatnonzero(matches == matches.max())[-1])
    return float(candidates[best]) if best < len(candidates) else float("inf")


def _unordered(name: str, answers: FloatArray) -> Verdicts:
    """Verdicts that are the same in every order."""
    n, q = answers.shape
    by_order = np.zeros((n, len(ORDERS), q))
    by_order[:, ORDERS.index("")] = answers
    asked = np.zeros((n, len(ORDERS)), dtype=np.bool_)
    asked[:, ORDERS.index("")] = answers.sum(axis=1) > 0
    return Verdicts(name, by_order, asked)
