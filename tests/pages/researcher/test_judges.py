import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Run
from tests.pages.researcher.conftest import OpenPage


def specs_asked_for(database: Database) -> list[dict]:
    with database.read() as session:
        query = select(Run.spec).where(Run.kind == "judge", Run.requested_by == "page")
        return list(session.scalars(query.order_by(Run.id)))


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_cards_give_coverage_unscored_and_flips_with_their_counts(open_page: OpenPage):
    drawn = shown(open_page("judges", study="sample"))
    for said in ("480 of 480", "10 of 960 (1.0%): unreadable 10", "97 of 470 (20.6%)"):
        assert said in drawn


def test_a_judge_is_asked_each_question_in_a_run_of_its_own(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    page.multiselect(key="judge-models").set_value(["replay:a, replay:b"])
    page.checkbox(key="judge-quality").check().run()
    # 480 pairs in both orders, 240 responses and a checklist for each of 16 prompts; two judges.
    assert page.metric[0].value == f"{2 * (2 * 480 + 240 + 16):,}"
    page.button(key="judge").click().run()
    assert not page.exception
    asked = [
        (one["model_id"], one["question"], one["orders"]) for one in specs_asked_for(sample_db)
    ]
    assert asked == [
        ("replay:a", "equivalence", ["ab", "ba"]),
        ("replay:a", "quality", ["ab"]),
        ("replay:b", "equivalence", ["ab", "ba"]),
        ("replay:b", "quality", ["ab"]),
    ]


def test_only_chosen_conditions_are_judged_and_counted(open_page: OpenPage, sample_db: Database):
    page = open_page("judges", study="sample")
    label = page.multiselect(key="judge-conditions").options[0]
    page.multiselect(key="judge-conditions").set_value([label]).run()
    assert any("160 pairs and 80 responses" in text.value for text in page.text)
    page.button(key="judge").click().run()
    assert specs_asked_for(sample_db)[0]["conditions"] == [label]


def test_a_judge_without_a_key_is_refused_and_nothing_is_asked(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    page.multiselect(key="judge-models").set_value(["openai:gpt-4o"]).run()
    page.button(key="judge").click().run()
    assert "OPENAI_API_KEY" in shown(page)
    assert specs_asked_for(sample_db) == []


@pytest.mark.usefixtures("sample_db")
def test_template_words_are_shown_as_asked_with(open_page: OpenPage):
    page = open_page("judges", study="sample")
    assert any("functionally equivalent" in block.value for block in page.code)


@pytest.mark.usefixtures("sample_db")
def test_words_that_changed_since_are_not_passed_off_as_those_asked_with(
    open_page: OpenPage, tmp_path, monkeypatch
):
    folder = tmp_path / "prompts"
    (folder / "templates").mkdir(parents=True)
    own = "Same? {{definition}} {{prompt}} {{response_a}} {{response_b}}"
    (folder / "templates" / "equivalence.txt").write_text(own)
    monkeypatch.setenv("TASKANCHOR_PROMPTS", str(folder))
    page = open_page("judges", study="sample")
    assert not any("Same?" in block.value for block in page.code)
    assert any("not in use any more" in text.value for text in page.text)


def test_failed_answers_are_asked_again_by_a_run_like_the_first(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    (retry,) = [button for button in page.button if button.label == "Retry the failed"]
    retry.click().run()
    (spec,) = specs_asked_for(sample_db)
    assert spec["retry_failed"] is True
    assert (spec["model_id"], spec["question"]) == ("replay:sample-judge-2", "equivalence")
    assert not [button for button in page.button if button.label == "Retry the failed"]


def test_pairs_definitions_and_repeats_are_asked_for_as_chosen(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    page.multiselect(key="judge-models").set_value(["replay:a"])
    page.multiselect(key="judge-definitions").set_value(["anchored", "general"])
    page.selectbox(key="judge-pairs").set_value("transitive").run()
    assert " to " in page.metric[0].value
    page.button(key="judge").click().run()
    assert not page.exception
    asked = [
        (one["definition"], one["pairs"], one["repeats"]) for one in specs_asked_for(sample_db)
    ]
    assert asked == [("anchored", "transitive", 1), ("general", "transitive", 1)]


def test_a_batch_is_refused_for_a_provider_that_takes_none(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    page.multiselect(key="judge-models").set_value(["replay:a"])
    page.checkbox(key="judge-batch").check().run()
    page.button(key="judge").click().run()
    assert "takes no batches" in shown(page)
    assert specs_asked_for(sample_db) == []


def test_usefulness_is_asked_in_both_directions_of_every_pair_without_a_definition(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("judges", study="sample")
    page.multiselect(key="judge-models").set_value(["replay:a"])
    page.checkbox(key="judge-equivalence").uncheck()
    page.checkbox(key="judge-usefulness").check().run()
    assert not page.checkbox(key="judge-both").disabled
    assert page.selectbox(key="judge-pairs").disabled
    assert page.multiselect(key="judge-definitions").disabled
    assert page.metric[0].value == "960"
    page.button(key="judge").click().run()
    (spec,) = specs_asked_for(sample_db)
    asked = [spec[name] for name in ("question", "orders", "pairs", "definition")]
    assert asked == ["usefulness", ["ab", "ba"], "all", "anchored"]
