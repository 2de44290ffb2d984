from sqlalchemy import select

from core.importing import ImportedRating
from db.imports import import_ratings
from db.models import Rating
from db.queries.agreement import list_result_raters, list_templates
from db.queries.studies import get_study
from db.reports import default_template

JUDGES = ["replay:sample-judge-1", "replay:sample-judge-2"]


def result_raters(database, settings):
    defaults = {name: default_template(name, settings) for name in ("equivalence", "quality")}
    with database.read() as session:
        return list_result_raters(session, get_study(session, "sample").id, defaults)


def test_the_ensemble_comes_first_then_judges_then_people(sample_db, settings):
    people = ["person-1", "person-2", "person-3"]
    assert result_raters(sample_db, settings) == ["ensemble:majority", *JUDGES, *people]


def test_a_judge_asked_in_other_words_is_listed_under_its_own_key(sample_db, settings):
    with sample_db.write() as session:
        first = session.scalars(select(Rating).where(Rating.template.like("equivalence@%"))).first()
        first.template = "equivalence@0123456789abcdef"
    assert f"{JUDGES[0]}#equivalence@01234567" in result_raters(sample_db, settings)


def test_raters_of_external_items_have_no_results(sample_db, settings):
    rating = ImportedRating(1, "elsewhere", "equivalence", "their-judge", "judge", "different")
    with sample_db.write() as session:
        import_ratings(session, get_study(session, "sample"), [rating], file_name="f")
    assert "their-judge" not in result_raters(sample_db, settings)


def test_templates_of_one_question_are_those_of_judges_and_people(sample_db):
    with sample_db.read() as session:
        found = list_templates(session, get_study(session, "sample").id, "quality")
    assert [name.partition("@")[0] for name in found] == ["quality", "simulated"]
