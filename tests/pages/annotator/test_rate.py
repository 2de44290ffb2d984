"""What the holder of a personal link sees and does."""

from __future__ import annotations

import asyncio
import html
import json

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from benchmarks.rating_client import RatingClient, Screen
from core.judges.equivalence import Equivalence
from core.security import annotator_link, load_secret_key, rater_id_from_token
from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question
from db.engine import Database, close_databases
from db.invitations import Invitation, invite
from db.models import Assignment, Condition, Item, Rater, Rating
from db.queries.studies import get_study
from db.queries.tasks import find_task
from pages.components import rate_pace
from pages.components.responses import RENDERER_VERSION
from tests.pages.annotator.conftest import KEY, OpenLink
from tests.support.server import app_server


def said(page: AppTest) -> str:
    return html.unescape("".join(one.proto.body for one in page.get("html")))


def person(token: str) -> int:
    rater_id = rater_id_from_token(token, KEY.encode())
    assert rater_id is not None
    return rater_id


def ratings(database: Database, token: str) -> list[Rating]:
    with database.read() as session:
        query = select(Rating).where(Rating.rater_id == person(token)).order_by(Rating.id)
        return list(session.scalars(query))


def start(open_link: OpenLink, token: str) -> AppTest:
    return open_link(token).button(key="start").click().run()


def answers(page: AppTest) -> list[str]:
    return [one.key for one in page.button if one.key and one.key.startswith("answer-")]


def give(page: AppTest, answer: str) -> AppTest:
    (key,) = [key for key in answers(page) if key.endswith(f"-{answer}")]
    return page.button(key=key).click().run()


def test_the_first_screen_says_what_to_do_and_nothing_of_the_app(open_link, token):
    page = open_link(token)
    text = said(page)
    assert "two responses" in text
    assert "how good the response is" in text
    assert "3 questions, 3 of them still open" in text
    assert [one.key for one in page.button] == ["start"]


def test_from_the_first_answer_to_thanks(open_link, token, sample_db):
    page = start(open_link, token)
    assert "1 of 3" in said(page)
    page = give(page, "equivalent")
    assert "2 of 3" in said(page)
    assert "saved" in said(page)
    assert len(ratings(sample_db, token)) == 1
    page = give(page, "cannot_tell")
    assert len(answers(page)) == 5
    page = give(page, "4")
    assert "Thank you!" in said(page)
    assert [one.value for one in ratings(sample_db, token)] == ["equivalent", None, "4"]


def test_a_rating_records_what_was_shown(open_link, token, sample_db):
    with sample_db.read() as session:
        first = session.scalar(
            select(Assignment).where(Assignment.rater_id == person(token), Assignment.position == 0)
        )
        category = session.get(Item, first.item_id).category
    give(start(open_link, token), "different")
    (rating,) = ratings(sample_db, token)
    assert rating.order == {"a": "ab", "b": "ba"}[first.left]
    assert rating.template.startswith("annotate-equivalence@")
    assert rating.meta == {"renderer": RENDERER_VERSION}
    assert rating.category_used == category
    assert rating.elapsed_ms > 0


def test_going_back_changes_the_answer_and_returns_to_the_first_open_item(
    open_link, token, sample_db
):
    page = give(start(open_link, token), "equivalent")
    page = page.button(key="back").click().run()
    assert "1 of 3" in said(page)
    assert "You answered this before" in said(page)
    page = give(page, "different")
    assert "2 of 3" in said(page)
    assert [(one.value, one.revision) for one in ratings(sample_db, token)] == [
        ("equivalent", 0),
        ("different", 1),
    ]


def test_going_back_to_look_only_needs_no_answer(open_link, token, sample_db):
    page = give(start(open_link, token), "equivalent").button(key="back").click().run()
    assert "2 of 3" in said(page.button(key="forward").click().run())
    assert len(ratings(sample_db, token)) == 1


def test_an_answer_can_be_corrected_after_the_last_one(open_link, token, sample_db):
    page = start(open_link, token)
    for answer in ("equivalent", "different", "4"):
        page = give(page, answer)
    page = page.button(key="back").click().run()
    assert "3 of 3" in said(page)
    assert "Thank you!" in said(give(page, "5"))
    assert ratings(sample_db, token)[-1].value == "5"


def test_the_link_opened_again_resumes_at_the_same_item(open_link, token):
    give(start(open_link, token), "equivalent")
    again = open_link(token)
    assert again.button(key="start").label == "Go on"
    assert "2 of 3" in said(again.button(key="start").click().run())


