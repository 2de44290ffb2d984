"""A report of small tables worked out by hand, and of simulated studies with a known answer."""

import json

import numpy as np
import pandas as pd
import pytest

from core.agreement import agreement_report
from core.errors import InvalidRatingsError

VERDICTS = ("equivalent", "different")
E, D = VERDICTS
STATISTIC_KEYS = {"value", "low", "high"}


def report(ratings: pd.DataFrame, question: str = "equivalence", **options):
    options.setdefault("options", VERDICTS if question == "equivalence" else (1, 2, 3, 4, 5))
    return agreement_report(ratings, study="s", question=question, **options)


def row(rows: list[dict], category: str = "all", **wanted: str) -> dict:
    (found,) = [
        r for r in rows if r["category"] == category and all(r[k] == v for k, v in wanted.items())
    ]
    return found


def simulated(
    make_ratings,
    *,
    same: float = 0.5,
    judge_error: float = 0.1,
    error: float = 0.12,
    prompts: int = 80,
    pairs: int = 4,
    people: int = 3,
    seed: int = 0,
) -> pd.DataFrame:
    """People and a judge with independent errors, every person on every item."""
    rng = np.random.default_rng(seed)
    n = prompts * pairs
    truth = rng.random(n) < same
    errors = {f"person {p}": error for p in range(people)} | {"judge": judge_error}
    rows = [
        (f"i{item:04d}", rater, E if truth[item] ^ (rng.random() < rate) else D)
        for rater, rate in errors.items()
        for item in range(n)
    ]
    clusters = {f"i{item:04d}": f"p{item // pairs}" for item in range(n)}
    categories = {f"i{item:04d}": "AB"[item // pairs % 2] for item in range(n)}
    return make_ratings(rows, clusters, categories)


@pytest.fixture
def three_people(make_ratings) -> pd.DataFrame:
    """Four items; the judge is right twice, wrong once, and once faces a tie."""
    answers = {
        "i1": (E, E, E, E),
        "i2": (E, E, D, E),
        "i3": (D, D, E, E),
        "i4": (E, D, None, D),
    }
    return make_ratings(
        (item, rater, value)
        for item, values in answers.items()
        for rater, value in zip(("ann", "bob", "cy", "judge"), values, strict=True)
    )


def test_json_has_exactly_the_keys_of_the_contract_and_the_named_additions(three_people):
    result = report(three_people).as_dict()
    assert set(result) == {
        "study", "question", "level", "weights", "humans", "judges", "baselines",
    }  # fmt: skip
    assert set(result["humans"][0]) == {
        "category", "n_items", "n_prompts", "n_raters", "n_ratings", "n_unscored", "percent",
        "krippendorff_alpha", "gwet_ac", "fleiss_kappa",
    }  # fmt: skip
    contract = {
        "judge", "category", "n_items", "n_unscored", "n_tied", "percent", "cohen_kappa",
        "krippendorff_alpha", "gwet_ac", "sensitivity", "specificity", "minus_human", "per_person",
    }  # fmt: skip
    for judge in result["judges"] + result["baselines"]:
        assert set(judge) == contract | {"n_prompts", "n_flips", "beats_baseline"}
        assert set(judge["percent"]) >= STATISTIC_KEYS
    assert set(result["judges"][0]["per_person"][0]) == {
        "rater", "n_items", "percent", "cohen_kappa",
    }  # fmt: skip
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_level_and_weights_follow_the_question_unless_given(make_ratings):
    scores = make_ratings([("i1", "ann", 4), ("i1", "bob", 5)])
    assert report(scores, "quality").as_dict()["level"] == "ordinal"
    assert report(scores, "quality").as_dict()["weights"] == "ordinal"
    assert report(scores, "quality", level="interval").as_dict()["weights"] == "quadratic"
    assert report(make_ratings([("i1", "ann", E)])).as_dict()["weights"] == "identity"


def test_people_among_themselves(three_people):
    people = row(report(three_people).as_dict()["humans"])
    assert (people["n_items"], people["n_raters"]) == (4, 3)
    assert (people["n_ratings"], people["n_unscored"]) == (11, 1)
    # Agreeing pairs: 3 of 3, 1 of 3, 1 of 3, 0 of 1.
    assert people["percent"]["value"] == pytest.approx((1 + 1 / 3 + 1 / 3 + 0) / 4)
    assert "4 prompts" in people["percent"]["reason"]


def test_a_judge_against_the_majority(three_people):
    judge = row(report(three_people).as_dict()["judges"])
    assert (judge["n_items"], judge["n_tied"], judge["n_unscored"]) == (4, 1, 0)
    # Right, right, wrong, tie.
    assert judge["percent"]["value"] == pytest.approx(2.5 / 4)
    # The majority says E, E, D; the judge E, E, E: both are found, the one D is not.
    assert judge["sensitivity"]["value"] == 1
    assert judge["specificity"]["value"] == 0
    # Without the tie pa = 2/3 and the judge's margins make pe = 2/3 too.
    assert judge["cohen_kappa"]["value"] == pytest.approx(0)
    # AC1: π_E = (1 + 1 + 1/2)/3 = 5/6, pe = 2 * 5/36 = 10/36.
    assert judge["gwet_ac"]["value"] == pytest.approx((2 / 3 - 10 / 36) / (1 - 10 / 36))
    # Alpha: six values, five E; Do = 2/6, De = 2 * 5/30.
    assert judge["krippendorff_alpha"]["value"] == pytest.approx(0)


def test_minus_human_compares_the_judge_and_people_on_the_same_items(three_people):
    judge = row(report(three_people).as_dict()["judges"])
    judge_person = np.array([1, 2 / 3, 1 / 3, 1 / 2])
    person_person = np.array([1, 1 / 3, 1 / 3, 0])
    assert judge["minus_human"]["value"] == pytest.approx((judge_person - person_person).mean())


def test_a_judge_against_each_person(three_people):
    per_person = row(report(three_people).as_dict()["judges"])["per_person"]
    assert [(p["rater"], p["n_items"]) for p in per_person] == [("ann", 4), ("bob", 4), ("cy", 3)]
    assert [p["percent"]["value"] for p in per_person] == pytest.approx([2 / 4, 3 / 4, 2 / 3])


def test_baselines_have_rows_like_a_judges(three_people):
    baselines = report(three_people).as_dict()["baselines"]
    coin, constant = (row(baselines, judge=f"baseline:{b}") for b in ("coin", "constant"))
    assert coin["percent"]["value"] == pytest.approx(0.5)
    assert coin["cohen_kappa"]["value"] == pytest.approx(0)
    # Always E: right, right, wrong, tie.
    assert constant["percent"]["value"] == pytest.approx(2.5 / 4)
    assert (constant["sensitivity"]["value"], constant["specificity"]["value"]) == (1, 0)
    assert constant["beats_baseline"] is None


def test_one_person_per_item_gives_no_human_statistic_but_compares_the_judge(make_ratings):
    rows = [(f"i{n}", f"person {n}", E if n % 2 else D) for n in range(60)]
    rows += [(f"i{n}", "judge", E if n % 2 or n < 12 else D) for n in range(60)]
    result = report(make_ratings(rows)).as_dict()
    people, judge = row(result["humans"]), row(result["judges"])
    for name in ("percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa"):
        assert people[name] == {
            "value": None, "low": None, "high": None,
            "reason": "no item has two human ratings",
        }  # fmt: skip
    assert judge["minus_human"]["reason"] == "no item has two human ratings"
    assert judge["percent"]["value"] == pytest.approx(54 / 60)
    assert judge["percent"]["low"] < 54 / 60 < judge["percent"]["high"]


def test_rows_cover_all_and_each_category(make_ratings):
    result = report(simulated(make_ratings)).as_dict()
    assert [r["category"] for r in result["humans"]] == ["all", "A", "B"]
    assert [r["category"] for r in result["judges"]] == ["all", "A", "B"]
    assert [r["n_items"] for r in result["humans"]] == [320, 160, 160]


def test_the_verdict_in_the_order_the_person_saw_counts(make_ratings):
    rows = [
        ("i1", "judge", E, "ab"), ("i1", "judge", D, "ba"),
        ("i1", "ann", E, "ab"), ("i1", "bob", D, "ba"), ("i1", "cy", E, "ba"),
    ]  # fmt: skip
    judge = row(report(make_ratings(rows)).as_dict()["judges"])
    assert judge["n_flips"] == 1
    # Merged with the majority E, a flip counts one half.
    assert judge["percent"]["value"] == pytest.approx(0.5)
    assert [p["percent"]["value"] for p in judge["per_person"]] == [1, 1, 0]


def test_an_unscored_verdict_is_counted_and_never_a_mismatch(make_ratings):
    rows = [("i1", "ann", E), ("i2", "ann", E), ("i1", "judge", E), ("i2", "judge", None)]
    judge = row(report(make_ratings(rows)).as_dict()["judges"])
    assert (judge["n_items"], judge["n_unscored"]) == (1, 1)
    assert judge["percent"]["value"] == 1


def test_a_judge_that_shares_no_item_with_people_says_so(make_ratings):
    result = report(make_ratings([("i1", "ann", E), ("i2", "judge", E)]))
    judge = row(result.as_dict()["judges"])
    assert judge["percent"]["value"] is None
    assert judge["percent"]["reason"].startswith("no item has both")
    assert judge["beats_baseline"] is None
    assert "Nothing can be said" in result.headline_sentence("judge")


def test_scores_are_compared_with_the_median_and_have_no_sensitivity(make_ratings):
    rows = [
        ("i1", "ann", 4), ("i1", "bob", 5), ("i1", "cy", 5), ("i1", "judge", 5),
        ("i2", "ann", 2), ("i2", "bob", 3), ("i2", "judge", 3),
        ("i3", "ann", 1), ("i3", "judge", 2),
    ]  # fmt: skip
    result = report(make_ratings(rows), "quality").as_dict()
    judge = row(result["judges"])
    assert (judge["n_items"], judge["n_tied"]) == (3, 1)
    assert judge["percent"]["value"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert judge["sensitivity"]["value"] is None
    assert "equivalence only" in judge["sensitivity"]["reason"]


def test_a_judge_of_a_persons_skill_is_not_told_apart_from_a_person_and_beats_constancy(
    make_ratings,
):
    result = report(simulated(make_ratings, judge_error=0.12))
    judge = row(result.as_dict()["judges"])
    assert judge["minus_human"]["low"] < 0 < judge["minus_human"]["high"]
    contrast = judge["beats_baseline"]
    assert contrast["baseline"] == "baseline:constant"
    assert contrast["beats"] is True
    sentence = result.headline_sentence("judge")
    assert sentence.startswith(
        "On 320 pairs from 80 prompts, judge agrees with a person as often as another person "
        "does, give or take"
    )
    assert "would not" in sentence
    assert sentence.endswith("for these 3 raters.")


def test_a_judge_without_skill_passes_where_almost_all_is_the_same_and_is_called_out(
    make_ratings,
):
    ratings = simulated(make_ratings, same=0.98, error=0.08, prompts=200)
    ratings.loc[ratings["rater_kind"] == "judge", "value"] = E
    result = report(ratings)
    judge = row(result.as_dict()["judges"])
    assert judge["minus_human"]["high"] >= 0
    assert judge["beats_baseline"]["difference"]["value"] == 0
    assert judge["beats_baseline"]["beats"] is not True
    sentence = result.headline_sentence("judge")
    assert "always answering 'same'" in sentence
    assert "would not" not in sentence


def test_an_unskilled_judge_agrees_less_often_than_a_person(make_ratings):
    sentence = report(simulated(make_ratings, judge_error=0.4)).headline_sentence("judge")
    assert "less often than another person does" in sentence


def test_eight_prompts_are_too_little_data_for_a_sentence(make_ratings):
    sentence = report(simulated(make_ratings, prompts=8)).headline_sentence("judge")
    assert sentence.startswith("Too little data to compare judge with people")


def test_texts_add_a_tfidf_baseline(make_ratings):
    ratings = simulated(make_ratings, error=0.05)
    majority = ratings[ratings["rater_id"] == "person 0"].set_index("item_id")["value"]
    texts = {
        item: ("a quiet lake", "a quiet lake" if value == E else "loud trains")
        for item, value in majority.items()
    }
    result = report(ratings, texts=texts).as_dict()
    assert row(result["baselines"], judge="baseline:tfidf")["percent"]["value"] > 0.9
    assert row(result["judges"])["beats_baseline"]["baseline"] == "baseline:tfidf"
    assert row(result["judges"])["beats_baseline"]["beats"] is False


def test_same_seed_same_report_and_another_seed_another_interval(make_ratings):
    ratings = simulated(make_ratings)
    assert report(ratings, seed=1).as_dict() == report(ratings, seed=1).as_dict()
    first, second = (row(report(ratings, seed=s).as_dict()["humans"])["percent"] for s in (1, 2))
    assert first["value"] == second["value"]
    assert first["low"] != second["low"]


def test_row_order_does_not_change_the_values(make_ratings):
    ratings = simulated(make_ratings)
    shuffled = ratings.sample(frac=1, random_state=3).reset_index(drop=True)
    ours, theirs = report(ratings).as_dict(), report(shuffled).as_dict()
    for before, after in zip(ours["judges"], theirs["judges"], strict=True):
        for name in ("percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac", "minus_human"):
            assert after[name]["value"] == pytest.approx(before[name]["value"])


def test_a_category_with_two_prompts_has_values_without_intervals(make_ratings):
    ratings = simulated(make_ratings)
    ratings.loc[ratings["cluster"].isin(["p0", "p1"]), "category"] = "C"
    human = row(report(ratings).as_dict()["humans"], "C")
    assert human["percent"]["value"] is not None
    assert human["percent"]["low"] is None
    assert "2 prompts" in human["percent"]["reason"]


def test_an_empty_table_gives_a_report_of_nothing(make_ratings):
    result = report(make_ratings([])).as_dict()
    assert row(result["humans"])["n_items"] == 0
    assert result["judges"] == result["baselines"] == []


def test_confusion_counts_verdicts_against_the_majority(three_people):
    confusion = report(three_people).judge_confusion("judge")
    assert confusion.options == VERDICTS
    assert confusion.table.tolist() == [[2, 1], [0, 0]]
    assert confusion.n_tied == 1


def test_disagreements_show_who_said_what(three_people):
    (found,) = report(three_people).disagreements()
    assert (found.item_id, found.cluster, found.category) == ("i3", "i3", "A")
    assert (found.judge, found.judge_value, found.majority) == ("judge", E, D)
    assert sorted(found.human_values) == [D, D, E]


def test_a_flip_is_a_disagreement_without_a_single_verdict(make_ratings):
    rows = [("i1", "ann", E), ("i1", "judge", E, "ab"), ("i1", "judge", D, "ba")]
    (found,) = report(make_ratings(rows)).disagreements("judge")
    assert found.judge_value is None
    assert found.majority == E


def test_an_unknown_judge_is_refused_with_those_there_are(three_people):
    with pytest.raises(InvalidRatingsError, match=r"'gpt'.*there are: judge"):
        report(three_people).headline_sentence("gpt")
