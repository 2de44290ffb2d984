"""Compression ratio: how well gzip squeezes two responses written one after the other.

Source: Jain et al. (arXiv 2509.21267), section on metrics.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import combinations

from core.diversity.measure import Measure

# 16 + 15: a gzip header without name or time, so equal texts always give equal sizes.
_GZIP_WINDOW = 31
_LEVEL = 9


def compression_ratio(texts: Sequence[str]) -> Measure:
    """Mean of size(gzip(a + b)) / size(a + b) over the pairs of one prompt's responses.

    Args:
        texts: the responses to one prompt, in the order they were sampled.

    Returns:
        Unitless, above 0; a higher ratio means more varied text. Short texts exceed 1 because
        of gzip's 18 bytes of header and trailer. Sizes are bytes of UTF-8. Undefined with fewer
        than two texts, or when two of them are empty.
    """
    if len(texts) < 2:
        return Measure.undefined("fewer than two responses")
    encoded = [text.encode() for text in texts]
    if sum(not data for data in encoded) > 1:
        return Measure.undefined("two or more responses are empty")
    ratios = [
        len(zlib.compress(a + b, _LEVEL, _GZIP_WINDOW)) / len(a + b)
        for a, b in combinations(encoded, 2)
    ]
    return Measure(sum(ratios) / len(ratios))
