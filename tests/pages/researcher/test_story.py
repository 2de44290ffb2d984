import pytest

from tests.pages.researcher.conftest import OpenPage


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_the_story_tells_classification_groups_verdicts_scores_and_checklists(open_page: OpenPage):
    drawn = shown(open_page("story", study="sample"))
    for part in (
        "Ground truth",
        "In short",
        "distinct of 5",
        "Who finds what the same",
        "Scores, 1 to 5",
        "What judges look for",
    ):
        assert part in drawn
    assert drawn.count('class="ta-set"') == 3


@pytest.mark.usefixtures("sample_db")
def test_the_address_says_which_prompt_and_through_whose_eyes(open_page: OpenPage):
    page = open_page("story", study="sample")
    second = page.selectbox(key="story-prompt").options[1].split("  ")[0]
    page.selectbox(key="story-prompt").select(second).run()
    assert page.query_params["prompt"] == second
    page.selectbox(key="story-rater").select("replay:sample-judge-2").run()
    assert not page.exception
    assert page.query_params["rater"] == "replay:sample-judge-2"
    assert "As seen by replay:sample-judge-2" in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_an_unknown_prompt_is_named(open_page: OpenPage):
    page = open_page("story", study="sample")
    page.query_params["prompt"] = "nowhere"
    page.run()
    assert "no prompt" in shown(page)
