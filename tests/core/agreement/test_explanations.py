from core.agreement.explanations import EXPLANATIONS, is_exploratory


def test_every_statistic_of_a_report_is_explained(make_ratings):
    from core.agreement import agreement_report

    rows = [("i1", "ann", "same"), ("i1", "bob", "same"), ("i1", "judge", "same")]
    report = agreement_report(make_ratings(rows), study="s", question="other")
    shown = set(report.humans[0].statistics) | set(report.judges[0].statistics)
    assert shown == set(EXPLANATIONS)


def test_fifty_items_in_thirty_prompts_are_enough_for_a_category_and_no_less():
    assert not is_exploratory(50, 30)
    assert is_exploratory(49, 30)
    assert is_exploratory(50, 29)
