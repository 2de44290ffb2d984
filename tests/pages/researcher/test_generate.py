import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Run
from tests.pages.researcher.conftest import OpenPage


def specs_asked_for(database: Database) -> list[dict]:
    with database.read() as session:
        query = select(Run.spec).where(Run.kind == "generate", Run.requested_by == "page")
        return list(session.scalars(query))


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_the_plan_multiplies_prompts_conditions_and_n(open_page: OpenPage):
    page = open_page("generate", study="sample")
    assert any("16 prompts × 2 conditions = 160 responses" in text.value for text in page.text)
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Calls"] == "96"  # 16 x 5 independent calls and 16 calls for whole sets
    assert figures["Cost, about"] == "$0.00"


@pytest.mark.usefixtures("sample_db")
def test_what_is_stored_already_leaves_nothing_to_press(open_page: OpenPage):
    page = open_page("generate", study="sample")
    assert page.button(key="generate").disabled
    assert "160 of these responses are stored already" in shown(page)


def test_generating_asks_for_the_chosen_conditions(open_page: OpenPage, sample_db: Database):
    page = open_page("generate", study="sample")
    page.checkbox(key="strategy-temperature").uncheck()
    page.checkbox(key="strategy-regenerate-general").check()
    page.number_input(key="n").set_value(3)
    page.text_input(key="temperatures").set_value("0.7").run()
    page.button(key="generate").click().run()
    assert not page.exception
    (spec,) = specs_asked_for(sample_db)
    asked = [
        (one["strategy"], one["n"], one["parameters"]["temperature"]) for one in spec["conditions"]
    ]
    assert asked == [("system-anchored", 3, 0.7), ("regenerate-general", 3, 0.7)]
    assert "waiting for a worker" in shown(page)
    assert "No worker is running" in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_a_price_that_is_not_listed_is_unknown_and_not_nothing(open_page: OpenPage, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a key that is never sent")
    page = open_page("generate", study="sample")
    page.multiselect(key="models").set_value(["openai:no-such-model"]).run()
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Cost, about"] == "unknown"
    page.multiselect(key="models").set_value(["openai:gpt-4o"]).run()
    assert {metric.label: metric.value for metric in page.metric}["Cost, about"].startswith("$")


@pytest.mark.usefixtures("sample_db")
def test_a_missing_key_is_said_before_anything_is_planned(open_page: OpenPage):
    page = open_page("generate", study="sample")
    page.multiselect(key="models").set_value(["anthropic:claude-x"]).run()
    assert "ANTHROPIC_API_KEY" in shown(page)
    assert not [button for button in page.button if button.key == "generate"]


@pytest.mark.usefixtures("sample_db")
def test_cards_show_the_instruction_of_the_chosen_category(open_page: OpenPage):
    page = open_page("generate", study="sample")
    page.selectbox(key="shown-category").set_value("C").run()
    said = [block.value for block in page.code]
    assert any("different pseudo-random option" in text for text in said)
    assert not any("tone, genre" in text for text in said)


def test_pausing_and_resuming_a_run_from_its_card(open_page: OpenPage, sample_db: Database):
    page = open_page("generate", study="sample")
    page.number_input(key="n").set_value(2).run()
    page.button(key="generate").click().run()
    with sample_db.read() as session:
        run_id = max(session.scalars(select(Run.id)))

    def status() -> str:
        with sample_db.read() as session:
            return session.get_one(Run, run_id).status

    page.button(key=f"pause-{run_id}").click().run()
    assert status() == "paused"
    page.button(key=f"resume-{run_id}").click().run()
    assert status() == "queued"
    page.button(key=f"cancel-{run_id}").click().run()
    assert status() == "cancelled"


@pytest.mark.usefixtures("sample_db")
def test_a_sweep_is_a_condition_for_each_temperature_in_the_plan(open_page: OpenPage):
    page = open_page("generate", study="sample")
    page.checkbox(key="strategy-system-anchored").uncheck()
    page.text_input(key="temperatures").set_value("0, 0.5, 1").run()
    assert any("16 prompts × 3 conditions = 240 responses" in text.value for text in page.text)
    page.text_input(key="temperatures").set_value("0, warm").run()
    assert "Temperature &#x27;warm&#x27; cannot be used" in shown(page)


def test_a_mismatched_condition_is_asked_for_each_wrong_category(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("generate", study="sample")
    page.checkbox(key="strategy-temperature").uncheck()
    page.checkbox(key="strategy-system-anchored").uncheck()
    page.checkbox(key="strategy-mismatched").check().run()
    assert any("16 prompts × 1 condition = 80 responses" in text.value for text in page.text)
    page.multiselect(key="wrong-categories").set_value(["A", "G"]).run()
    # Two prompts of the sample are of each category.
    assert any("4 sets left out = 140 responses" in text.value for text in page.text)
    page.button(key="generate").click().run()
    (spec,) = specs_asked_for(sample_db)
    assert [one["wrong_category"] for one in spec["conditions"]] == ["A", "G"]


@pytest.mark.usefixtures("sample_db")
def test_paraphrases_are_planned_with_the_calls_that_make_them(open_page: OpenPage):
    page = open_page("generate", study="sample")
    page.checkbox(key="strategy-temperature").uncheck()
    page.checkbox(key="strategy-system-anchored").uncheck()
    page.checkbox(key="strategy-paraphrase").check().run()
    assert {metric.label: metric.value for metric in page.metric}["Calls"] == "96"
    assert "Calls to make paraphrases first, for prompts that bring too few: 16." in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_a_researchers_own_strategy_is_a_card_with_its_words(
    open_page: OpenPage, tmp_path, monkeypatch
):
    (tmp_path / "moods.txt").write_text("In {{n}} responses, one per mood: {{instruction}}")
    file = tmp_path / "strategies.toml"
    file.write_text('[strategies.moods]\nlabel = "Moods"\nkind = "set"\nanchored = true\n')
    monkeypatch.setenv("TASKANCHOR_PROMPTS", str(tmp_path))
    page = open_page("generate", study="sample")
    assert page.checkbox(key="strategy-moods").label == "Moods"
    assert any("In 5 responses, one per mood:" in block.value for block in page.code)
    page.checkbox(key="strategy-moods").check().run()
    assert any("3 conditions = 240 responses" in text.value for text in page.text)
    file.write_text('[strategies.moods]\nkind = "bunch"\n')
    page.run()
    assert "kind is &#x27;bunch&#x27;; expected one of" in shown(page)
    assert not [button for button in page.button if button.key == "generate"]