def test_a_held_key_answers_once(open_link, token, sample_db, monkeypatch):
    monkeypatch.setattr(rate_pace, "BOUNCE_S", 60.0)
    page = give(start(open_link, token), "different")
    page = give(page, "different")
    assert "2 of 3" in said(page)
    assert len(ratings(sample_db, token)) == 1


@pytest.mark.parametrize("token", ["", "1", "MQ.forged"])
def test_a_link_that_was_altered_opens_nothing(open_link, token):
    page = open_link(token)
    assert "This link does not work" in said(page)
    assert not page.button


def test_a_closed_study_says_so_and_takes_no_answer_from_an_open_tab(open_link, token, sample_db):
    page = start(open_link, token)
    with sample_db.write() as session:
        get_study(session, "sample").status = "closed"
    page = give(page, "different")
    assert "This study is closed" in said(page)
    assert ratings(sample_db, token) == []


def test_somebody_without_items_is_told_calmly(open_link, sample_db, token):
    with sample_db.write() as session:
        for one in session.scalars(
            select(Assignment).where(Assignment.rater_id == person(token))
        ).all():
            session.delete(one)
    assert "Nothing to do yet" in said(open_link(token))


def test_people_and_judges_read_the_same_definition_word_for_word(open_link, token, sample_db):
    page = start(open_link, token)
    with sample_db.read() as session:
        task = find_task(session, person(token))
    taxonomy = load_taxonomy()
    definition = taxonomy[task.category].equivalence_definition
    request = Equivalence.open(taxonomy, TemplateSource()).request(
        "m",
        prompt="p",
        response_1="x",
        response_2="y",
        category=taxonomy[task.category],
        strategy="",
        index="",
    )
    assert definition in said(page)
    assert definition in request.messages[-1].content


def test_the_words_recorded_change_with_the_definition(open_link, token, sample_db, tmp_path):
    give(start(open_link, token), "different")
    folder = tmp_path / "prompts"
    folder.mkdir()
    source = Settings.from_environment().prompts_dir
    assert source is None
    from core.settings import BUNDLED_PROMPTS

    text = (BUNDLED_PROMPTS / "taxonomy.toml").read_text(encoding="utf-8")
    changed = text.replace("Two responses are equivalent if", "Two answers are equivalent if")
    assert changed != text
    (folder / "taxonomy.toml").write_text(changed, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TASKANCHOR_PROMPTS", str(folder))
        from pages.components.rate_setup import rating_setup

        rating_setup.clear()
        page = open_link(token).button(key="start").click().run()
        page = page.button(key="back").click().run()
        give(page, "equivalent")
    first, second = ratings(sample_db, token)
    assert first.template != second.template


async def rate_over_the_wire(link: str) -> tuple[list[Screen], int]:
    """Opens a link on a server nobody has visited; answers all, the first one twice at once."""
    screens = []
    async with RatingClient(link) as client:
        screens.append(await client.open())
        screens.append(await client.press(screens[-1], "start"))
        await asyncio.sleep(rate_pace.BOUNCE_S * 2)
        screens.append(await client.press_twice(screens[-1], screens[-1].answers()[0]))
        for _ in range(2):
            await asyncio.sleep(rate_pace.BOUNCE_S * 2)
            screens.append(await client.press(screens[-1], screens[-1].answers()[0]))
    return screens, sum("page_not_found" in screen.everything() for screen in screens)


@pytest.mark.slow
def test_nothing_on_the_wire_gives_away_what_is_rated(settings: Settings, sample_db: Database):
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    with sample_db.write() as session:
        study = get_study(session, "sample")
        invitation = Invitation(
            ("Ada", "Secret Bo"), {Question.EQUIVALENCE: 2, Question.QUALITY: 1}, 2, 3
        )
        rater_id, _ = invite(session, study, invitation)
        secrets = {"Secret Bo", "Simulated person", "Taskanchor sample"}
        for row in session.execute(select(Condition.label, Condition.model, Condition.strategy)):
            secrets |= set(row)
        secrets |= set(session.scalars(select(Rater.identity).where(Rater.kind == "judge")))
    # "temperature" alone could be said in an answer; its condition's label could not.
    secrets.discard("temperature")
    close_databases()
    with app_server(settings.data_dir) as cold:
        link = annotator_link(cold.address, rater_id, key)
        screens, not_found = asyncio.run(rate_over_the_wire(link))
        printed = json.dumps([screen.everything() for screen in screens])
    assert not_found == 0
    assert "Thank you!" in printed
    assert [secret for secret in sorted(secrets) if secret in printed] == []
    assert [len(screen.answers()) for screen in screens] == [0, 3, 3, 5, 0]
