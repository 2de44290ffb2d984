"""Results of a study from its database: sets measured, with the slow measures kept.

Vocabulary, compression and everything made of vectors depends on texts alone, which never change:
it is computed once per set and stored, so that a page only ever reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.diversity import (
    Measure,
    compression_ratio,
    cosine_similarities,
    embedding_distance,
    vendi_score,
    vocabulary_distance,
)
from core.diversity.embedders import TFIDF, open_embedder, text_key, tfidf_vectors
from core.errors import UserError
from core.results import (
    ENSEMBLE,
    AdaptiveSet,
    ResponseRow,
    ResponseSet,
    SetMeasures,
    adaptive_keys,
    count_verdicts,
    estimator_of,
    gather_sets,
    majority_verdicts,
    mean_scores,
    measure_sets,
    transitive_raters,
    votes_in_ensemble,
)
from core.types import Question
from db.engine import Database
from db.models import Condition
from db.queries import measures as kept
from db.queries.accuracy import load_accuracy
from db.queries.analysis import load_response_rows, load_scores, load_verdicts
from db.queries.judged_sets import load_adaptive_sets
from db.queries.merged import Judge, list_judges, load_majority, load_mean_quality

# Raised when a definition changes, so that values of the old one are not taken for the new.
_VERSION = "1"
TEXT_MEASURES: Mapping[str, Callable[[Sequence[str]], Measure]] = {
    "vocabulary": vocabulary_distance,
    "compression": compression_ratio,
}
VECTOR_MEASURES: Mapping[str, Callable[[Any], Measure]] = {
    "embedding": embedding_distance,
    "vendi": vendi_score,
}
ALL_SURFACE = (*TEXT_MEASURES, *VECTOR_MEASURES)
# Texts sent to an embedder between two commits: what is paid for is kept.
_EMBED_PART = 512
# (smaller response id, larger id) -> the same or not; None where nobody scored or votes tie.
Verdicts = dict[tuple[int, int], bool | None]


@dataclass(slots=True)
class Surface:
    """Measures of texts by set, and what of them is not stored yet.

    Attributes:
        values: response ids -> measure -> value.
        new: computed now, to be kept with `keep`.
    """

    values: dict[tuple[int, ...], dict[str, Measure]] = field(default_factory=dict)
    new: list[kept.NewSetMeasure] = field(default_factory=list)


def load_measured(
    session: Session,
    templates: tuple[str, str],
    study_id: int,
    rater: str,
    *,
    surface: Sequence[str] = ("vocabulary",),
    embedder: str = TFIDF,
) -> tuple[list[SetMeasures], Surface]:
    """Every prompt × condition of a study as one rater sees it.

    Args:
        templates: default templates of equivalence and quality, by which judges are named.
        rater: "ensemble:majority" for all judges, or the key of one rater.
        surface: measures of texts that are wanted; those not stored are computed.
        embedder: vectors that `embedding` and `vendi` are made of.

    Returns:
        The sets, and their measures of texts; `keep` stores what is new.

    Raises:
        UserError: nobody of that name has rated anything, or vectors are missing that only
            `embed_study` may fetch.
    """
    verdicts, scores, skipping = _load_merged(session, templates, study_id, rater)
    rows = load_response_rows(session, study_id, with_texts=False)
    measured_surface = load_surface(session, study_id, rows, surface, embedder)
    right = {response: one.value for response, one in load_accuracy(session, study_id).items()}
    measured = measure_sets(
        rows, verdicts, scores, measured_surface.values, skipping=skipping, accuracy=right
    )
    return measured, measured_surface


def keep(database: Database, study_id: int, surface: Surface) -> None:
    """Stores what `load_measured` had to compute."""
    if not surface.new:
        return
    corpora = sorted({one.name for one in surface.new if f"@{TFIDF}:" in one.name})
    with database.write() as session:
        for name in corpora:
            # Values by an older state of the study are of no use to anyone.
            kept.drop_set_measures(session, study_id, name.partition(":")[0] + ":", corpora)
        kept.add_set_measures(session, surface.new)
    surface.new.clear()


def embed_study(
    database: Database,
    study_id: int,
    embedder: str,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Fetches and keeps the vectors of all complete sets' texts that have none yet.

    Args:
        embedder: `openai:MODEL` or `local:MODEL`; nothing is to be fetched for `tfidf`.
        on_progress: told texts done and wanted, after each commit.

    Returns:
        How many texts were embedded.

    Raises:
        UserError: the embedder cannot be used.
    """
    if embedder == TFIDF:
        return 0
    with database.read() as session:
        rows = load_response_rows(session, study_id)
        texts = {text_key(row.text): row.text for row in rows if row.status == "ok"}
        there = kept.load_vectors(session, embedder, sorted(texts))
    missing = [key for key in texts if key not in there]
    if not missing:
        return 0
    embed = open_embedder(embedder)
    for start in range(0, len(missing), _EMBED_PART):
        part = missing[start : start + _EMBED_PART]
        vectors = embed([texts[key] for key in part])
        with database.write() as session:
            kept.add_vectors(session, embedder, dict(zip(part, vectors, strict=True)))
        on_progress(start + len(part), len(missing))
    return len(missing)


