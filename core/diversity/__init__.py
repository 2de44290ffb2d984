"""How different the responses to one prompt are, by raters' verdicts and by the texts alone.

`definitions` says in words what each measure means.
"""

from core.diversity.cliques import strict_count
from core.diversity.compression import compression_ratio
from core.diversity.definitions import DEFINITIONS, Definition
from core.diversity.equivalence_graph import (
    DistinctCount,
    distinct_count,
    groups,
    n_nontransitive_triples,
)
from core.diversity.measure import Measure
from core.diversity.novelty import distinct_k, first_member_classes, utility_k
from core.diversity.similarity import cosine_similarities, embedding_distance, vendi_score
from core.diversity.vocabulary import vocabulary_distance, word_list, words

__all__ = [
    "DEFINITIONS",
    "Definition",
    "DistinctCount",
    "Measure",
    "compression_ratio",
    "cosine_similarities",
    "distinct_count",
    "distinct_k",
    "embedding_distance",
    "first_member_classes",
    "groups",
    "n_nontransitive_triples",
    "strict_count",
    "utility_k",
    "vendi_score",
    "vocabulary_distance",
    "word_list",
    "words",
]
