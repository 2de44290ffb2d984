"""Vocabulary distance: one minus the Jaccard overlap of two responses' word sets.

A word is a run of letters, marks and digits in any script, after NFKC and case folding; an
apostrophe inside a word is dropped ("don't" is one word). Han, kana, Thai, Lao, Khmer and Burmese
are written without spaces between words, so there words are found by ICU's word breaker, with its
dictionaries (package icu4py, MIT, with ICU under the Unicode licence). Python's `\\w+` would call
a whole Chinese sentence one word and cut Hindi words at vowel signs.

Source: Jain et al. (arXiv 2509.21267), section on metrics; their tokenizer is not published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations

from core.diversity.measure import Measure

# Thai and Lao, Burmese, Khmer, ideographic marks, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_APOSTROPHES = "'’ʼ"


class _WordCharacters(dict[int, str]):
    """Translation table filled as characters are met; everything else becomes a space."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        kind = unicodedata.category(character)[0]
        replacement = character
        if character in _APOSTROPHES:
            replacement = ""
        elif kind not in "LMN":
            replacement = " "
        self[code_point] = replacement
        return replacement


_WORD_CHARACTERS = _WordCharacters()


def word_list(text: str) -> list[str]:
    """The words of a text in order; empty when it has no letter, mark or digit."""
    if text.isascii():
        return text.casefold().translate(_WORD_CHARACTERS).split()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _UNSPACED.sub(_spaced, folded).translate(_WORD_CHARACTERS).split()


def words(text: str) -> frozenset[str]:
    """The different words of a text."""
    return frozenset(word_list(text))


def _spaced(run: re.Match[str]) -> str:
    """A run of text without spaces, its words set apart."""
    from icu4py.breakers import WordBreaker  # only where such text occurs: ICU is 40 MB

    return f" {' '.join(WordBreaker(run[0], 'root'))} "


def vocabulary_distance(texts: Sequence[str]) -> Measure:
    """Mean vocabulary distance over the pairs of one prompt's responses.

    Args:
        texts: the responses to one prompt.

    Returns:
        Unitless, 0 (same words) to 1 (no word shared). Undefined with fewer than two texts, or
        when two of them hold no words at all, since 0/0 is neither same nor different.
    """
    if len(texts) < 2:
        return Measure.undefined("fewer than two responses")
    vocabularies = [words(text) for text in texts]
    if sum(not vocabulary for vocabulary in vocabularies) > 1:
        return Measure.undefined("two or more responses hold no words")
    total = 0.0
    n_pairs = 0
    for a, b in combinations(vocabularies, 2):
        n_shared = len(a & b)
        total += 1 - n_shared / (len(a) + len(b) - n_shared)
        n_pairs += 1
    return Measure(total / n_pairs)
