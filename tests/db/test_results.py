import pytest
from sqlalchemy import func, select

from core.diversity import Measure
from core.errors import UserError
from core.results import ENSEMBLE, majority_verdicts, mean_scores
from core.types import Question
from db.models import Embedding, SetMeasure
from db.queries.analysis import load_scores, load_verdicts
from db.queries.merged import list_judges, load_majority, load_mean_quality
from db.queries.studies import get_study
from db.reports import make_results_report, result_templates
from db.results import ALL_SURFACE, embed_study, keep, load_measured
from tests.support.rated_study import SLUG, RatedStudy


@pytest.fixture
def rated(db, db_settings):
    """Two prompts, two conditions, three judges who disagree, answer twice and leave gaps."""
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        plain, anchored = study.condition("temperature"), study.condition("system-anchored")
        for number in range(2):
            prompt = study.prompt(f"p{number}")
            texts = [f"red apple {number}", f"green pear {number}", "red apple"]
            for condition in (plain, anchored):
                one, two, three = study.responses(prompt, condition, texts)
                first, second = study.pair(one, two), study.pair(three, one)
                for judge, said in (("j:1", "equivalent"), ("j:2", "equivalent")):
                    study.say(judge, first, said)
                study.say("j:1", first, "different", revision=1)
                study.say("j:3", first, None, reason="unreadable")
                # Both orders of one judge share its vote: half and half is a tie.
                study.say("j:1", second, "equivalent", order="ab")
                study.say("j:1", second, "different", order="ba")
                study.say("ann", second, "equivalent")
                study.say("j:3", second, "different", template="other@12345678")
        return study.study.id


def templates(settings):
    return result_templates(settings)


def test_the_database_merges_as_the_method_does(db, db_settings, rated):
    equivalence, quality = templates(db_settings)
    with db.read() as session:
        judged = [
            row for row in load_verdicts(session, rated, equivalence) if row.rater_kind == "judge"
        ]
        # The key j:3#other@… is a judge of its own; the majority counts it as such.
        assert load_majority(session, rated) == majority_verdicts(judged)
        assert len(load_majority(session, rated)) == 8
        scores = [row for row in load_scores(session, rated, quality) if row.rater_kind == "judge"]
        assert load_mean_quality(session, rated) == mean_scores(scores)


def test_one_judge_is_merged_alone(db, db_settings, rated):
    equivalence, _ = templates(db_settings)
    with db.read() as session:
        judges = list_judges(session, rated, Question.EQUIVALENCE, equivalence)
        assert set(judges) == {"j:1", "j:2", "j:3", "j:3#other@12345678"}
        for key, judge in judges.items():
            own = [row for row in load_verdicts(session, rated, equivalence) if row.rater == key]
            assert load_majority(session, rated, [judge]) == majority_verdicts(own)


def test_sample_scores_are_merged_as_the_method_does(sample_db, settings):
    with sample_db.read() as session:
        study = get_study(session, "sample")
        _, quality = templates(settings)
        scores = [
            row for row in load_scores(session, study.id, quality) if row.rater_kind == "judge"
        ]
        assert scores
        assert load_mean_quality(session, study.id) == pytest.approx(mean_scores(scores))


def test_measures_of_texts_are_computed_once_and_kept(db, db_settings, rated):
    names = templates(db_settings)
    with db.read() as session:
        measured, surface = load_measured(session, names, rated, ENSEMBLE, surface=ALL_SURFACE)
        assert len(surface.new) == 4 * 4
    keep(db, rated, surface)
    assert not surface.new
    with db.read() as session:
        again, second = load_measured(session, names, rated, ENSEMBLE, surface=ALL_SURFACE)
        assert not second.new
        for before, after in zip(measured, again, strict=True):
            assert before.measures == after.measures


def test_keeping_twice_is_keeping_once(db, db_settings, rated):
    with db.read() as session:
        _, surface = load_measured(session, templates(db_settings), rated, ENSEMBLE)
        copy = list(surface.new)
    keep(db, rated, surface)
    surface.new.extend(copy)
    keep(db, rated, surface)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(SetMeasure)) == 4


def test_tfidf_values_of_an_older_study_are_forgotten(db, db_settings, rated):
    names = templates(db_settings)

    def stored() -> set[str]:
        with db.read() as session:
            _, surface = load_measured(session, names, rated, ENSEMBLE, surface=["embedding"])
        keep(db, rated, surface)
        with db.read() as session:
            return set(session.scalars(select(SetMeasure.measure).distinct()))

    before = stored()
    with db.write() as session:
        study = RatedStudy(session, db_settings, "other")
        study.study = get_study(session, SLUG)
        study.responses(study.prompt("p9"), study.condition("system-general"), ["a", "b", "c"])
    after = stored()
    assert len(before) == len(after) == 1
    assert before != after


def test_undefined_measures_keep_their_reason(db, db_settings, rated):
    with db.write() as session:
        study = RatedStudy(session, db_settings, "other")
        study.study = get_study(session, SLUG)
        study.responses(study.prompt("p9"), study.condition("system-general"), ["…", "!", "word"])
    for _ in range(2):
        with db.read() as session:
            measured, surface = load_measured(session, templates(db_settings), rated, ENSEMBLE)
        keep(db, rated, surface)
        (one,) = [row for row in measured if row.set.strategy == "system-general"]
        assert one.get("vocabulary").reason == "two or more responses hold no words"
        assert isinstance(one.get("vocabulary"), Measure)


def test_vectors_are_fetched_once_per_text(db, db_settings, rated, monkeypatch):
    import numpy as np

    asked = []

    def embed(texts):
        asked.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)

    monkeypatch.setattr("db.results.open_embedder", lambda _name: embed)
    names = templates(db_settings)
    with db.read() as session, pytest.raises(UserError, match="taskanchor embed"):
        load_measured(session, names, rated, ENSEMBLE, surface=["embedding"], embedder="openai:e")
    # 12 responses, but both conditions share their texts, and "red apple" is everywhere.
    assert embed_study(db, rated, "openai:e") == 5
    assert embed_study(db, rated, "openai:e") == 0
    assert len(asked) == 5
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Embedding)) == 5
        measured, _ = load_measured(
            session, names, rated, ENSEMBLE, surface=["embedding"], embedder="openai:e"
        )
    assert all(0 <= one.get("embedding").value < 0.01 for one in measured)


@pytest.mark.usefixtures("rated")
def test_a_report_names_its_embedder_and_holds_every_measure(db, db_settings):
    with db.read() as session:
        report = make_results_report(session, db_settings, get_study(session, SLUG), rater=ENSEMBLE)
    assert report["embedder"] == "tfidf"
    row = report["rows"][0]
    for name in ("vocabulary", "compression", "embedding", "vendi"):
        assert row[name]["n"] == 2
    # Not all pairs are judged, so there is neither a count nor a rate of triples.
    assert row["distinct"]["mean"] is None
    assert row["nontransitive"]["mean"] is None


def test_an_unknown_rater_is_refused(db, db_settings, rated):
    with db.read() as session, pytest.raises(UserError, match="No rater 'nobody'"):
        load_measured(session, templates(db_settings), rated, "nobody")
