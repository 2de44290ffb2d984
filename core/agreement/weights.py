"""Agreement weights and distances between categories.

A weight says how much two answers agree (1 on the diagonal); a distance says how far they part
(0 on the diagonal). Weights that share a name with a Krippendorff level are not his metric:
Gwet's "ordinal" weights count ranks between two options, Krippendorff's ordinal distance counts
the ratings that were given between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRatingsError
from core.types import Level

FloatArray = NDArray[np.float64]
Options = Sequence[str | float]
WeightName = Literal["identity", "linear", "quadratic", "ordinal", "ratio"]
Weights = WeightName | FloatArray

WEIGHTS_OF_LEVEL: dict[Level, WeightName] = {
    "nominal": "identity",
    "ordinal": "ordinal",
    "interval": "quadratic",
    "ratio": "ratio",
}


def numeric_options(options: Options) -> FloatArray:
    """The options as numbers, shape (q,).

    Raises:
        InvalidRatingsError: an option is not a finite number.
    """
    try:
        numbers = np.asarray([float(option) for option in options], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidRatingsError(
            f"These options are not numbers: {', '.join(map(repr, options))}. Distances between "
            "answers need numbers; use numbers, or level nominal with identity weights."
        ) from error
    if not np.all(np.isfinite(numbers)):
        raise InvalidRatingsError(
            f"Options must be finite numbers, got {numbers.tolist()}. Leave out missing answers."
        )
    return numbers


def weight_matrix(weights: Weights, options: Options) -> FloatArray:
    """How much two answers agree, shape (q, q), 1 on the diagonal.

    Args:
        weights: identity (1 when equal, else 0); linear and quadratic (1 - distance, in the unit
            of the options, over the widest distance); ordinal (by ranks between, q choose 2 at
            the widest); ratio (quadratic in (a - b) / (a + b)); or a symmetric matrix of one's own.
        options: the q possible answers; numbers except for identity and ordinal, which read
            only their order.

    Raises:
        InvalidRatingsError: unknown name, options that are not numbers, a matrix of the wrong
            shape or without ones on its diagonal, or negative options with ratio weights.

    Source: Gwet, Handbook of Inter-Rater Reliability (4th ed., 2014), chapter 3.
    """
    q = len(options)
    if isinstance(weights, np.ndarray):
        return _checked_matrix(weights, q)
    if weights == "identity":
        return np.eye(q)
    if q < 2:
        return np.ones((q, q))
    if weights == "ordinal":
        ranks = np.arange(q, dtype=np.float64)
        between = np.abs(ranks[:, None] - ranks)
        distance: FloatArray = between * (between + 1) / 2
    elif weights in ("linear", "quadratic"):
        numbers = numeric_options(options)
        distance = np.abs(numbers[:, None] - numbers)
        distance = distance if weights == "linear" else distance**2
    elif weights == "ratio":
        distance = _ratio_distance(numeric_options(options))
    else:
        raise InvalidRatingsError(
            f"Unknown weights {weights!r}; expected identity, linear, quadratic, ordinal or ratio."
        )
    return np.asarray(1.0 - distance / distance.max(), dtype=np.float64)


def distance_matrix(level: Level, options: Options) -> FloatArray:
    """Krippendorff's δ² for the levels whose distance does not depend on the ratings.

    Args:
        level: nominal, interval or ratio; the ordinal distance depends on how often each answer
            was given and is formed inside the coefficient.
        options: the q possible answers.

    Returns:
        Shape (q, q), zero on the diagonal, in squared units of the options for interval.

    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability, section D.
    """
    if level == "nominal":
        return 1.0 - np.eye(len(options))
    numbers = numeric_options(options)
    if level == "interval":
        return np.asarray((numbers[:, None] - numbers) ** 2, dtype=np.float64)
    if level == "ratio":
        return _ratio_distance(numbers)
    raise InvalidRatingsError(
        f"Level {level!r} has no fixed distance; expected nominal, interval or ratio."
    )


def _ratio_distance(numbers: FloatArray) -> FloatArray:
    if np.any(numbers < 0):
        raise InvalidRatingsError(
            f"Ratio level needs answers of zero or more, got {numbers.min():g}. "
            "Use level interval for scales that go below zero."
        )
    total = numbers[:, None] + numbers
    apart = np.abs(numbers[:, None] - numbers)
    # Two zeros agree perfectly; 0/0 is that case and no other.
    relative = np.divide(apart, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(relative**2, dtype=np.float64)


def _checked_matrix(weights: NDArray[Any], q: int) -> FloatArray:
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.shape != (q, q) or not np.allclose(np.diag(matrix), 1.0):
        raise InvalidRatingsError(
            f"A weight matrix for {q} options needs shape ({q}, {q}) and ones on its diagonal, "
            f"got shape {matrix.shape}."
        )
    return matrix
