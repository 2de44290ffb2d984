"""Every rater beside every other: share of shared items on which two give the same answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.agreement import ENSEMBLE
from core.agreement.observations import one_hot
from core.agreement.panel import Panel
from core.agreement.weights import FloatArray

MIN_SHARED = 5


@dataclass(frozen=True)
class RaterMatrix:
    """Pairwise agreement.

    Attributes:
        raters: people first, then judges.
        n_people: how many of them are people.
        agreement: shape (r, r); NaN on the diagonal and below `MIN_SHARED` shared items.
        shared: items both answered, shape (r, r).
    """

    raters: tuple[str, ...]
    n_people: int
    agreement: FloatArray
    shared: FloatArray


def rater_matrix(panel: Panel) -> RaterMatrix:
    """Agreement of all pairs of people and single judges.

    A judge asked in both orders counts with both, halved; the ensemble is left out: it is made
    of the others.
    """
    people = panel.people
    n, q = len(panel.item_ids), len(panel.options)
    shares = []
    for rater in range(len(people.names)):
        mine = people.rater == rater
        answers = np.zeros((n, q))
        answers[people.item[mine]] = one_hot(people.value[mine], q)
        shares.append(answers)
    judges = [judge for judge in panel.judges if judge.name != ENSEMBLE]
    shares += [judge.merged for judge in judges]
    names = (*people.names, *(judge.name for judge in judges))
    r = len(names)
    flat = np.array(shares).reshape(r, n * q)
    answered = np.array([share.sum(axis=1) > 0 for share in shares], dtype=np.float64)
    answered = answered.reshape(r, n)
    shared = answered @ answered.T
    same = flat @ flat.T
    agreement = np.where(shared >= MIN_SHARED, same / np.maximum(shared, 1), np.nan)
    np.fill_diagonal(agreement, np.nan)
    return RaterMatrix(names, len(people.names), agreement, shared)
