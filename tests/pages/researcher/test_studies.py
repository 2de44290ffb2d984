import pytest

from core.taxonomy import load_taxonomy
from db.engine import open_database
from db.queries.studies import add_study, find_study
from tests.pages.researcher.conftest import OpenPage


@pytest.mark.usefixtures("settings")
def test_without_any_study_the_page_says_how_to_begin(open_page: OpenPage):
    page = open_page("studies")
    assert "No study yet" in page.text[0].value
    assert page.button(key="load-sample").label == "Open the sample"


def test_a_new_study_is_named_after_its_title_and_opens_on_prompts(open_page: OpenPage, settings):
    page = open_page("studies")
    page.text_input(key="new-title").set_value("Émotions, pilot 2").run()
    assert page.text_input(key="new-slug").value == "emotions-pilot-2"
    page.button(key="new-create").click().run()
    assert not page.exception
    with open_database(settings).read() as session:
        study = find_study(session, "emotions-pilot-2")
        assert study is not None
        assert study.title == "Émotions, pilot 2"
    assert page.query_params["study"] == "emotions-pilot-2"
    assert any("Émotions" in text.value for text in page.text)


@pytest.mark.usefixtures("settings")
def test_a_name_written_by_hand_does_not_follow_the_title(open_page: OpenPage):
    page = open_page("studies")
    page.text_input(key="new-slug").set_value("mine").run()
    page.text_input(key="new-title").set_value("Another title").run()
    assert page.text_input(key="new-slug").value == "mine"


def test_a_taken_name_is_refused_in_words(open_page: OpenPage, settings):
    with open_database(settings).write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy())
    page = open_page("studies")
    page.text_input(key="new-slug").set_value("pilot").run()
    page.button(key="new-create").click().run()
    assert any("exists already" in block.proto.body for block in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_the_sample_shows_its_stations_and_leads_to_compare(open_page: OpenPage):
    page = open_page("studies")
    drawn = "".join(block.proto.body for block in page.get("html"))
    for said in ("16 of 16 known", "240 of 240 responses", "480 of 480 pairs", "0 exports"):
        assert said in drawn
    assert page.button(key="open-sample").label == "Go on with Compare"


def test_a_title_cannot_bring_markup_into_the_page(open_page: OpenPage, settings):
    with open_database(settings).write() as session:
        add_study(session, "odd", "<img src=x onerror=alert(1)>", load_taxonomy())
    drawn = "".join(block.proto.body for block in open_page("studies").get("html"))
    assert "&lt;img src=x" in drawn
    assert "<img" not in drawn
