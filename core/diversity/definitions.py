"""What each measure means: the one place that pages, reports and exports take the words from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Family = Literal["verdicts", "texts", "scores"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure of one prompt's set of n responses.

    Attributes:
        key: its name in reports.
        name: for people, in lower case.
        axis: as written on an axis, with the unit.
        family: what it is made of: raters' verdicts (task-anchored), the texts alone (general), or
            scores of single responses.
        text: how it is computed and how to read it.
        source: where it comes from.
        low: the least value it can take.
        high: the greatest; None = no bound, or n.
        high_is_n: whether the greatest value is n.
        depends_on_n: whether sets of different n cannot be compared by it.
    """

    key: str
    name: str
    axis: str
    family: Family
    text: str
    source: str
    low: float = 0.0
    high: float | None = None
    high_is_n: bool = False
    depends_on_n: bool = False


_ALL = (
    Definition(
        "distinct",
        "distinct responses",
        "distinct responses per prompt",
        "verdicts",
        "Two responses are joined when the rater finds them functionally equivalent by the "
        "category's definition; the count is the number of connected components of that graph, 1 "
        "to n. One wrong 'same' can merge two kinds, so it leans low when verdicts err.",
        "Jain et al., arXiv 2509.21267, definition 3.2",
        low=1,
        high_is_n=True,
        depends_on_n=True,
    ),
    Definition(
        "strict",
        "strict distinct responses",
        "strict distinct responses per prompt",
        "verdicts",
        "The least number of groups in which every two members were found equivalent (cliques). "
        "Never below the number of components; the two are equal when verdicts are transitive, so "
        "their distance shows how much the count hangs on single verdicts.",
        "Measurement rule of this project; complete linkage in the words of clustering",
        low=1,
        high_is_n=True,
        depends_on_n=True,
    ),
    Definition(
        "distinct_k",
        "distinct_k",
        "distinct_k",
        "verdicts",
        "Responses are taken in the order they were sampled; each joins the first class whose "
        "first member it is equivalent to, or opens a class. The number of classes among the "
        "k = n responses.",
        "NoveltyBench, arXiv 2504.05228",
        low=1,
        high_is_n=True,
        depends_on_n=True,
    ),
    Definition(
        "utility_k",
        "utility_k",
        "utility_k, on the scale of quality",
        "verdicts",
        "What a reader gains who goes on to the next response with probability 0.8 and gains "
        "nothing from a class already seen: sum of 0.8^(i-1) s_i over sum of 0.8^(i-1), s_i being "
        "the quality of response i if it opens a class, else 0.",
        "NoveltyBench, arXiv 2504.05228; here s_i is the study's 1-to-5 quality",
        high=5,
        depends_on_n=True,
    ),
    Definition(
        "nontransitive",
        "non-transitive triples",
        "share of triples that are not transitive",
        "verdicts",
        "Of all triples of a set, the share in which exactly two of the three pairs are called "
        "equivalent. Equivalence is transitive, so each is a contradiction of the rater. Not given "
        "where pairs were skipped (adaptive judging): inferred verdicts are transitive by "
        "construction.",
        "Measurement rule of this project",
        high=1,
    ),
    Definition(
        "vocabulary",
        "vocabulary distance",
        "vocabulary distance, 0 to 1",
        "texts",
        "1 - |words in both| / |words in either|, averaged over the pairs of a prompt. Words are "
        "found by Unicode's rules, and by ICU's dictionaries in scripts without spaces; case, "
        "punctuation and repetition do not count.",
        "Jain et al., arXiv 2509.21267, metrics; their tokenizer is not published",
        high=1,
    ),
    Definition(
        "embedding",
        "embedding distance",
        "embedding distance, 1 - cosine",
        "texts",
        "1 - cosine of the two responses' vectors, averaged over the pairs of a prompt. Which "
        "vectors is said beside the figure: those of a named embedding model, or TF-IDF, which "
        "counts words weighted by their rarity in this study and knows no meaning.",
        "Jain et al., arXiv 2509.21267, metrics",
        high=2,
    ),
    Definition(
        "compression",
        "compression ratio",
        "compression ratio",
        "texts",
        "size(gzip(a + b)) / size(a + b) in bytes of UTF-8, averaged over the pairs of a prompt. "
        "Repetition makes it small. Above 1 for short texts, because of gzip's header.",
        "Jain et al., arXiv 2509.21267, metrics",
    ),
    Definition(
        "vendi",
        "Vendi score",
        "Vendi score, effective number of responses",
        "texts",
        "exp of the entropy of the eigenvalues of K / n, K holding the cosines of all pairs of "
        "vectors: an effective number of different responses between 1 and n. From the same "
        "vectors as the embedding distance.",
        "Friedman and Dieng, arXiv 2210.02410",
        low=1,
        high_is_n=True,
        depends_on_n=True,
    ),
    Definition(
        "quality",
        "quality",
        "quality, 1 to 5",
        "scores",
        "How well a response meets the prompt's checklist, 1 (meets none) to 5 (meets all); the "
        "mean over the prompt's scored responses, of the mean over judges.",
        "Jain et al., arXiv 2509.21267, checklist judge",
        low=1,
        high=5,
    ),
    Definition(
        "accuracy",
        "accuracy",
        "accuracy, share of right responses",
        "scores",
        "The share of a prompt's responses that give its reference answer, over the responses that "
        "were checked. Rules decide where they can (exact, numeric, symbolic equality); what they "
        "leave open counts as the share of all judges asked who call it right, whoever the page "
        "is seen by. Only prompts of A and D with a reference answer have one.",
        "Measurement rule of this project",
        high=1,
    ),
)

DEFINITIONS: Mapping[str, Definition] = {one.key: one for one in _ALL}
DIVERSITY = tuple(one.key for one in _ALL if one.family != "scores" and one.key != "nontransitive")
