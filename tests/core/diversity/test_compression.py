import gzip
import random

import pytest

from core.diversity import compression_ratio


def test_ratio_is_gzip_size_over_plain_size():
    a, b = "red green blue " * 9, "größer ist nicht besser " * 5
    plain = (a + b).encode()
    assert compression_ratio([a, b]).value == len(gzip.compress(plain, mtime=0)) / len(plain)


def test_repeated_text_compresses_better_than_unrelated_text():
    rng = random.Random(1)
    a, b = ("".join(rng.choices("abcdefghijklmnop ", k=400)) for _ in range(2))
    assert compression_ratio([a, a]).value < compression_ratio([a, b]).value


def test_short_texts_exceed_one_because_of_the_header():
    assert compression_ratio(["yes", "no"]).value > 1


def test_ratio_is_averaged_over_the_pairs():
    texts = ["alpha", "beta beta beta", "gamma gamma"]
    pairs = [compression_ratio([texts[i], texts[j]]).value for i, j in ((0, 1), (0, 2), (1, 2))]
    assert compression_ratio(texts).value == pytest.approx(sum(pairs) / 3)


@pytest.mark.parametrize("texts", [[], ["alone"], ["", "", "text"]])
def test_ratio_is_undefined_with_a_reason(texts: list[str]):
    ratio = compression_ratio(texts)
    assert not ratio.is_defined
    assert ratio.reason
