"""Counts from adaptive judging: graph as all pairs, transitive apart, majorities with silent votes.

Sets are small enough to be worked out by hand; responses 1 to 4 are one set under condition "c".
"""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diversity.adaptive import PairChooser, inferred_pairs
from core.errors import UserError
from core.results import (
    ENSEMBLE,
    AdaptiveSet,
    PairVerdict,
    ResponseRow,
    adaptive_keys,
    audit_counts,
    count_verdicts,
    results_report,
    transitive_raters,
)

IDS = (1, 2, 3, 4)


def responses(texts=("a", "b", "c", "d")):
    return [
        ResponseRow(id_, 7, "c", "openai:m", "temperature", len(texts), index, "G", text)
        for index, (id_, text) in enumerate(zip(IDS, texts, strict=False))
    ]


def said(judge, *pairs, equivalent=True):
    return [PairVerdict(a, b, judge, "judge", equivalent) for a, b in pairs]


def adaptive(judge, mode, asked=(), audited=None, n_inferred=0):
    return AdaptiveSet(judge, mode, "c", 7, tuple(asked), audited or {}, n_inferred)


def distinct(rater, verdicts, sets, rows=None):
    report = results_report(
        study="s",
        rater=rater,
        responses=rows or responses(),
        verdicts=verdicts,
        scores=[],
        adaptive=sets,
    )
    return report["rows"][0]["distinct"]["mean"]


def test_a_graph_count_needs_no_verdict_inside_a_class():
    verdicts = said("j", (1, 2), (2, 3)) + said("j", (1, 4), (2, 4), (3, 4), equivalent=False)
    assert distinct("j", verdicts, [adaptive("j", "graph")]) == 2


def test_transitive_answers_alone_leave_the_graph_count_open():
    asked = [(1, 2), (2, 3), (3, 4)]
    verdicts = said("j", (1, 2)) + said("j", (2, 3), (3, 4), equivalent=False)
    sets = [adaptive("j", "transitive", [*asked, (1, 4)])]
    verdicts += said("j", (1, 4), equivalent=False)
    assert distinct("j", verdicts, sets) is None
    assert distinct("j~transitive", verdicts, sets) == 3


def test_an_audit_that_contradicts_does_not_change_the_estimate_and_is_counted():
    verdicts = said("j", (1, 2), (2, 3), (3, 4)) + said("j", (1, 3))
    sets = [adaptive("j", "transitive", [(1, 2), (2, 3), (3, 4)], {(1, 3): False}, 3)]
    assert distinct("j~transitive", verdicts, sets) == 1
    assert audit_counts("j", verdicts, sets) == (3, 1, 1)


def test_copies_are_free_where_a_judge_was_asked_adaptively_and_only_there():
    rows = responses(("same", "same", "same", "same"))
    assert distinct("j", said("j", (90, 91)), [adaptive("j", "graph")], rows) == 1
    assert distinct("j", said("j", (90, 91)), [], rows) is None


def test_an_estimator_exists_only_where_a_judge_was_asked_in_that_mode():
    sets = [adaptive("j", "graph")]
    assert transitive_raters(sets) == []
    with pytest.raises(UserError, match="j~transitive"):
        distinct("j~transitive", said("j", (1, 2)), sets)


def test_a_majority_waits_for_a_silent_judge_only_where_it_could_turn_it():
    across = [(1, 2), (1, 3), (2, 3)]
    rows = responses(("a", "b", "c"))
    # j was not asked about (1, 3): inside its class. k and l agree there, so j cannot turn it.
    verdicts = said("j", (1, 2), (2, 3)) + said("k", *across, equivalent=False)
    verdicts += said("l", *across, equivalent=False)
    sets = [adaptive("j", "graph")]
    assert distinct(ENSEMBLE, verdicts, sets, rows) == 3
    # k and l differ there: j would decide, and was not asked.
    split = said("j", (1, 2), (2, 3)) + said("k", *across, equivalent=False)
    split += said("l", (1, 2), (2, 3), equivalent=False) + said("l", (1, 3))
    merged = count_verdicts(ENSEMBLE, split, rows, sets)
    assert merged[1, 3] is None
    assert distinct(ENSEMBLE, split, sets, rows) is None


def test_the_general_definition_does_not_vote_with_the_others():
    general = "k#equivalence-general@12345678"
    verdicts = said("j", *combinations(IDS, 2), equivalent=False)
    verdicts += said(general, *combinations(IDS, 2))
    assert distinct(ENSEMBLE, verdicts, []) == 4
    assert distinct(general, verdicts, []) == 1


def test_sets_judged_adaptively_are_named_since_they_give_no_nontransitivity_rate():
    sets = [adaptive("j", "graph"), adaptive("k#equivalence-general@1", "graph")]
    assert adaptive_keys("j", sets) == {("c", 7)}
    assert adaptive_keys("j~transitive", sets) == {("c", 7)}
    assert adaptive_keys(ENSEMBLE, sets[1:]) == set()
    assert adaptive_keys("other", sets) == set()


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_what_the_chooser_asked_gives_the_partition_in_either_mode(labels):
    texts = ("a", "b", "c" if labels[2] != labels[0] else "a", "d")
    rows = responses(texts)
    truth = {(i, j): labels[i] == labels[j] for i, j in combinations(range(4), 2)}
    for mode, rater in (("graph", "j"), ("transitive", "j~transitive")):
        asked = {}
        chooser = PairChooser(texts, mode)
        while (pair := chooser.next_pair(asked)) is not None:
            asked[pair] = truth[pair]
        verdicts = [
            PairVerdict(IDS[i], IDS[j], "j", "judge", value) for (i, j), value in asked.items()
        ]
        verdicts.append(PairVerdict(90, 91, "j", "judge", True))
        pairs = [(IDS[i], IDS[j]) for i, j in asked]
        sets = [adaptive("j", mode, pairs, n_inferred=len(inferred_pairs(texts, asked)))]
        assert distinct(rater, verdicts, sets, rows) == len(set(labels))
