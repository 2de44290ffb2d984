"""Dawid and Skene's anaesthetists first, then crowds whose members are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.agreement.dawid_skene import dawid_skene, dawid_skene_of
from core.errors import InvalidRatingsError

_ = float("nan")

# Dawid and Skene (1979), table 1: 45 patients, fitness 1 to 4; the first anaesthetist's three
# assessments, then one each of four others.
ANAESTHETISTS = """
1111111 3334343 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223
4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322
2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111
1111111 1212111 2322222 1211111 2222222
"""
PATIENTS = np.array([[int(grade) for grade in row] for row in ANAESTHETISTS.split()])
ITEM = np.repeat(np.arange(45), 7)
OBSERVER = np.tile([0, 0, 0, 1, 2, 3, 4], 45)


def anaesthetists():
    return dawid_skene_of(
        ITEM, OBSERVER, PATIENTS.ravel() - 1, n_items=45, raters="12345", options=(1, 2, 3, 4)
    )


def em_by_hand(n_iterations: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Equations 2.3 to 2.5 in loops, from shares of votes; truths, prevalence, error rates."""
    votes = np.zeros((45, 5, 4))
    for i, j, grade in zip(ITEM, OBSERVER, PATIENTS.ravel(), strict=True):
        votes[i, j, grade - 1] += 1
    truths = votes.sum(axis=1) / votes.sum(axis=(1, 2))[:, None]
    for _step in range(n_iterations):
        prevalence = truths.mean(axis=0)
        rates = np.zeros((5, 4, 4))
        for j in range(5):
            for k in range(4):
                rates[j, k] = truths[:, k] @ votes[:, j] / (truths[:, k] @ votes[:, j]).sum()
        for i in range(45):
            for k in range(4):
                truths[i, k] = prevalence[k] * np.prod(rates[:, k] ** votes[i])
            truths[i] /= truths[i].sum()
    return truths, prevalence, rates


def test_the_anaesthetists_have_the_published_prevalences_and_error_rates():
    found = anaesthetists()
    assert found.converged
    # Table 2: marginals .40 .42 .11 .07, and the first observer's error rates.
    assert found.prevalence == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)
    expected = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
    np.testing.assert_allclose(found.confusion[0], expected, atol=0.005)


def test_the_anaesthetists_agree_with_the_equations_in_loops():
    found = anaesthetists()
    truths, prevalence, rates = em_by_hand(found.n_iterations)
    np.testing.assert_allclose(found.posteriors, truths, atol=1e-6)
    np.testing.assert_allclose(found.prevalence, prevalence, atol=1e-6)
    np.testing.assert_allclose(found.confusion, rates, atol=1e-5)


def test_patient_36_is_of_grade_4_although_most_answers_are_3():
    # Answers 4 3 3 4 3 4 3: four of seven say 3, but observers 1, 3 and 5 tend to say 3 of a 4.
    found = anaesthetists()
    assert (PATIENTS[35] == 3).sum() == 4
    assert found.options[found.answers[35]] == 4


