import pytest

from core.taxonomy import load_taxonomy
from db.engine import open_database
from db.queries.studies import add_study
from tests.pages.researcher.conftest import OpenPage


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_results_can_be_seen_by_the_ensemble_each_judge_and_each_person(open_page: OpenPage):
    page = open_page("results", study="sample")
    raters = page.selectbox(key="results-rater")
    assert raters.value == "ensemble:majority"
    assert raters.options[1:3] == ["replay:sample-judge-1", "replay:sample-judge-2"]
    ensemble = shown(page)
    raters.select("replay:sample-judge-2").run()
    assert not page.exception
    assert shown(page) != ensemble


@pytest.mark.usefixtures("sample_db")
def test_the_text_says_what_n_allows(open_page: OpenPage):
    drawn = shown(open_page("results", study="sample"))
    assert "fewer than 30 prompts in A, B, C, D, E, F, G, H" in drawn
    assert "not to be read off their bars" in drawn


@pytest.mark.usefixtures("sample_db")
def test_categories_are_listed_on_request(open_page: OpenPage):
    page = open_page("results", study="sample")
    before = shown(page).count("<tr>")
    page.toggle(key="results-each-category").set_value(True).run()
    assert shown(page).count("<tr>") == before + 3 * 8


def test_an_unjudged_study_leads_to_judges_and_takes_responses_made_elsewhere(
    open_page: OpenPage, settings
):
    with open_database(settings).write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy())
    page = open_page("results", study="pilot")
    assert "Nobody has judged" in page.info[0].value
    rows = b"prompt_id,condition,sample_index,text,prompt\np1,theirs,0,A poem.,Write a poem.\n"
    page.file_uploader(key="responses-0").upload("r.csv", rows).run()
    page.button(key="responses-store").click().run()
    assert not page.exception
    assert page.success[0].value == "1 responses added, 0 there already."


@pytest.mark.usefixtures("sample_db")
def test_the_primary_contrast_is_set_once_and_then_stands_before_all_other_figures(
    open_page: OpenPage,
):
    page = open_page("results", study="sample")
    assert "No primary contrast was set" in shown(page)
    page.button(key="primary-set").click().run()
    assert not page.exception
    drawn = shown(page)
    assert "in distinct responses, over all prompts. Set on" in drawn
    assert "answers were there to be seen" in drawn
    assert "95% interval" in drawn
    assert not [one for one in page.button if one.key == "primary-set"]
