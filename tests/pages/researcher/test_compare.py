import re

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from db.engine import Database
from db.models import Condition, Item
from tests.pages.researcher.conftest import OpenPage
from tests.support.rated_study import SLUG, RatedStudy


def shown(page: AppTest) -> str:
    return "".join(html.proto.body for html in page.get("html"))


def columns(page: AppTest) -> list[str]:
    """Headline of each column that is drawn."""
    found = re.findall(r'class="ta-distinct"><b>(.*?)</b> (.*?)</div>', shown(page))
    return [" ".join(parts) for parts in found]


def prompt_shown(page: AppTest) -> str:
    return re.findall(r'<span class="ta-note">([^<]*)</span>', shown(page))[0]


def at(page: AppTest, **params: str | list[str]) -> AppTest:
    for name, value in params.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def response_ids(database: Database, external_id: str) -> list[int]:
    with database.read() as session:
        query = select(Item.response_a_id).where(Item.cluster == external_id, Item.kind == "pair")
        return sorted({one for one in session.scalars(query) if one is not None})


@pytest.fixture
def sample(open_page: OpenPage, sample_db: Database) -> AppTest:  # noqa: ARG001
    return open_page("compare", study="sample")


def test_baseline_general_and_anchored_are_shown_first_by_the_judges_majority(sample):
    at(sample, prompt="sample-g1")
    assert columns(sample) == ["2 distinct of 5", "3 distinct of 5", "5 distinct of 5"]
    assert sample.selectbox(key="rater").value == "ensemble:majority"


def test_next_and_previous_walk_within_the_category_and_the_address_follows(sample):
    at(sample, category="G")
    assert prompt_shown(sample) == "sample-g1"
    assert sample.button(key="previous").disabled
    sample.button(key="next").click().run()
    assert prompt_shown(sample) == "sample-g2"
    assert sample.query_params["prompt"] == "sample-g2"
    assert sample.button(key="next").disabled


def test_the_search_finds_words_beyond_the_list_and_can_be_cleared(sample):
    sample.text_input(key="search").set_value("LIGHTHOUSE").run()
    assert prompt_shown(sample) == "sample-g1"
    sample.text_input(key="search").set_value("nowhere to be found").run()
    assert columns(sample) == []
    sample.button(key="clear-filter").click().run()
    assert prompt_shown(sample) == "sample-a1"


def test_conditions_are_toggled_and_kept_in_the_address_by_hash(sample, sample_db):
    with sample_db.read() as session:
        hashes = list(session.scalars(select(Condition.hash).order_by(Condition.id)))
    sample.button(key="condition-2").click().run()
    assert len(columns(sample)) == 2
    assert sample.query_params["condition"] == [hashes[0], hashes[2]]
    sample.button(key="condition-1").click().run()
    sample.button(key="condition-3").click().run()
    assert len(columns(sample)) == 1


def test_another_rater_groups_anew_and_people_leave_the_count_open(sample):
    at(sample, prompt="sample-f1")
    sample.selectbox(key="rater").set_value("people:majority").run()
    assert sample.query_params["rater"] == "people:majority"
    assert any(re.match(r"\d–\d distinct of 5", one) for one in columns(sample))
    assert "without a verdict" in shown(sample)


def test_a_forged_address_is_answered_by_defaults_and_said(sample):
    at(sample, prompt="<script>", condition=["nope"], rater="eve", category="Q")
    assert len(columns(sample)) == 3
    assert "&lt;script&gt;" in shown(sample)
    assert "<script>" not in shown(sample)


def test_groups_unfold_and_fold_again(sample):
    at(sample, prompt="sample-g1")
    assert '<details class="ta-also" open>' not in shown(sample)
    sample.button(key="fold").click().run()
    assert '<details class="ta-also" open>' in shown(sample)
    sample.button(key="fold").click().run()
    assert '<details class="ta-also" open>' not in shown(sample)


def test_two_chosen_responses_are_read_alone_and_the_way_leads_back(sample, sample_db):
    at(sample, prompt="sample-g1")
    (pills,) = [one for one in sample.button_group if one.key.startswith("read-two")]
    pills.set_value(response_ids(sample_db, "sample-g1")[:2]).run()
    assert sample.query_params["item"]
    body = shown(sample)
    assert body.count('<article class="ta-card"') == 2
    assert "What counts as the same: G" in body
    assert body.count("replay:sample-judge-1") == 2  # once for each order
    sample.button(key="leave-item").click().run()
    assert "item" not in sample.query_params
    assert prompt_shown(sample) == "sample-g1"


def test_only_disagreements_can_be_listed(sample):
    at(sample, prompt="sample-g1")
    everything = shown(sample).count('<th scope="row">')
    sample.toggle(key="only-split").set_value(True).run()
    split = shown(sample).count("<tr class=ta-split>")
    assert everything == 10
    assert 0 < shown(sample).count('<th scope="row">') == split < everything


def test_an_imported_item_is_reached_by_address_with_its_own_texts(open_page, settings, sample_db):
    with sample_db.write() as session:
        made = RatedStudy(session, settings)
        texts = {"prompt": "Q?", "response_a": "one <b>x</b>", "response_b": "two"}
        made.say("ann", made.external("row 1/#2", texts), "different")
        made.prompt("p")
    page = at(open_page("compare", study=SLUG), item="row 1/#2")
    assert "one &lt;b&gt;x&lt;/b&gt;" in shown(page)
    assert "× different" in re.sub("<[^>]*>", "", shown(page))


def test_an_item_of_another_study_is_not_there(sample, sample_db, settings):
    with sample_db.write() as session:
        made = RatedStudy(session, settings)
        made.say("ann", made.external("theirs", {"response_a": "secret"}), "different")
    at(sample, item="theirs")
    assert "This study has no item" in shown(sample)
    assert "secret" not in shown(sample)


@pytest.mark.usefixtures("sample_db")
def test_a_study_says_what_comes_next_before_there_is_anything_to_compare(
    open_page, settings, sample_db
):
    with sample_db.write() as session:
        RatedStudy(session, settings, slug="empty")
        RatedStudy(session, settings, slug="asked").prompt("p")
        made = RatedStudy(session, settings, slug="unjudged")
        condition = made.condition("temperature", n=2)
        made.responses(made.prompt("p1"), condition, ["one", "two"])
        made.prompt("p2")

    def said(page: AppTest) -> str:
        return " ".join(text.value for text in page.text)

    assert "There are no prompts yet." in said(open_page("compare", study="empty"))
    assert "There are no responses yet." in said(open_page("compare", study="asked"))
    page = open_page("compare", study="unjudged")
    assert "Not judged yet" in said(page)
    assert columns(page) == ["2 responses, not judged"]
    assert "no response to this prompt yet" in said(at(page, prompt="p2"))