def crowd(n: int, accuracies: list[float], *, q: int = 2, seed: int = 0):
    """Truth, and answers of people who are right this often; shape (raters, n)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(q, size=n)
    right = rng.random((len(accuracies), n)) < np.array(accuracies)[:, None]
    wrong = (truth + rng.integers(1, q, size=(len(accuracies), n))) % q
    return truth, np.where(right, truth, wrong).astype(float)


def test_accuracies_of_a_crowd_are_found_without_knowing_the_truth():
    accuracies = [0.95, 0.85, 0.75, 0.65, 0.9]
    truth, answers = crowd(4000, accuracies, q=3)
    found = dawid_skene(answers)
    assert found.accuracy == pytest.approx(accuracies, abs=0.02)
    wise = np.mean(found.answers == truth)
    majority = np.array([np.bincount(column, minlength=3) for column in answers.T.astype(int)])
    assert wise > np.mean(majority.argmax(axis=1) == truth)


def test_a_spammer_is_named_and_one_who_answers_in_reverse_is_not():
    truth, answers = crowd(600, [0.9, 0.9, 0.9, 0.5])
    reverse = 1 - truth
    constant = np.zeros(600)
    found = dawid_skene(
        np.vstack([answers, reverse, constant]),
        raters=["ann", "bob", "cat", "coin", "reverse", "constant"],
    )
    assert found.spammers() == ("coin", "constant")
    # One who always follows the truth in another code informs as much as one who is always right.
    assert found.spammer_scores[4] > 0.9
    assert found.accuracy[4] < 0.1


def test_a_rater_with_few_answers_is_not_called_a_spammer():
    _truth, answers = crowd(300, [0.9, 0.9, 0.9, 0.5])
    answers[3, 19:] = _
    assert dawid_skene(answers).spammers() == ()


def test_the_spammer_score_of_two_kinds_is_youdens_index_squared():
    truth, answers = crowd(5000, [0.9, 0.8, 0.85])
    found = dawid_skene(answers)
    sensitivity, specificity = found.confusion[0, 1, 1], found.confusion[0, 0, 0]
    assert found.spammer_scores[0] == pytest.approx((sensitivity + specificity - 1) ** 2)
    assert len(truth) == len(found.posteriors)


def test_items_nobody_rated_have_no_posterior_and_change_nothing_else():
    _truth, answers = crowd(200, [0.9, 0.8, 0.7])
    more = np.hstack([answers, np.full((3, 5), _)])
    found, before = dawid_skene(more), dawid_skene(answers)
    assert np.isnan(found.posteriors[200:]).all()
    assert (found.answers[200:] == -1).all()
    np.testing.assert_allclose(found.posteriors[:200], before.posteriors)
    np.testing.assert_allclose(found.prevalence, before.prevalence)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.zeros((2, 30)), "needs 3 raters with answers, got 2"),
        (np.zeros((1, 30)), "needs 3 raters with answers, got 1"),
        (np.zeros((3, 30)), "one possible answer"),
        (np.full((3, 30), _), "needs 3 raters with answers, got 0"),
        (np.empty((3, 0)), "needs 3 raters with answers, got 0"),
        (np.where(np.eye(3, dtype=bool), [[1.0, 2.0, 1.0]], _), "no item has two ratings"),
    ],
    ids=["two raters", "one rater", "one answer", "all missing", "empty", "no overlap"],
)
def test_what_cannot_be_estimated_is_nan_with_a_reason(ratings, reason):
    found = dawid_skene(ratings)
    assert reason in found.reason
    assert math.isnan(found.log_likelihood)
    assert found.spammers() == ()
    assert (found.answers == -1).all()


def test_one_item_has_the_answer_of_most():
    found = dawid_skene([["same"], ["same"], ["different"]])
    assert found.options[found.answers[0]] == "same"


def test_a_table_of_one_dimension_is_refused():
    with pytest.raises(InvalidRatingsError, match="n_raters, n_items"):
        dawid_skene([1, 2, 3])


@given(seed=st.integers(0, 2**16))
@settings(max_examples=15)
def test_order_of_raters_and_items_and_names_of_answers_do_not_matter(seed):
    _truth, answers = crowd(80, [0.9, 0.8, 0.7, 0.6], q=3, seed=seed)
    rng = np.random.default_rng(seed)
    answers[rng.random(answers.shape) < 0.2] = _
    raters, items, names = rng.permutation(4), rng.permutation(80), rng.permutation(3)
    before = dawid_skene(answers, options=(0, 1, 2))
    shuffled = answers[raters][:, items]
    known = ~np.isnan(shuffled)
    shuffled[known] = names[shuffled[known].astype(int)]
    after = dawid_skene(shuffled, options=(0, 1, 2))
    np.testing.assert_allclose(after.posteriors[:, names], before.posteriors[items], atol=1e-4)
    assert after.log_likelihood == pytest.approx(before.log_likelihood, abs=1e-3)