def load_surface(
    session: Session,
    study_id: int,
    rows: Sequence[ResponseRow],
    names: Sequence[str],
    embedder: str = TFIDF,
) -> Surface:
    """Measures of texts of the complete sets among these rows.

    Raises:
        UserError: see `load_measured`.
    """
    sets = [one for one in gather_sets(rows) if one.is_complete and one.n > 0]
    corpus = _corpus(sets) if embedder == TFIDF else ""
    stored_as = {name: _stored_name(name, embedder, corpus) for name in names}
    stored = kept.load_set_measures(session, study_id, list(stored_as.values()))
    surface = Surface({one.ids: {} for one in sets})
    missing: dict[str, list[ResponseSet]] = {}
    for name, full in stored_as.items():
        for one in sets:
            known = stored[full].get(one.ids)
            if known is None:
                missing.setdefault(name, []).append(one)
            else:
                surface.values[one.ids][name] = known
    if missing:
        _compute(session, study_id, sets, missing, stored_as, embedder, surface)
    return surface


def _compute(
    session: Session,
    study_id: int,
    sets: Sequence[ResponseSet],
    missing: Mapping[str, Sequence[ResponseSet]],
    stored_as: Mapping[str, str],
    embedder: str,
    surface: Surface,
) -> None:
    conditions = {
        row.label: row.id
        for row in session.execute(
            select(Condition.label, Condition.id).where(Condition.study_id == study_id)
        )
    }
    wanted: Iterable[ResponseSet] = [one for of_name in missing.values() for one in of_name]
    by_vectors = any(name in VECTOR_MEASURES for name in missing)
    if by_vectors and embedder == TFIDF:
        wanted = sets  # rarity is counted among all texts
    texts = kept.load_texts(session, study_id, sorted({i for one in wanted for i in one.ids}))
    similar = _similarities(session, texts, embedder) if by_vectors else None
    for name, of_name in missing.items():
        for one in of_name:
            if name in TEXT_MEASURES:
                measure = TEXT_MEASURES[name]([texts[i] for i in one.ids])
            else:
                assert similar is not None
                measure = VECTOR_MEASURES[name](similar(one.ids))
            surface.values[one.ids][name] = measure
            surface.new.append(
                kept.NewSetMeasure(
                    condition_id=conditions[one.condition],
                    prompt_id=int(one.prompt_id),
                    members=one.ids,
                    name=stored_as[name],
                    measure=measure,
                )
            )


