"""Measures made of a table of similarities: embedding distance and the Vendi score.

Sources: Jain et al. (arXiv 2509.21267) for the distance; Friedman and Dieng (arXiv 2210.02410)
for the Vendi score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.diversity.measure import Measure

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

# Eigenvalues this small are rounding; 0 log 0 counts as 0.
_ZERO = 1e-12


def cosine_similarities(vectors: Any) -> Array:
    """Cosine of every two rows.

    Args:
        vectors: shape (n, d), a dense array or a scipy sparse matrix; a row of zeros (a text
            without words) is similar to itself only.

    Returns:
        Shape (n, n), with ones on the diagonal, clipped to -1 … 1.
    """
    import numpy as np

    product = vectors @ vectors.T
    dense = np.asarray(product.todense() if hasattr(product, "todense") else product, dtype=float)
    length = np.sqrt(np.diagonal(dense))
    scale = np.where(length > 0, length, 1.0)
    cosines: Array = np.clip(dense / np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(cosines, 1.0)
    return cosines


def embedding_distance(similarities: Array) -> Measure:
    """Mean of 1 - cosine over the pairs of one prompt's responses.

    Args:
        similarities: shape (n, n).

    Returns:
        Unitless, 0 (same direction) to 2 (opposite); with vectors that hold no negative number, to
        1. Undefined with fewer than two responses.
    """
    n = len(similarities)
    if n < 2:
        return Measure.undefined("fewer than two responses")
    return Measure(float(1 - (similarities.sum() - n) / (n * (n - 1))))


def vendi_score(similarities: Array) -> Measure:
    """Effective number of different responses: exp of the entropy of the eigenvalues of K / n.

    Args:
        similarities: K, shape (n, n), positive semi-definite, with ones on the diagonal.

    Returns:
        1 (all the same) to n (nothing in common). Undefined for an empty set.
    """
    import numpy as np

    n = len(similarities)
    if n == 0:
        return Measure.undefined("no responses")
    eigenvalues = np.linalg.eigvalsh(similarities / n)
    kept = eigenvalues[eigenvalues > _ZERO]
    return Measure(float(np.exp(-(kept * np.log(kept)).sum())))
