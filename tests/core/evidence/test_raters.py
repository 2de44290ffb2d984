import numpy as np

from core.evidence.raters import rater_matrix

SAME, OTHER = "equivalent", "different"


def matrix(report):
    found = rater_matrix(report.panel)
    place = {name: number for number, name in enumerate(found.raters)}
    return found, lambda a, b: found.agreement[place[a], place[b]]


def test_two_raters_agree_on_the_share_of_items_both_answered(report_of):
    said = {f"i{n}": {"ann": SAME, "bob": SAME if n < 6 else OTHER, "m:x": SAME} for n in range(8)}
    said["only"] = {"ann": SAME}
    found, agreement = matrix(report_of(said))
    assert found.raters == ("ann", "bob", "m:x")
    assert found.n_people == 2
    assert agreement("ann", "bob") == agreement("bob", "ann") == 6 / 8
    assert agreement("ann", "m:x") == 1.0
    assert np.isnan(agreement("ann", "ann"))
    assert found.shared[0, 1] == 8


def test_few_shared_items_say_nothing(report_of):
    _, agreement = matrix(report_of({f"i{n}": {"ann": SAME, "bob": SAME} for n in range(4)}))
    assert np.isnan(agreement("ann", "bob"))


def test_a_judge_that_flips_agrees_by_half(report_of):
    said = {f"i{n}": {"ann": SAME, "m:x": (SAME, OTHER)} for n in range(6)}
    _, agreement = matrix(report_of(said))
    assert agreement("ann", "m:x") == 0.5


def test_the_ensemble_is_no_rater_of_its_own(report_of):
    said = {f"i{n}": {"ann": SAME, "m:x": SAME, "m:y": SAME} for n in range(6)}
    assert matrix(report_of(said))[0].raters == ("ann", "m:x", "m:y")
