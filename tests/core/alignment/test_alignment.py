from itertools import combinations

import pytest

from core.alignment import Candidate, CandidateSet, Floor, dpo_rows, grpo_rows
from core.alignment.data import reward
from core.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
FLOOR = Floor(4.0)
GIVEN = {"study": "s", "rater": "ensemble:majority", "floor": FLOOR}


def candidate_set(equivalent, qualities, category="G"):
    n = len(qualities)
    return CandidateSet(
        prompt_id="p1",
        prompt="Write a poem.",
        category=category,
        condition="m/temperature#1",
        candidates=tuple(
            Candidate(10 + place, f"text {place}", quality)
            for place, quality in enumerate(qualities)
        ),
        verdicts={pair: pair in equivalent for pair in combinations(range(n), 2)},
    )


def test_reward_is_the_share_of_the_set_that_differs():
    one = candidate_set({(0, 1)}, [5, 5, 5])
    assert [reward(one, place, TAXONOMY, FLOOR) for place in range(3)] == [0.5, 0.5, 1.0]


def test_in_a_category_that_wants_one_answer_agreement_is_rewarded():
    one = candidate_set({(0, 1)}, [5, 5, 5], category="A")
    assert [reward(one, place, TAXONOMY, FLOOR) for place in range(3)] == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("quality", [3.9, None])
def test_below_the_floor_or_unscored_nothing_is_earned(quality):
    one = candidate_set(set(), [quality, 5, 5])
    assert reward(one, 0, TAXONOMY, FLOOR) == 0


def test_a_preference_has_trls_columns_and_says_where_it_is_from():
    one = candidate_set({(0, 1), (0, 2), (1, 2)}, [4, 5, 5, 4.5])
    (row,) = dpo_rows([one], TAXONOMY, **GIVEN)
    assert row["prompt"] == [{"role": "user", "content": "Write a poem."}]
    assert row["chosen"] == [{"role": "assistant", "content": "text 3"}]
    # Of three with the same reward the one of least quality, and the last, is rejected.
    assert row["rejected"] == [{"role": "assistant", "content": "text 0"}]
    assert (row["score_chosen"], row["score_rejected"]) == (1.0, pytest.approx(1 / 3))
    assert row["provenance"] == {
        "study": "s",
        "prompt_id": "p1",
        "category": "G",
        "condition": "m/temperature#1",
        "judged_by": "ensemble:majority",
        "quality_floor": 4.0,
        "chosen_response": 13,
        "rejected_response": 10,
        "chosen_quality": 4.5,
        "rejected_quality": 4,
    }


def test_no_pair_is_made_where_rewards_are_nearly_alike_or_nothing_meets_the_floor():
    alike = candidate_set(set(), [5, 5, 5])
    poor = candidate_set({(0, 1)}, [2, 2, 2])
    assert list(dpo_rows([alike, poor], TAXONOMY, **GIVEN)) == []


def test_a_group_has_rewards_and_advantages_of_mean_zero():
    one = candidate_set({(0, 1)}, [5, 5, 5])
    (row,) = grpo_rows([one], TAXONOMY, **GIVEN)
    assert row["rewards"] == [0.5, 0.5, 1.0]
    # Mean 2/3, standard deviation .288675: (1 - 2/3) / .288675 = 1.1547.
    assert row["advantages"] == pytest.approx([-0.57735, -0.57735, 1.154701], abs=1e-5)
    assert len(row["completions"]) == 3
    assert row["provenance"]["responses"] == [10, 11, 12]


def test_a_group_without_signal_is_left_out():
    assert list(grpo_rows([candidate_set(set(), [5, 5])], TAXONOMY, **GIVEN)) == []
