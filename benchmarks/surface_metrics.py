"""How long the measures of texts take, and how they grow with the number of responses.

    python benchmarks/surface_metrics.py [RESPONSES]

Draws sets of 5 responses of 120 words and prints one JSON object: seconds per measure for a tenth,
a third and all of RESPONSES (100,000 by default), and the exponent of n between the last two (1 is
linear). Vectors are TF-IDF; embedding and Vendi include making them.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.diversity import (
    compression_ratio,
    cosine_similarities,
    embedding_distance,
    vendi_score,
    vocabulary_distance,
)
from core.diversity.embedders import tfidf_vectors

SET_SIZE, WORDS, VOCABULARY = 5, 120, 8_000


def draw(n: int) -> list[list[str]]:
    """Sets of texts whose words follow Zipf's law, as words do."""
    rng = np.random.default_rng(0)
    shares = 1 / np.arange(1, VOCABULARY + 1)
    drawn = rng.choice(VOCABULARY, size=(n, WORDS), p=shares / shares.sum())
    texts = [" ".join(f"word{number}" for number in row) for row in drawn]
    return [texts[start : start + SET_SIZE] for start in range(0, n, SET_SIZE)]


def by_vectors(sets: list[list[str]]) -> None:
    matrix = tfidf_vectors([text for one in sets for text in one])
    for start in range(0, matrix.shape[0], SET_SIZE):
        similar = cosine_similarities(matrix[start : start + SET_SIZE])
        embedding_distance(similar)
        vendi_score(similar)


def measure(sets: list[list[str]]) -> dict[str, float]:
    works: dict[str, Any] = {
        "vocabulary": lambda: [vocabulary_distance(one) for one in sets],
        "compression": lambda: [compression_ratio(one) for one in sets],
        "embedding_and_vendi": lambda: by_vectors(sets),
    }
    times = {}
    for name, work in works.items():
        started = time.perf_counter()
        work()
        times[name] = round(time.perf_counter() - started, 2)
    return times


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sizes = [n // 10, n // 3 // SET_SIZE * SET_SIZE, n]
    by_size = {size: measure(draw(size)) for size in sizes}
    growth = {
        name: round(
            math.log(by_size[n][name] / by_size[sizes[1]][name]) / math.log(n / sizes[1]), 2
        )
        for name in by_size[n]
    }
    print(json.dumps({"seconds": by_size, "exponent_of_n": growth}, indent=1))


if __name__ == "__main__":
    main()
