"""How different the responses to one prompt are: distinct counts, vocabulary, compression."""

from core.diversity.compression import compression_ratio
from core.diversity.equivalence_graph import (
    DistinctCount,
    distinct_count,
    groups,
    n_nontransitive_triples,
)
from core.diversity.measure import Measure
from core.diversity.vocabulary import vocabulary_distance, words

__all__ = [
    "DistinctCount",
    "Measure",
    "compression_ratio",
    "distinct_count",
    "groups",
    "n_nontransitive_triples",
    "vocabulary_distance",
    "words",
]
