"""Partial pooling on published examples; families on studies whose categories are known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.agreement.families import category_family, partial_pooling
from core.agreement.table import build_panel
from core.errors import InvalidRatingsError

WORDS = ("different", "equivalent")


def test_eight_schools_are_drawn_all_the_way_to_their_mean():
    # Rubin (1981). Their spread is less than chance would give: between 0, mean 7.69, error 4.07.
    found = partial_pooling([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
    assert found.between_sd == 0
    assert found.mean == pytest.approx(7.69, abs=0.005)
    assert found.values == pytest.approx(np.full(8, found.mean))
    assert found.errors == pytest.approx(np.full(8, 4.07), abs=0.005)


def test_the_vaccine_trials_have_the_published_variance_between_them():
    # Colditz et al. (1994), 13 trials of BCG, log relative risks; DerSimonian-Laird: .3088, -.7141.
    effects = [
        -0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713,
        -0.3394, 0.4459, -0.0173,
    ]  # fmt: skip
    variances = [
        0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124,
        0.5325, 0.0714,
    ]  # fmt: skip
    found = partial_pooling(effects, np.sqrt(variances))
    assert found.between_sd**2 == pytest.approx(0.3088, abs=0.003)
    assert found.mean == pytest.approx(-0.7141, abs=0.003)


def test_sure_estimates_stay_and_unsure_ones_move():
    found = partial_pooling([0.9, 0.5, 0.7, 0.1], [0.01, 0.01, 0.01, 0.3])
    assert found.values[0] == pytest.approx(0.9, abs=0.01)
    assert found.values[3] > 0.4


def study(make_ratings, accuracies: dict[str, float], *, prompts: int = 40, seed: int = 0):
    """Three people and a judge; everyone is right this often in each category."""
    rng = np.random.default_rng(seed)
    rows, categories, clusters = [], {}, {}
    for name, accuracy in accuracies.items():
        for n in range(prompts * 3):
            item = f"{name}{n:03d}"
            categories[item], clusters[item] = name, f"{name}-p{n // 3}"
            truth = rng.integers(2)
            for rater in ("ann", "bob", "cat", "judge"):
                right = rng.random() < accuracy
                rows.append((item, rater, WORDS[truth if right else 1 - truth]))
    return build_panel(make_ratings(rows, clusters, categories), "nominal", WORDS)


def test_a_category_unlike_the_others_differs_and_the_others_do_not(make_ratings):
    # More than one poor category would pull the rest down with it.
    panel = study(make_ratings, {"A": 0.97, "B": 0.97, "C": 0.97, "H": 0.65})
    family = category_family(panel, "equivalence", "percent")
    lines = {line.category: line for line in family.lines}
    assert lines["H"].differs is True
    assert lines["H"].minus_rest < -0.2
    assert family.n_tests == 4


def test_categories_alike_are_hardly_ever_said_to_differ(make_ratings):
    said = 0
    for seed in range(20):
        panel = study(make_ratings, dict.fromkeys("ABCDEFGH", 0.85), prompts=15, seed=seed)
        lines = category_family(panel, "equivalence", "percent").lines
        said += any(line.differs for line in lines)
    assert said <= 4


def test_simultaneous_intervals_are_wider_than_single_ones(make_ratings):
    panel = study(make_ratings, {"A": 0.9, "B": 0.8})
    both = category_family(panel, "equivalence", "gwet_ac").lines[0].simultaneous
    alone = category_family(panel.take(panel.categories == "A"), "equivalence", "gwet_ac").lines[0]
    assert both.has_interval
    assert alone.simultaneous.low is None
    assert alone.reason.startswith("the rest")


def test_a_small_category_is_drawn_further_and_called_exploratory(make_ratings):
    panel = study(make_ratings, {"A": 0.95, "B": 0.9, "C": 0.7, "D": 0.8})
    in_c = np.flatnonzero(panel.categories == "C")
    kept = np.ones(len(panel.item_ids), dtype=bool)
    kept[in_c[36:]] = False
    family = category_family(panel.take(kept), "equivalence", "percent")
    line = next(line for line in family.lines if line.category == "C")
    assert line.exploratory
    assert line.n_prompts == 12
    assert line.pooled.value > line.value


def test_a_category_below_ten_prompts_stays_outside_with_the_reason(make_ratings):
    panel = study(make_ratings, {"A": 0.9, "B": 0.8, "C": 0.8})
    in_c = np.flatnonzero(panel.categories == "C")
    kept = np.ones(len(panel.item_ids), dtype=bool)
    kept[in_c[27:]] = False
    family = category_family(panel.take(kept), "equivalence", "percent")
    line = family.lines[2]
    assert family.n_tests == 2
    assert (line.p_holm, line.differs) == (None, None)
    assert "9 prompt(s), at least 10" in line.reason
    json.dumps(family.as_dict(), allow_nan=False)


def test_a_judges_statistics_are_compared_too(make_ratings):
    panel = study(make_ratings, {"A": 0.9, "B": 0.9})
    family = category_family(panel, "equivalence", "minus_human", panel.judges[0])
    assert family.judge == "judge"
    assert all(line.simultaneous.has_interval for line in family.lines)


def test_an_unknown_statistic_is_refused_with_those_there_are(make_ratings):
    panel = study(make_ratings, {"A": 0.9, "B": 0.9})
    with pytest.raises(InvalidRatingsError, match=r"'kappa'.*percent"):
        category_family(panel, "equivalence", "kappa")


def test_without_categories_there_are_no_lines(make_ratings):
    panel = build_panel(
        make_ratings([("i1", "ann", "equivalent")], categories={"i1": ""}), "nominal", WORDS
    )
    family = category_family(panel, "equivalence", "percent")
    assert (family.lines, family.n_tests, family.between_sd) == ((), 0, None)
