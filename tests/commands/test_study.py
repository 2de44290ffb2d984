import pytest


def test_a_study_is_created_once_listed_and_shown(taskanchor):
    assert taskanchor("study", "list").out.startswith("No study yet")
    assert taskanchor("study", "create", "pilot", "--title", "A pilot", "--json").json == {
        "study": "pilot"
    }
    again = taskanchor("study", "create", "pilot")
    assert (again.code, "exists already" in again.err) == (2, True)
    assert [row["slug"] for row in taskanchor("study", "list", "--json").json["studies"]] == [
        "pilot"
    ]
    shown = taskanchor("study", "show", "pilot", "--json").json
    assert (shown["title"], shown["prompts"], shown["is_sample"]) == ("A pilot", 0, False)
    assert "A pilot" in taskanchor("study", "show", "pilot").out


@pytest.mark.parametrize("slug", ["Pilot", "a b", "-a", "ü", "x" * 65])
def test_a_malformed_slug_is_refused(taskanchor, slug):
    result = taskanchor("study", "create", "--", slug)
    assert (result.code, "cannot name a study" in result.err) == (2, True)


def test_an_unknown_study_is_named_with_those_there_are(taskanchor):
    taskanchor("study", "create", "pilot")
    result = taskanchor("study", "show", "polit")
    assert result.code == 2
    assert "'polit'" in result.err
    assert "pilot" in result.err
