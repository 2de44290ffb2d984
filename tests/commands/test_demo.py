from db.engine import open_database
from db.queries.studies import data_version, get_study


def test_the_sample_study_is_loaded_once_and_then_left_alone(taskanchor, settings):
    first = taskanchor("demo")
    assert (first.code, "is loaded" in first.out) == (0, True)
    shown = taskanchor("study", "show", "sample", "--json").json
    assert shown["is_sample"] is True
    assert shown["prompts"] >= 16
    assert shown["failed_responses"] == 0
    assert (shown["people"], shown["judges"]) == (3, 3)
    with open_database(settings).read() as session:
        version = data_version(session, get_study(session, "sample").id)

    again = taskanchor("demo")
    assert (again.code, "nothing was changed" in again.out) == (0, True)
    assert taskanchor("study", "show", "sample", "--json").json == shown
    with open_database(settings).read() as session:
        assert data_version(session, get_study(session, "sample").id) == version
