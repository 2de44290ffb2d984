"""Asking fewer pairs: `graph` gives the count of all pairs, `transitive` that of a partition.

Texts that share no word are used where the order must not matter, so that every pair looks alike.
"""

from functools import lru_cache
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diversity import distinct_count
from core.diversity.adaptive import (
    PairChooser,
    choose_audit,
    complete_verdicts,
    inferred_pairs,
)

LETTERS = "abcdefghijklmnopqrst"


@lru_cache(maxsize=8)
def chooser_of(texts, mode):
    return PairChooser(texts, mode)


def ask_all(texts, truth, mode):
    """What a judge with these verdicts is asked, in order."""
    chooser = chooser_of(tuple(texts), mode)
    asked = {}
    while (pair := chooser.next_pair(asked)) is not None:
        assert pair not in asked
        assert pair[0] < pair[1]
        asked[pair] = truth[pair]
    return asked


def counted(texts, asked, mode):
    return distinct_count(len(texts), complete_verdicts(texts, asked, mode)).value


def partitions(n):
    """Every partition of n things as labels in order of first appearance."""
    found = [[0]]
    for _ in range(n - 1):
        found = [[*labels, new] for labels in found for new in range(max(labels) + 2)]
    return found


def verdicts_of(labels):
    return {(i, j): labels[i] == labels[j] for i, j in combinations(range(len(labels)), 2)}


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_graph_equals_all_pairs_on_every_graph(n):
    pairs = list(combinations(range(n), 2))
    for answers in product((False, True), repeat=len(pairs)):
        truth = dict(zip(pairs, answers, strict=True))
        asked = ask_all(LETTERS[:n], truth, "graph")
        assert counted(LETTERS[:n], asked, "graph") == distinct_count(n, truth).value


@pytest.mark.slow
def test_graph_equals_all_pairs_on_every_graph_of_six():
    test_graph_equals_all_pairs_on_every_graph(6)


@pytest.mark.parametrize("n", range(2, 9))
def test_both_modes_equal_all_pairs_on_every_partition_and_graph_asks_the_least(n):
    for labels in partitions(n):
        truth = verdicts_of(labels)
        sizes = [labels.count(label) for label in set(labels)]
        k = len(sizes)
        across = sum(a * b for a, b in combinations(sizes, 2))
        graph = ask_all(LETTERS[:n], truth, "graph")
        assert counted(LETTERS[:n], graph, "graph") == k
        assert len(graph) == n - k + across
        transitive = ask_all(LETTERS[:n], truth, "transitive")
        assert counted(LETTERS[:n], transitive, "transitive") == k
        assert n - k + k * (k - 1) // 2 <= len(transitive) <= len(graph)


@st.composite
def judged_sets(draw):
    n = draw(st.integers(2, 12))
    texts = draw(st.lists(st.text("ab ", min_size=1, max_size=3), min_size=n, max_size=n))
    first = {text: texts.index(text) for text in texts}
    # A judge answers the same two texts alike, and says that a text equals itself.
    drawn = {
        (a, b): draw(st.sampled_from([True, False, None]))
        for a, b in combinations(sorted(set(first.values())), 2)
    }
    truth = {}
    for i, j in combinations(range(n), 2):
        a, b = sorted((first[texts[i]], first[texts[j]]))
        truth[i, j] = True if a == b else drawn[a, b]
    return texts, truth


@given(judged_sets())
def test_graph_has_the_count_and_the_range_of_all_pairs_with_copies_and_unread_answers(case):
    texts, truth = case
    asked = ask_all(texts, truth, "graph")
    completed = complete_verdicts(texts, asked, "graph")
    assert distinct_count(len(texts), completed) == distinct_count(len(texts), truth)
    assert len(asked) <= len(truth)


@given(st.data())
def test_transitive_finds_any_partition_of_up_to_twenty(data):
    n = data.draw(st.integers(2, 20))
    labels = data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    texts = [f"{data.draw(st.sampled_from('xyz'))} {LETTERS[i]}" for i in range(n)]
    asked = ask_all(texts, verdicts_of(labels), "transitive")
    assert counted(texts, asked, "transitive") == len(set(labels))


def test_one_different_separates_two_classes_in_transitive_mode_only():
    asked = {(0, 1): True, (1, 2): False}
    assert complete_verdicts("abc", asked, "transitive")[0, 2] is False
    assert complete_verdicts("abc", asked, "graph")[0, 2] is None
    assert PairChooser("abc", "transitive").next_pair(asked) is None
    assert PairChooser("abc", "graph").next_pair(asked) == (0, 2)


def test_likely_equivalent_pairs_come_first():
    texts = ["red fox", "blue whale", "red fox runs"]
    assert PairChooser(texts, "graph").next_pair({}) == (0, 2)


def test_identical_texts_are_free_and_never_asked_twice():
    texts = ["a", "b", "a", "b"]
    asked = ask_all(texts, verdicts_of([0, 1, 0, 1]), "graph")
    assert list(asked) == [(0, 1)]
    assert complete_verdicts(texts, asked, "graph") == verdicts_of([0, 1, 0, 1])


def test_an_unread_answer_leaves_the_count_open_rather_than_different():
    completed = complete_verdicts("ab", {(0, 1): None}, "transitive")
    count = distinct_count(2, completed)
    assert (count.value, count.low, count.high) == (None, 1, 2)


def test_what_was_inferred_is_what_was_neither_asked_nor_free():
    texts = ["a", "b", "c", "a"]
    asked = {(0, 1): True, (1, 2): False}
    assert inferred_pairs(texts, asked) == {(0, 2): False}


@given(st.integers(0, 60))
def test_an_audit_draws_at_least_a_tenth_without_repeats(n):
    pairs = list(combinations(range(12), 2))[:n]
    audit = choose_audit(pairs, np.random.default_rng(1))
    assert len(audit) >= 0.1 * n
    assert len(set(audit)) == len(audit)
    assert set(audit) <= set(pairs)


def test_an_audit_depends_on_the_generator_alone():
    pairs = list(combinations(range(8), 2))
    assert choose_audit(pairs, np.random.default_rng(3)) == choose_audit(
        pairs, np.random.default_rng(3)
    )
