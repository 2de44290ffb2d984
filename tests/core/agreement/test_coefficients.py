"""Published examples first, each with where it comes from; then what must not change a value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from core.agreement import (
    cohen_kappa,
    fleiss_kappa,
    fleiss_kappa_by_option,
    gwet_ac,
    gwet_interval,
    gwet_standard_error,
    krippendorff_alpha,
    percent_agreement,
)
from core.agreement.coefficients import alpha_of, cohen_of, gwet_of, percent_of
from core.agreement.observations import Counts, Pairs, one_hot
from core.agreement.weights import weight_matrix
from core.errors import InvalidRatingsError

_ = float("nan")

# Krippendorff (2011), section C: four observers (rows), twelve units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)

# Gwet (2014), chapter 2: four raters (columns), twelve subjects.
GWET = np.array(
    [
        [1, 1, _, 1],
        [2, 2, 3, 2],
        [3, 3, 3, 3],
        [3, 3, 3, 3],
        [2, 2, 2, 2],
        [1, 2, 3, 4],
        [4, 4, 4, 4],
        [1, 1, 2, 1],
        [2, 2, 2, 2],
        [_, 5, 5, 5],
        [_, _, 1, 1],
        [_, _, 3, _],
    ]
).T

# Fleiss (1971), table 1: 30 patients, six psychiatrists, five diagnoses.
FLEISS_ROWS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
FLEISS = np.array([[int(count) for count in row] for row in FLEISS_ROWS.split()])


def ratings_of(counts: np.ndarray) -> np.ndarray:
    """A raters-by-items table with the given counts; who said what does not matter."""
    table = np.full((int(counts.sum(axis=1).max()), len(counts)), np.nan)
    for item, row in enumerate(counts):
        given_answers = np.repeat(np.arange(len(row)), row)
        table[: len(given_answers), item] = given_answers
    return table


@pytest.mark.parametrize(
    ("level", "published"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_reproduces_krippendorffs_worked_example(level, published):
    assert krippendorff_alpha(KRIPPENDORFF, level=level).value == pytest.approx(
        published, abs=0.0005
    )


def test_alpha_nominal_follows_from_its_coincidences():
    # Section C: 40 pairable values, n_k = 9, 13, 10, 5, 3. Coincidences off the diagonal, each
    # twice: o_12 = o_23 = 4/3, o_13 = o_14 = o_24 = o_34 = 1/3, in all 8: Do = 8/40.
    # De = (40² - (9² + 13² + 10² + 5² + 3²)) / (40 * 39) = 1216/1560.
    derived = 1 - (8 / 40) / (1216 / 1560)
    assert krippendorff_alpha(KRIPPENDORFF, level="nominal").value == pytest.approx(derived)


def test_gwet_ac1_reproduces_the_four_rater_example_with_its_standard_error():
    assert gwet_ac(GWET).value == pytest.approx(0.77544, abs=5e-6)
    assert gwet_standard_error(GWET) == pytest.approx(0.14295, abs=5e-6)


def test_gwets_analytic_interval_says_what_it_assumes():
    # .77544 - t(11) * .14295 = .77544 - 2.20099 * .14295; the upper bound is cut at 1.
    found = gwet_interval(GWET)
    assert (found.low, found.high) == pytest.approx((0.46081, 1.0), abs=2e-5)
    assert "assumes independent items" in found.method
    assert gwet_interval(np.ones((2, 5)), options=(1, 2)).low is None
    assert gwet_interval([[1.0]]).reason == "no item has two ratings"


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [
        ("linear", 0.85874, 0.11733),
        ("quadratic", 0.91400, 0.10396),
        ("ordinal", 0.89894, 0.10690),
        ("ratio", 0.85737, 0.12207),
    ],
)
def test_gwet_ac2_agrees_with_the_authors_procedure_for_all_weights(weights, value, error):
    # Same table; values of irrCAC, which follows Gwet (2014), run apart from this project.
    assert gwet_ac(GWET, weights=weights).value == pytest.approx(value, abs=6e-6)
    assert gwet_standard_error(GWET, weights=weights) == pytest.approx(error, abs=6e-6)


def test_fleiss_kappa_reproduces_unequal_raters_of_gwets_example():
    # Gwet (2014) lists Fleiss' generalised kappa .76117 for the same table.
    assert fleiss_kappa(GWET).value == pytest.approx(0.76117, abs=5e-6)


def test_ac2_quadratic_on_two_raters_follows_from_its_definition():
    # Pairs (1,1), (1,2), (3,3), (2,3); q = 3, so w = 1, .75, 0 at distances 0, 1, 2.
    # pa = (1 + .75 + 1 + .75) / 4 = .875; π = (3/8, 2/8, 3/8), Σ π(1 - π) = 42/64;
    # Tw = 3 + 4 * .75 = 6; pe = 6 / 6 * 42/64 = .65625.
    value = gwet_ac([[1, 1, 3, 2], [1, 2, 3, 3]], weights="quadratic", options=(1, 2, 3)).value
    assert value == pytest.approx((0.875 - 0.65625) / (1 - 0.65625))


def test_gwet_ac_takes_the_number_of_options_from_their_declaration():
    ratings = [["a", "a", "b"], ["a", "b", "b"]]
    # π = (1/2, 1/2): pe is 1/2 with two options and 1/4 with three, of which one is unused.
    assert gwet_ac(ratings).value == pytest.approx((2 / 3 - 1 / 2) / (1 / 2))
    assert gwet_ac(ratings, options=("a", "b", "c")).value == pytest.approx(
        (2 / 3 - 1 / 4) / (3 / 4)
    )


def test_fleiss_kappa_reproduces_the_psychiatrists():
    # Published: mean agreement .5556, chance .2201 from margins .144 .144 .167 .306 .239.
    table = ratings_of(FLEISS)
    assert FLEISS.sum(axis=0).tolist() == [26, 26, 30, 55, 43]
    assert fleiss_kappa(table).value == pytest.approx(0.430, abs=0.0005)
    assert percent_agreement(table).value == pytest.approx(0.5556, abs=0.00005)


def test_fleiss_kappa_by_option_reproduces_the_psychiatrists():
    # Depression, personality disorder, schizophrenia, neurosis, other.
    values = [kappa.value for kappa in fleiss_kappa_by_option(ratings_of(FLEISS)).values()]
    assert values == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=0.0005)
    # By its definition for depression: 180 ratings, 26 of it.
    n, p = FLEISS[:, 0], 26 / 180
    derived = 1 - (n * (6 - n)).sum() / (30 * 6 * 5 * p * (1 - p))
    assert values[0] == pytest.approx(derived)


def test_fleiss_kappa_is_the_mean_of_its_options_weighted_by_how_common_each_is():
    shares = FLEISS.sum(axis=0) / 180
    weights = shares * (1 - shares)
    values = [kappa.value for kappa in fleiss_kappa_by_option(ratings_of(FLEISS)).values()]
    assert fleiss_kappa(ratings_of(FLEISS)).value == pytest.approx(
        np.average(values, weights=weights)
    )


def test_an_option_nobody_chose_has_no_kappa_of_its_own():
    found = fleiss_kappa_by_option([["a", "b"], ["a", "a"]], options=("a", "b", "c"))
    assert math.isnan(found["c"].value)
    assert "same" in found["c"].reason


def test_cohen_kappa_reproduces_the_1968_example_plain_and_weighted():
    # Cohen (1968), table 1: 200 cases in per cent, disagreement weights 1, 3, 6 of at most 6.
    shares = np.array([[44, 7, 9], [5, 20, 5], [1, 3, 6]]) * 2
    first, second = np.divmod(np.repeat(np.arange(9), shares.ravel()), 3)
    disagreement = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert cohen_kappa(first, second).value == pytest.approx(0.492, abs=0.0005)
    weighted = cohen_kappa(first, second, weights=1 - disagreement / 6)
    assert weighted.value == pytest.approx(0.348, abs=0.0005)


@pytest.mark.parametrize(
    ("weights", "theirs"), [("identity", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
def test_cohen_kappa_agrees_with_scikit_learn(weights, theirs):
    rng = np.random.default_rng(3)
    first = rng.integers(1, 6, 200)
    second = np.clip(first + rng.integers(-1, 2, 200), 1, 5)
    ours = cohen_kappa(first, second, weights=weights, options=(1, 2, 3, 4, 5)).value
    assert ours == pytest.approx(cohen_kappa_score(first, second, weights=theirs))


def test_ordinal_alpha_equals_its_definition_by_sums_over_the_ranks_between():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(4, [0.1, 0.2, 0.4, 0.2, 0.1], size=30).astype(float)
    table = (counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(5)).sum(0) / 3
    n_k = table.sum(axis=1)
    distance = np.zeros((5, 5))
    for k in range(5):
        for l in range(k, 5):  # noqa: E741
            distance[k, l] = distance[l, k] = (n_k[k : l + 1].sum() - (n_k[k] + n_k[l]) / 2) ** 2
    n = n_k.sum()
    expected = (np.outer(n_k, n_k) * distance).sum() / (n * (n - 1))
    derived = 1 - (table * distance).sum() / n / expected
    assert alpha_of(Counts(counts), "ordinal", range(5)).value == pytest.approx(derived)


def test_two_raters_give_the_same_as_pairs_and_as_counts():
    rng = np.random.default_rng(8)
    first, second = rng.integers(-1, 4, 60), rng.integers(-1, 4, 60)
    one, two = one_hot(first, 4), one_hot(second, 4)
    pairs, counts = Pairs(one, two), Counts(one + two)
    weights = weight_matrix("quadratic", range(4))
    assert percent_of(pairs).value == pytest.approx(percent_of(counts).value)
    assert gwet_of(pairs, weights).value == pytest.approx(gwet_of(counts, weights).value)
    for level in ("nominal", "ordinal", "interval", "ratio"):
        assert alpha_of(pairs, level, range(4)).value == pytest.approx(
            alpha_of(counts, level, range(4)).value
        )


def test_a_verdict_split_over_two_orders_counts_one_half():
    halves = Pairs(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert percent_of(halves).value == pytest.approx(0.25)
    # pa = 1/4; the first rater's margins are (3/4, 1/4), the second's (1/2, 1/2): pe = 1/2.
    assert cohen_of(halves, np.eye(2)).value == pytest.approx((0.25 - 0.5) / 0.5)


@pytest.mark.parametrize(
    "coefficient",
    [
        percent_agreement,
        fleiss_kappa,
        gwet_ac,
        lambda ratings: krippendorff_alpha(ratings, level="ordinal"),
        lambda ratings: cohen_kappa(*ratings),
    ],
)
def test_every_coefficient_is_nan_with_a_reason_when_no_item_has_two_ratings(coefficient):
    estimate = coefficient(np.array([[1, _, 2, _], [_, 1, _, _]]))
    assert math.isnan(estimate.value)
    assert estimate.reason == "no item has two ratings"


def test_kappas_and_alpha_are_nan_when_ratings_do_not_vary_but_gwet_is_one():
    ratings = np.ones((3, 6))
    for estimate in (
        fleiss_kappa(ratings, options=(1, 2)),
        krippendorff_alpha(ratings, level="nominal"),
        cohen_kappa(ratings[0], ratings[1], options=(1, 2)),
    ):
        assert math.isnan(estimate.value)
        assert "all ratings are the same" in estimate.reason
    assert gwet_ac(ratings, options=(1, 2)).value == 1
    assert percent_agreement(ratings).value == 1


def test_gwet_ac_with_one_option_is_nan_with_a_reason():
    estimate = gwet_ac(np.ones((2, 4)))
    assert math.isnan(estimate.value)
    assert "one possible answer" in estimate.reason


def test_defined_values_carry_no_reason():
    assert gwet_ac(GWET).reason == ""


def test_a_table_that_is_not_two_dimensional_is_refused_with_its_shape():
    with pytest.raises(InvalidRatingsError, match=r"\(n_raters, n_items\).*\(3,\)"):
        krippendorff_alpha(np.array([1.0, 2.0, 3.0]), level="nominal")


def test_words_at_interval_level_are_refused():
    with pytest.raises(InvalidRatingsError, match="not numbers"):
        krippendorff_alpha([["a", "b"], ["a", "a"]], level="interval")


def test_raters_of_different_length_are_refused():
    with pytest.raises(InvalidRatingsError, match="2 answers from one rater and 3"):
        cohen_kappa([1, 2], [1, 2, 3])


def test_a_long_ordinal_scale_is_refused_with_the_level_to_use():
    ratings = np.arange(202.0).reshape(2, 101)
    with pytest.raises(InvalidRatingsError, match="level interval"):
        krippendorff_alpha(ratings, level="ordinal")


TABLES = arrays(
    np.float64,
    st.tuples(st.integers(2, 5), st.integers(2, 12)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, _]),
)
COEFFICIENTS = {
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "gwet": lambda t: gwet_ac(t, weights="quadratic", options=(1.0, 2.0, 3.0, 4.0)),
    **{
        f"alpha {level}": lambda t, level=level: krippendorff_alpha(t, level=level)
        for level in ("nominal", "ordinal", "interval", "ratio")
    },
}


@pytest.mark.parametrize("name", COEFFICIENTS)
@given(table=TABLES, seed=st.integers(0, 2**16))
@settings(max_examples=40)
def test_a_coefficient_does_not_change_when_raters_or_items_are_permuted(name, table, seed):
    rng = np.random.default_rng(seed)
    shuffled = table[rng.permutation(len(table))][:, rng.permutation(table.shape[1])]
    before, after = COEFFICIENTS[name](table).value, COEFFICIENTS[name](shuffled).value
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("name", ["percent", "fleiss", "alpha nominal"])
@given(table=TABLES, renamed=st.permutations([1.0, 2.0, 3.0, 4.0]))
@settings(max_examples=40)
def test_a_nominal_coefficient_does_not_change_when_options_are_renamed(name, table, renamed):
    names = dict(zip([1.0, 2.0, 3.0, 4.0], renamed, strict=True))
    relabelled = np.vectorize(lambda value: names.get(value, _), otypes=[float])(table)
    before, after = COEFFICIENTS[name](table).value, COEFFICIENTS[name](relabelled).value
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("name", ["percent", "fleiss", "gwet"])
@given(table=TABLES)
@settings(max_examples=40)
def test_counting_every_item_twice_changes_nothing(name, table):
    before = COEFFICIENTS[name](table).value
    after = COEFFICIENTS[name](np.hstack([table, table])).value
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@given(table=TABLES)
@settings(max_examples=40)
def test_alpha_of_doubled_items_differs_only_by_its_small_sample_correction(table):
    # De has n(n - 1) in its denominator: doubling n multiplies 1 - alpha by (2n - 1)/(2n - 2).
    rated = np.isfinite(table).sum(axis=0)
    n = rated[rated >= 2].sum()
    before = krippendorff_alpha(table, level="nominal").value
    after = krippendorff_alpha(np.hstack([table, table]), level="nominal").value
    expected = 1 - (1 - before) * (2 * n - 1) / (2 * n - 2) if n > 1 else before
    assert after == pytest.approx(expected, nan_ok=True, abs=1e-9)
