"""Vocabulary distance: one minus the Jaccard overlap of two responses' word sets.

A word is a run of letters, marks and digits in any script, after NFKC and case folding; an
apostrophe inside a word is dropped ("don't" is one word). Scripts written without spaces (Han,
kana, Thai, Lao, Khmer, Burmese) have no visible words, so there each character counts as one.
Python's `\\w+` would call a whole Chinese sentence one word and cut Hindi words at vowel signs.

Source: Jain et al. (arXiv 2509.21267), section on metrics; their tokenizer is not published.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import combinations

from core.diversity.measure import Measure

_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),  # kana extensions
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_APOSTROPHES = "'’ʼ"


class _WordCharacters(dict[int, str]):
    """Translation table filled as characters are met; everything else becomes a space."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        kind = unicodedata.category(character)[0]
        if character in _APOSTROPHES:
            replacement = ""
        elif kind not in "LMN":
            replacement = " "
        elif any(first <= code_point <= last for first, last in _UNSPACED_RANGES):
            replacement = f" {character} "
        else:
            replacement = character
        self[code_point] = replacement
        return replacement


_WORD_CHARACTERS = _WordCharacters()


def words(text: str) -> frozenset[str]:
    """The different words of a text; empty when it has no letter, mark or digit."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return frozenset(folded.casefold().translate(_WORD_CHARACTERS).split())


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
