import pytest

from core.agreement.explanations import (
    CAUTIONS,
    EXPLANATIONS,
    is_exploratory,
    prevalence_paradox,
)


def test_every_statistic_of_a_report_is_explained(make_ratings):
    from core.agreement import agreement_report

    rows = [("i1", "ann", "same"), ("i1", "bob", "same"), ("i1", "judge", "same")]
    report = agreement_report(make_ratings(rows), study="s", question="other")
    shown = set(report.humans[0].statistics) | set(report.judges[0].statistics)
    assert shown <= set(EXPLANATIONS)


def test_fifty_items_in_thirty_prompts_are_enough_for_a_category_and_no_less():
    assert not is_exploratory(50, 30)
    assert is_exploratory(49, 30)
    assert is_exploratory(50, 29)


def test_every_explanation_has_its_caution():
    assert set(CAUTIONS) == set(EXPLANATIONS)
    assert all(text.startswith("Do not") for text in CAUTIONS.values())


def test_nothing_explained_says_that_judges_replace_people():
    for text in [*EXPLANATIONS.values(), *CAUTIONS.values()]:
        assert "replace" not in text.lower()
        assert "fail" not in text.lower()


def test_the_paradox_is_told_with_the_readers_own_figures():
    # Feinstein and Cicchetti's kind of table: 85% agreement, kappa .32, AC1 .81.
    said = prevalence_paradox(percent=0.85, kappa=0.32, ac1=0.81, common_share=0.875)
    assert "Kappa (0.32) and AC1 (0.81) part" in said
    assert "88% of answers" in said
    assert "78% at least" in said


@pytest.mark.parametrize(
    "figures",
    [
        {"percent": 0.85, "kappa": 0.7, "ac1": 0.72, "common_share": 0.5},
        {"percent": 0.85, "kappa": 0.32, "ac1": 0.81, "common_share": 0.5},
        {"percent": 0.85, "kappa": None, "ac1": 0.81, "common_share": 0.9},
        {"percent": None, "kappa": None, "ac1": None, "common_share": 1.0},
    ],
)
def test_where_coefficients_do_not_part_nothing_is_said(figures):
    assert prevalence_paradox(**figures) == ""
