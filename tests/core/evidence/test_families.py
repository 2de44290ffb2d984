"""Categories named only where the adjusted test says so, and kappa's paradox on one's own data."""

import numpy as np
import pandas as pd
import pytest

from core.agreement import AltTestPlan, agreement_report, standings
from core.evidence.families import (
    families,
    family_sentences,
    paradoxes,
    reading,
    simultaneous_rows,
)

WORDS = ("different", "equivalent")


def study(*, accuracy, same, n_prompts=40, pairs=5, judge=0.9, plan=None, seed=0):
    """Three people and a judge; category -> how often people are right, and pairs are the same."""
    rng = np.random.default_rng(seed)
    rows = []
    for category, right in accuracy.items():
        for prompt in range(n_prompts):
            for pair in range(pairs):
                truth = rng.random() < same
                for rater in ("ann", "bob", "cem", "j:x"):
                    skill = judge if rater == "j:x" else right
                    said = truth ^ (rng.random() >= skill)
                    kind = "judge" if rater == "j:x" else "human"
                    rows.append(
                        (f"{category}{prompt}-{pair}", f"{category}{prompt}", category, rater,
                         kind, WORDS[int(said)])
                    )  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["item_id", "cluster", "category", "rater_id", "rater_kind", "value"]
    ).assign(order="", repeat=0)
    return agreement_report(
        table, study="s", question="equivalence", options=WORDS, alternative=plan
    )


@pytest.fixture(scope="module")
def one_apart():
    return study(accuracy={"A": 0.9, "B": 0.9, "C": 0.65}, same=0.5)


def test_a_category_that_differs_is_named_with_its_adjusted_p(one_apart):
    people = families(one_apart)[0]
    says = family_sentences(people)
    assert any("C is" in one and "lower than in the other categories" in one for one in says)
    assert all("Holm-adjusted p" in one for one in says)
    line = next(line for line in people.lines if line.category == "C")
    assert reading(line) == "differs"


def test_figures_carry_the_interval_that_holds_for_all_categories(one_apart):
    values = one_apart.as_dict()
    rows = simultaneous_rows(values["humans"], families(one_apart))
    plain = {row["category"]: row["percent"] for row in values["humans"]}
    for row in rows:
        old, new = plain[row["category"]], row["percent"]
        if row["category"] == "all":
            assert new == old
        else:
            assert new["value"] == pytest.approx(old["value"])
            assert new["high"] - new["low"] > old["high"] - old["low"]


def test_thin_categories_are_hints_and_never_claims():
    report = study(accuracy={"A": 0.95, "B": 0.6}, same=0.5, n_prompts=14, pairs=3)
    says = family_sentences(families(report)[0])
    assert says[0] == "People among themselves: no category is shown to differ from the others."
    assert "too few data for a claim" in says[1]


def test_a_judge_may_stand_in_for_a_category_only_with_enough_data_and_for_all_at_once():
    enough = study(accuracy={"A": 0.9, "B": 0.9}, same=0.5, plan=AltTestPlan(0.15))
    thin = study(
        accuracy={"A": 0.9, "B": 0.9}, same=0.5, n_prompts=20, pairs=8, plan=AltTestPlan(0.15)
    )
    assert standings(enough)["j:x", "A"].may_stand_in is True
    found = standings(thin)["j:x", "A"]
    assert found.may_stand_in is None
    assert "Exploratory" in found.sentence


def test_kappa_and_ac1_part_on_lopsided_answers_and_the_reader_is_told_why():
    told = paradoxes(study(accuracy={"A": 0.95, "B": 0.95}, same=0.97))
    assert any(one.startswith("People: Kappa (") and "part here" in one for one in told)
    assert not paradoxes(study(accuracy={"A": 0.9, "B": 0.9}, same=0.5))
