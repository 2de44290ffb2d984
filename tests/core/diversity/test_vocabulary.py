import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diversity import vocabulary_distance, words


def test_words_ignore_case_punctuation_and_repetition():
    assert words("The cat, the CAT!") == {"the", "cat"}


def test_an_apostrophe_does_not_cut_a_word():
    assert words("don't") == words("don’t") == {"dont"}


def test_a_script_without_spaces_counts_characters():
    assert words("我爱你") == {"我", "爱", "你"}
    assert words("Pythonを学ぶ") == {"python", "を", "学", "ぶ"}


def test_vowel_signs_stay_inside_a_hindi_word():
    assert words("नमस्ते दुनिया") == {"नमस्ते", "दुनिया"}


def test_composed_and_decomposed_letters_are_the_same_word():
    assert words("caf\u00e9") == words("cafe\u0301")


def test_distance_is_one_minus_shared_over_all_words():
    # {a, b, c} and {b, c, d}: 2 shared of 4.
    assert vocabulary_distance(["a b c", "b c d"]).value == pytest.approx(0.5)


def test_distance_is_averaged_over_the_pairs():
    # Pairs: same 0, disjoint 1, disjoint 1.
    assert vocabulary_distance(["a", "a", "b"]).value == pytest.approx(2 / 3)


def test_one_response_without_words_shares_nothing_with_the_others():
    assert vocabulary_distance(["…", "word"]).value == 1


@pytest.mark.parametrize("texts", [[], ["alone"], ["", ""], ["!", "?", "word"]])
def test_distance_is_undefined_with_a_reason(texts: list[str]):
    distance = vocabulary_distance(texts)
    assert not distance.is_defined
    assert distance.reason


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_distance_stays_between_zero_and_one(texts: list[str]):
    distance = vocabulary_distance(texts)
    assert not distance.is_defined or 0 <= distance.value <= 1
