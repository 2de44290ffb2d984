import pytest
from sqlalchemy import select

from core.taxonomy import load_taxonomy
from db.engine import Database, open_database
from db.models import Prompt, Run
from db.queries.studies import add_study
from tests.pages.researcher.conftest import OpenPage


@pytest.fixture
def pilot(settings) -> Database:
    """An empty study named pilot."""
    database = open_database(settings)
    with database.write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy())
    return database


def test_pasted_prompts_are_shown_before_they_are_saved(open_page: OpenPage, pilot: Database):
    page = open_page("prompts", study="pilot")
    page.text_area(key="paste-0").set_value("Name a river.\nName a poet.").run()
    assert list(page.dataframe[0].value["prompt"]) == ["Name a river.", "Name a poet."]
    with pilot.read() as session:
        assert session.scalars(select(Prompt.text)).all() == []
    page.button(key="save").click().run()
    assert page.success[0].value == "2 prompts added."
    assert page.text_area(key="paste-1").value == ""
    with pilot.read() as session:
        assert session.scalars(select(Prompt.text)).all() == ["Name a river.", "Name a poet."]


def test_bad_rows_are_named_by_line_and_left_out_only_on_request(
    open_page: OpenPage, pilot: Database
):
    page = open_page("prompts", study="pilot")
    file = b"id,prompt\n1,Name a river.\n2,\n"
    page.file_uploader(key="upload-0").upload("prompts.csv", file).run()
    assert list(page.dataframe[1].value["line"]) == [3]
    assert page.button(key="save").disabled
    page.checkbox(key="skip-bad").check().run()
    page.button(key="save").click().run()
    assert page.success[0].value == "1 prompt added, 1 left out."
    with pilot.read() as session:
        assert session.scalars(select(Prompt.external_id)).all() == ["1"]


@pytest.mark.usefixtures("pilot")
def test_a_file_that_cannot_be_read_says_why(open_page: OpenPage):
    page = open_page("prompts", study="pilot")
    page.file_uploader(key="upload-0").upload("prompts.csv", b"text\nhello\n").run()
    assert any(
        "column 'prompt' is missing" in html.proto.body.replace("&#x27;", "'")
        for html in page.get("html")
    )
    assert not [button for button in page.button if button.key == "save"]


@pytest.mark.usefixtures("sample_db")
def test_the_sample_shows_where_model_and_truth_differ(open_page: OpenPage):
    page = open_page("prompts", study="sample")
    page.selectbox(key="shown").set_value("model and truth differ").run()
    assert not page.exception
    shown = page.dataframe[0].value
    assert list(shown["id"]) == ["sample-f2"]
    assert list(shown["notice"]) == ["differs"]


@pytest.mark.usefixtures("sample_db")
def test_recall_is_given_with_its_counts(open_page: OpenPage):
    page = open_page("prompts", study="sample")
    counts = page.dataframe[1].value.set_index("category")
    assert counts.loc["all", "model is right"] == "15 of 16"
    assert counts.loc["all", "recall, 95% interval"] == "0.94 (0.72 to 0.99)"
    assert counts.loc["F · Encyclopedia inquiry", "model is right"] == "1 of 2"
    assert counts.loc["F · Encyclopedia inquiry", "recall, 95% interval"] == "fewer than 10 prompts"


def test_classifying_asks_for_a_run_and_a_model_without_key_is_refused(
    open_page: OpenPage, sample_db: Database
):
    def asked() -> list[str]:
        with sample_db.read() as session:
            query = select(Run.spec).where(Run.kind == "classify", Run.requested_by == "page")
            return [spec["model_id"] for spec in session.scalars(query)]

    page = open_page("prompts", study="sample")
    page.multiselect(key="classify-models").set_value(["openai:gpt-4o"]).run()
    page.button(key="classify").click().run()
    assert asked() == []
    assert any("OPENAI_API_KEY" in html.proto.body for html in page.get("html"))
    page.multiselect(key="classify-models").set_value(["replay:sample-judge-1"]).run()
    page.button(key="classify").click().run()
    assert asked() == ["replay:sample-judge-1"]


def test_a_published_set_is_drawn_from_and_its_licence_shown(open_page: OpenPage, pilot: Database):
    page = open_page("prompts", study="pilot")
    page.selectbox(key="set-0").set_value("macgyver").run()
    said = "".join(html.proto.body for html in page.get("html"))
    assert "Apache-2.0 (allenai/MacGyver)" in said
    assert "taskanchor prompts fetch macgyver" in said
    rows = [
        f'{i},"Open jar {i} with a spoon.",{"Yes" if i % 2 else "No"},unconventional'
        for i in range(60)
    ]
    file = "\n".join(["ID,Problem,Solvable?,Unconventional?", *rows]).encode()
    page.file_uploader(key="upload-0").upload("m.csv", file).run()
    assert len(page.dataframe[0].value) == 30
    assert set(page.dataframe[0].value["category"]) == {"E"}
    page.button(key="save").click().run()
    assert page.success[0].value == "30 prompts added."
    said = "".join(html.proto.body for html in page.get("html"))
    assert "Tian et al. 2024, arXiv 2311.09682" in said
    assert "Licence: Apache-2.0 (allenai/MacGyver)" in said
    assert "30 of 60 rows" in said
    assert "Drawn from m.csv: the solvable, unconventional ones" in said
    assert "seed 38" in said
    with pilot.read() as session:
        assert set(session.scalars(select(Prompt.source))) == {"MacGyver"}


@pytest.mark.usefixtures("pilot")
def test_a_damaged_copy_says_what_is_wrong_with_it(open_page: OpenPage):
    page = open_page("prompts", study="pilot")
    page.selectbox(key="set-0").set_value("simpleqa").run()
    file = b"problem,answer\nWhen was it?,Jan-08\nWho was it?,Ada\n"
    page.file_uploader(key="upload-0").upload("s.csv", file).run()
    assert "which is what a spreadsheet makes" in page.dataframe[1].value["problem"][0]
    said = "".join(html.proto.body for html in page.get("html"))
    assert "1 of 2 rows show that this copy is damaged" in said
    assert page.button(key="save").disabled


@pytest.mark.usefixtures("pilot")
def test_all_rows_of_a_published_set_can_be_taken(open_page: OpenPage):
    page = open_page("prompts", study="pilot")
    page.selectbox(key="set-0").set_value("macgyver").run()
    page.checkbox(key="all-0").check()
    file = b"ID,Problem,Solvable?,Unconventional?\n1,Open it.,No,\n2,Shut it.,Yes,unconventional\n"
    page.file_uploader(key="upload-0").upload("m.csv", file).run()
    assert list(page.dataframe[0].value["id"]) == ["macgyver-1", "macgyver-2"]