def _similarities(
    session: Session, texts: Mapping[int, str], embedder: str
) -> Callable[[tuple[int, ...]], Any]:
    """A function from response ids to their table of cosines."""
    import numpy as np

    ids = sorted(texts)
    if embedder == TFIDF:
        place = {response: number for number, response in enumerate(ids)}
        matrix = tfidf_vectors([texts[response] for response in ids])
        return lambda members: cosine_similarities(matrix[[place[one] for one in members]])
    keys = {response: text_key(texts[response]) for response in ids}
    vectors = kept.load_vectors(session, embedder, sorted(set(keys.values())))
    if lacking := len(set(keys.values()) - set(vectors)):
        raise UserError(
            f"{lacking:,} texts of this study have no vectors by {embedder} yet. Fetch them with: "
            f"taskanchor embed SLUG --embedder {embedder}"
        )
    return lambda members: cosine_similarities(
        np.stack([vectors[keys[one]] for one in members]).astype(np.float64)
    )


def _stored_name(name: str, embedder: str, corpus: str) -> str:
    if name in TEXT_MEASURES:
        return f"{name}.{_VERSION}"
    return f"{name}.{_VERSION}@{embedder}" + (f":{corpus}" if corpus else "")


def _corpus(sets: Sequence[ResponseSet]) -> str:
    """Names the texts that TF-IDF weighs words by."""
    ids = sorted(response for one in sets for response in one.ids)
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:16]


def load_scores_of(
    session: Session, templates: tuple[str, str], study_id: int, rater: str
) -> dict[int, float]:
    """Response id -> quality as one rater, or the ensemble, scores it."""
    return _load_merged(session, templates, study_id, rater)[1]


def _load_merged(
    session: Session, templates: tuple[str, str], study_id: int, rater: str
) -> tuple[Verdicts, dict[int, float], set[tuple[str, str | int]]]:
    """Verdicts and scores as one rater sees them, and the sets some judge was asked adaptively."""
    adaptive = load_adaptive_sets(session, study_id, templates[0])
    skipping = adaptive_keys(rater, adaptive)
    judge, mode = estimator_of(rater)
    pairs = list_judges(session, study_id, Question.EQUIVALENCE, templates[0])
    scorers = list_judges(session, study_id, Question.QUALITY, templates[1])
    names = {*pairs, *scorers, *transitive_raters(adaptive)}
    if rater == ENSEMBLE or rater in names:
        said = _judges_verdicts(session, templates, study_id, rater, pairs, adaptive)
        scoring = None if rater == ENSEMBLE else [scorers[judge]] if judge in scorers else []
        return said, load_mean_quality(session, study_id, scoring), skipping
    verdicts = [row for row in load_verdicts(session, study_id, templates[0]) if row.rater == rater]
    scores = [row for row in load_scores(session, study_id, templates[1]) if row.rater == rater]
    if mode is not None or not (verdicts or scores):
        there = ", ".join(sorted(names)) or "no judge yet"
        raise UserError(
            f"No rater '{rater}' has judged responses of this study. "
            f"Expected {ENSEMBLE}, a person's name, or one of: {there}."
        )
    return majority_verdicts(verdicts), mean_scores(scores), skipping


def _judges_verdicts(
    session: Session,
    templates: tuple[str, str],
    study_id: int,
    rater: str,
    pairs: Mapping[str, Judge],
    adaptive: Sequence[AdaptiveSet],
) -> Verdicts:
    """Merged by the database, save where pairs were skipped and have to be filled in."""
    judge, mode = estimator_of(rater)
    concerned = [one for one in adaptive if judge in (ENSEMBLE, one.rater)]
    if concerned or mode is not None:
        verdicts = load_verdicts(session, study_id, templates[0])
        return count_verdicts(rater, verdicts, load_response_rows(session, study_id), adaptive)
    if rater != ENSEMBLE:
        return load_majority(session, study_id, [pairs[rater]] if rater in pairs else [])
    return load_ensemble_majority(session, study_id, pairs)


def load_ensemble_majority(
    session: Session, study_id: int, judges: Mapping[str, Judge]
) -> Verdicts:
    """What most of the judges say who vote together, of pairs within and across sets.

    Args:
        judges: of `equivalence`, as `list_judges` gives them.
    """
    voting = [one for name, one in judges.items() if votes_in_ensemble(name, "judge")]
    return load_majority(session, study_id, None if len(voting) == len(judges) else voting)
