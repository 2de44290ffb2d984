import numpy as np
import pytest

from core.agreement.baselines import (
    best_threshold,
    cross_fitted_calls,
    skill_free_baselines,
    text_similarity,
    tfidf_baseline,
)
from core.agreement.table import build_panel

VERDICTS = ("equivalent", "different")


def test_the_constant_is_the_commonest_answer_and_the_coin_is_fair(make_ratings):
    rows = [("i1", "ann", "different"), ("i2", "ann", "different"), ("i3", "ann", "equivalent")]
    constant, coin = skill_free_baselines(build_panel(make_ratings(rows), "nominal", VERDICTS))
    assert constant.merged.tolist() == [[0, 1]] * 3
    assert coin.merged.tolist() == [[0.5, 0.5]] * 3


def test_the_constant_of_a_scale_is_the_median_score(make_ratings):
    rows = [(f"i{n}", "ann", score) for n, score in enumerate([1, 1, 3, 4, 5])]
    panel = build_panel(make_ratings(rows), "ordinal", (1, 2, 3, 4, 5))
    assert skill_free_baselines(panel)[0].merged.argmax(axis=1).tolist() == [2] * 5


def test_without_people_there_are_no_baselines(make_ratings):
    panel = build_panel(make_ratings([("i1", "judge", "equivalent")]), "nominal", VERDICTS)
    assert skill_free_baselines(panel) == []


@pytest.mark.parametrize(
    ("similarity", "equivalent", "threshold"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 0.8),
        ([0.1, 0.9], [1, 1], 0.1),
        ([0.1, 0.9], [0, 0], float("inf")),
        ([0.5, 0.5, 0.5], [1, 1, 0], 0.5),
        ([], [], float("inf")),
    ],
)
def test_the_threshold_is_the_one_with_most_matches(similarity, equivalent, threshold):
    assert best_threshold(np.array(similarity), np.array(equivalent, dtype=int)) == threshold


def test_a_prompts_own_answers_do_not_choose_its_threshold():
    # Prompt 0 says the opposite of all others; its calls must follow the others nonetheless.
    clusters = np.repeat(np.arange(6), 4)
    similarity = np.tile([0.1, 0.2, 0.8, 0.9], 6)
    others = np.tile([0, 0, 1, 1], 6)
    contrary = np.where(clusters == 0, 1 - others, others)
    expected = np.tile([False, False, True, True], 6)
    for seed in range(5):
        calls = cross_fitted_calls(similarity, contrary, clusters, np.random.default_rng(seed))
        assert calls[clusters == 0].tolist() == expected[:4].tolist()


def test_one_prompt_is_too_few_to_learn_a_threshold_elsewhere():
    calls = cross_fitted_calls(
        np.array([0.1, 0.9]), np.array([0, 1]), np.array([0, 0]), np.random.default_rng(0)
    )
    assert calls is None


def test_similarity_is_one_for_equal_texts_even_without_words():
    similarity = text_similarity([("4", "4"), ("", ""), ("a red fox", "two blue cars")])
    assert similarity.tolist() == [1, 1, 0]


def test_tfidf_separates_copies_from_strangers_and_skips_items_without_texts(make_ratings):
    rows = [(f"i{n}", "ann", "equivalent" if n % 2 else "different") for n in range(12)]
    panel = build_panel(make_ratings(rows), "nominal", VERDICTS)
    texts = {
        f"i{n}": ("the river in spring", "the river in spring" if n % 2 else f"robot {n} sings")
        for n in range(11)
    }
    verdicts = tfidf_baseline(panel, texts, np.random.default_rng(0))
    calls = verdicts.merged
    assert calls[:11].argmax(axis=1).tolist() == [1 - n % 2 for n in range(11)]
    assert calls[11].tolist() == [0, 0]
    assert verdicts.n_unscored == 0
