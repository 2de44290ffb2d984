"""The way of people who come from a recruiting platform, screen by screen."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from core.crowd import CrowdPlan, Phase
from core.security import join_token, preview_token, rater_id_from_token
from core.taxonomy import load_taxonomy
from core.templates import text_hash
from core.types import Question
from db.crowd.gold import add_taxonomy_practice, find_gold
from db.crowd.opening import close_study, open_study, pause_study, save_plan
from db.crowd.participation import find_participation
from db.models import Assignment, Identity, Note, Participation, Rater, Rating, Study
from db.queries.studies import get_study
from db.queries.tasks import find_own_task
from tests.support.crowd_study import SLUG, add_crowd_study, one_arm, plan_of
from tests.web.annotate.conftest import KEY, Visitor, said

BACK = "https://platform.example/submissions/complete?cc="
RECRUITING = {
    "platform": "prolific",
    **{
        end: {"code": code, "redirect": f"{BACK}{code}"}
        for end, code in (
            ("complete", "DONE1"),
            ("screened_out", "OUT1"),
            ("failed_attention", "ATT1"),
            ("full", "FULL1"),
        )
    },
}
CONSENT = "We keep your answers."
EVERYTHING: dict[str, Any] = {
    "arms": one_arm(n_items=8),
    "consent": {"text": CONSENT, "version": "2"},
    "show_instructions": True,
    "practice": {"n_items": 2, "pass_share": 1.0, "attempts": 2},
    "work": {"items_per_person": 4, "ratings_per_item": 1, "break_every": 2},
    "closing": [
        {"key": "why", "kind": "text", "text": "How did you decide?", "required": True},
        {"key": "hard", "kind": "scale", "text": "How hard was it?", "options": ["easy", "hard"]},
    ],
    "debrief": "This study is about repetition.",
    "recruiting": RECRUITING,
}


def start_study(visitor: Visitor, plan: CrowdPlan, *, opens: bool = True) -> int:
    """Id of a study with this plan; with worked examples to practise on."""
    with visitor.database.write() as session:
        study = add_crowd_study(session)
        if plan.practice.n_items:
            add_taxonomy_practice(session, study, Question.EQUIVALENCE, load_taxonomy())
        save_plan(session, study, plan, actor="tests")
        if opens:
            open_study(session, study, actor="tests")
        return study.id


def come(visitor: Visitor, study_id: int, person: str, **query: str) -> str:
    """The personal token of somebody who comes by the recruiting link."""
    parameters = {"study": join_token(study_id, KEY, **query), "PROLIFIC_PID": person}
    reply = visitor.client.get("/join", params={**parameters, "STUDY_ID": "s", "SESSION_ID": "x"})
    assert reply.status_code == 303, reply.text
    target = urlsplit(reply.headers["location"])
    assert target.path == "/rate"
    return parse_qs(target.query)["link"][0]


def step(visitor: Visitor, token: str, name: str) -> str:
    """Presses what leads on; the text of the screen after it."""
    reply = visitor.client.post("/rate/step", data={"link": token, "step": name})
    assert reply.status_code == 303, reply.text
    return said(visitor.client.get(reply.headers["location"]).text)


def asked(visitor: Visitor, token: str) -> int:
    """The assignment on the screen."""
    page = visitor.client.get("/rate", params={"link": token, "go": 1}).text
    found = re.search(r'data-assignment="(\d+)"', page)
    assert found is not None, said(page)
    return int(found[1])


def answer_next(visitor: Visitor, token: str, answer: str) -> str:
    """Answers what is on the screen; the text of the screen after it."""
    reply = visitor.answer(token, asked(visitor, token), answer)
    assert reply.status_code == 200, reply.text
    return said(reply.json()["screen"])


def known_answer(visitor: Visitor, token: str) -> str:
    """The right answer to the practice item on the screen, as the taxonomy has it."""
    rater_id = rater_id_from_token(token, KEY) or 0
    with visitor.database.read() as session:
        task = find_own_task(session, rater_id, asked(visitor, token))
        gold = None if task is None else find_gold(session, task.item_id, task.question)
    assert gold is not None
    return gold.value


def test_a_practice_item_does_not_stand_beside_its_own_answer(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    step(visitor, token, "agree")
    step(visitor, token, "instructions")
    page = visitor.page(token)
    whys = {
        (example.prompt, example.why)
        for category in load_taxonomy().values()
        for example in category.examples
    }
    shown = [prompt for prompt, _ in whys if f"The request {prompt}" in page]
    assert len(shown) >= 1
    assert not [why for prompt, why in whys if prompt in shown and why in page]


def phase_of(visitor: Visitor, token: str) -> Phase:
    rater_id = rater_id_from_token(token, KEY)
    with visitor.database.read() as session:
        view = find_participation(session, rater_id or 0)
    assert view is not None
    return view.phase


def test_the_whole_way_from_the_platform_and_back(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    assert CONSENT in visitor.page(token)
    assert "How it works" in step(visitor, token, "agree")
    assert "Practice 1 of 2" in step(visitor, token, "instructions")
    for _ in range(2):
        feedback = answer_next(visitor, token, known_answer(visitor, token))
        assert "That is right." in feedback
        after = step(visitor, token, "practice")
    assert "1 of 4" in after
    assert "2 of 4" in answer_next(visitor, token, "equivalent")
    assert "A good moment for a break" in answer_next(visitor, token, "different")
    assert "3 of 4" in visitor.page(token)
    answer_next(visitor, token, "different")
    assert "A few last questions" in answer_next(visitor, token, "equivalent")
    sent = {"link": token, "closing-hard": "4"}
    refused = visitor.client.post("/rate/closing", data=sent)
    assert refused.status_code == 422
    assert 'value="4" checked' in refused.text
    kept = visitor.client.post("/rate/closing", data={**sent, "closing-why": "By reading"})
    end = visitor.client.get(kept.headers["location"]).text
    assert "Thank you!" in said(end)
    assert "about repetition" in said(end)
    assert 'value="DONE1"' in end
    assert f'href="{BACK}DONE1"' in end
    with visitor.database.read() as session:
        row = session.scalars(select(Participation)).one()
    assert row.answers == {"why": "By reading", "hard": "4"}
    assert row.consent["text_hash"] == text_hash(CONSENT)
    assert row.captured == {"STUDY_ID": "s", "SESSION_ID": "x"}


def test_the_same_person_on_another_device_goes_on_where_they_were(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    step(visitor, token, "agree")
    assert come(visitor, study_id, "pid-1") == token
    assert come(visitor, study_id, "pid-2") != token
    assert "How it works" in visitor.page(token)


def test_who_does_not_agree_is_let_go_without_a_word_of_the_study(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    page = step(visitor, token, "decline")
    assert "You do not take part" in page
    assert "about repetition" not in page
    assert "You do not take part" in step(visitor, token, "agree")


def test_who_misses_the_practice_twice_is_screened_out_with_the_right_code(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    step(visitor, token, "agree")
    step(visitor, token, "instructions")
    for attempt in range(2):
        for _ in range(2):
            right = known_answer(visitor, token)
            wrong = "different" if right == "equivalent" else "equivalent"
            assert "Not quite." in answer_next(visitor, token, wrong)
            page = step(visitor, token, "practice")
        if attempt == 0:
            assert "0 of 2 practice items right; 2 are needed" in page
    assert "not the right one for you" in page
    end = visitor.client.get("/rate", params={"link": token}).text
    assert 'value="OUT1"' in end
    assert f'href="{BACK}OUT1"' in end
    assert "Practice" not in step(visitor, token, "practice")


def test_nobody_reads_a_known_answer_before_answering(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    step(visitor, token, "agree")
    step(visitor, token, "instructions")
    assert "Expected" not in visitor.page(token, feedback=asked(visitor, token))
    assert "That is right" not in visitor.page(token, feedback=asked(visitor, token))
    # Nor does pressing on leave practice behind.
    assert "Practice 1 of 2" in step(visitor, token, "practice")


def test_latecomers_are_told_politely_and_get_the_code_for_it(visitor: Visitor):
    plan = plan_of(
        arms=one_arm(n_items=2),
        work={"items_per_person": 2, "ratings_per_item": 1},
        recruiting=RECRUITING,
    )
    study_id = start_study(visitor, plan)
    first = come(visitor, study_id, "pid-1")
    assert "1 of 2" in visitor.page(first)
    late = visitor.client.get("/rate", params={"link": come(visitor, study_id, "pid-2")}).text
    assert "There is nothing left to do" in said(late)
    assert f'href="{BACK}FULL1"' in late


def test_without_the_platforms_id_nobody_comes_in(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    for person in ("", "   "):
        query = {"study": join_token(study_id, KEY), "PROLIFIC_PID": person}
        reply = visitor.client.get("/join", params=query)
        assert reply.status_code == 400
        assert "it lacks PROLIFIC_PID" in said(reply.text)
    with visitor.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Participation)) == 0


def test_a_generic_platform_names_its_own_parameter(visitor: Visitor):
    recruiting = {
        **RECRUITING,
        "platform": "generic",
        "id_parameter": "worker",
        "captured": ["batch"],
    }
    study_id = start_study(visitor, plan_of(arms=one_arm(), recruiting=recruiting))
    query = {"study": join_token(study_id, KEY), "worker": "w<1>", "batch": "b", "other": "o"}
    reply = visitor.client.get("/join", params=query)
    assert reply.status_code == 303
    with visitor.database.read() as session:
        assert session.scalars(select(Participation)).one().captured == {"batch": "b"}
        assert session.scalars(select(Identity)).one().platform_id == "w<1>"


@pytest.mark.parametrize("study", ["", "1", "WzEsIiJd.x"])
def test_a_recruiting_link_that_was_altered_lets_nobody_in(visitor: Visitor, study: str):
    reply = visitor.client.get("/join", params={"study": study, "PROLIFIC_PID": "p"})
    assert reply.status_code == 404
    assert "This link is not valid" in said(reply.text)


def test_before_opening_people_are_asked_to_come_later(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING), opens=False)
    query = {"study": join_token(study_id, KEY), "PROLIFIC_PID": "p"}
    reply = visitor.client.get("/join", params=query)
    assert reply.status_code == 409
    assert "This study has not started" in said(reply.text)


def test_a_pause_stops_newcomers_and_lets_people_finish_what_they_have(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    waiting = come(visitor, study_id, "pid-1")
    with visitor.database.write() as session:
        pause_study(session, get_study(session, SLUG), actor="tests")
    assert "having a break" in visitor.page(waiting)
    reply = visitor.client.post("/rate/step", data={"link": waiting, "step": "agree"})
    assert reply.status_code == 409
    assert phase_of(visitor, waiting) == Phase.CONSENT


def test_who_finished_what_they_had_waits_through_the_pause(visitor: Visitor):
    plan = plan_of(
        arms=one_arm(n_items=2),
        work={"items_per_person": 2, "ratings_per_item": 1},
        recruiting=RECRUITING,
    )
    token = come(visitor, start_study(visitor, plan), "pid-1")
    first = answer_next(visitor, token, "different")
    assert "2 of 2" in first
    with visitor.database.write() as session:
        pause_study(session, get_study(session, SLUG), actor="tests")
    assert "2 of 2" in visitor.page(token)
    assert "Thank you!" in answer_next(visitor, token, "different")


def test_a_closed_study_says_so_but_still_hands_over_codes(visitor: Visitor):
    plan = plan_of(
        arms=one_arm(n_items=2),
        work={"items_per_person": 1, "ratings_per_item": 1},
        recruiting=RECRUITING,
    )
    study_id = start_study(visitor, plan)
    done, half = come(visitor, study_id, "pid-1"), come(visitor, study_id, "pid-2")
    assert "Thank you!" in answer_next(visitor, done, "different")
    assert "1 of 1" in visitor.page(half)
    with visitor.database.write() as session:
        close_study(session, get_study(session, SLUG), actor="tests")
    assert "DONE1" in visitor.client.get("/rate", params={"link": done}).text
    assert "This study is closed" in visitor.page(half)


def test_a_person_withdraws_by_their_link_after_being_asked_once_more(visitor: Visitor):
    study_id = start_study(visitor, plan_of(arms=one_arm(), allow_comments=True))
    token = come(visitor, study_id, "pid-1")
    first = asked(visitor, token)
    answer_next(visitor, token, "different")
    note = {"link": token, "assignment": first, "kind": "comment", "text": "about me"}
    visitor.client.post("/rate/note", json=note)
    assert "Withdraw from the study?" in visitor.page(token, leave=1)
    assert "You have withdrawn" in step(visitor, token, "withdraw")
    assert "You have withdrawn" in visitor.page(token)
    with visitor.database.read() as session:
        assert session.scalars(select(Rating.value)).all() == [None]
        assert session.scalars(select(Identity)).all() == []
        assert "about me" not in session.scalars(select(Note.text)).all()
    assert visitor.answer(token, first, "equivalent").status_code == 422


def test_one_step_does_not_stand_for_another(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    token = come(visitor, study_id, "pid-1")
    for name in ("instructions", "practice", "nonsense"):
        step(visitor, token, name)
    visitor.client.post("/rate/closing", data={"link": token, "closing-why": "x"})
    assert phase_of(visitor, token) == Phase.CONSENT


@pytest.mark.parametrize("outcome", ["complete", "screened_out", "failed_attention", "full"])
def test_test_links_lead_to_every_end(visitor: Visitor, outcome: str):
    plan = plan_of(arms=one_arm(), recruiting=RECRUITING)
    study_id = start_study(visitor, plan)
    token = come(visitor, study_id, "me", test_outcome=outcome)
    for _ in range(4):
        if phase_of(visitor, token) != Phase.RATING:
            break
        answer_next(visitor, token, "different")
    assert phase_of(visitor, token) == outcome
    code = {"complete": "DONE1", "screened_out": "OUT1", "failed_attention": "ATT1"}
    page = visitor.client.get("/rate", params={"link": token}).text
    assert code.get(outcome, "FULL1") in page


def test_the_words_are_in_the_language_of_the_plan(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING, language="de"))
    token = come(visitor, study_id, "pid-1")
    page = visitor.client.get("/rate", params={"link": token}).text
    assert '<html lang="de" dir="ltr"' in page
    assert "Ich bin einverstanden" in page


def test_a_language_without_texts_is_shown_in_english(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING, language="xx"))
    token = come(visitor, study_id, "pid-1")
    assert "I agree and want to take part" in visitor.page(token)


def test_a_preview_shows_every_screen_and_stores_nothing(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING), opens=False)

    def counts() -> list[int]:
        with visitor.database.read() as session:
            tables = (Rater, Participation, Assignment, Rating, Note)
            return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]

    before = counts()
    token = preview_token(study_id, KEY)
    seen: list[str] = []
    sources: list[str] = []
    for at in range(100):
        reply = visitor.client.get("/preview", params={"token": token, "at": at, "answer": "x"})
        assert reply.status_code == 200
        page = said(reply.text)
        assert "Preview: nothing is stored." in page
        assert 'method="post"' not in reply.text
        if seen and page == seen[-1]:
            break
        seen.append(page)
        sources.append(reply.text)
    text = " ".join([*seen, *sources])
    for expected in (
        CONSENT,
        "How it works",
        "That is right.",
        "Are these two responses the same?",
        "A good moment for a break",
        "How did you decide?",
        "DONE1",
        "OUT1",
        "ATT1",
        "FULL1",
        "Withdraw from the study?",
        "two words p0 c0 0",
    ):
        assert expected in text
    assert counts() == before


@pytest.mark.parametrize("token", ["", "x", "MQ.forged"])
def test_a_preview_that_is_made_up_shows_nothing(visitor: Visitor, token: str):
    reply = visitor.client.get("/preview", params={"token": token})
    assert reply.status_code == 404
    assert "This preview has expired" in said(reply.text)


def test_a_personal_link_opens_no_preview_and_a_preview_no_work(visitor: Visitor):
    study_id = start_study(visitor, plan_of(**EVERYTHING))
    personal = come(visitor, study_id, "pid-1")
    assert visitor.client.get("/preview", params={"token": personal}).status_code == 404
    preview = preview_token(study_id, KEY)
    assert visitor.client.get("/rate", params={"link": preview}).status_code == 404
    with visitor.database.read() as session:
        assert session.get_one(Study, study_id).status == "open"


def test_a_refusal_is_told_in_the_language_of_the_study(visitor: Visitor):
    study_id = start_study(visitor, plan_of(arms=one_arm(n_items=4), language="de"))
    token = come(visitor, study_id, "P")
    reply = visitor.answer(token, asked(visitor, token), "mauve")
    assert reply.status_code == 422
    assert "keine der Antworten" in reply.json()["problem"]
    noted = visitor.client.post(
        "/rate/note",
        json={"link": token, "assignment": asked(visitor, token), "kind": "problem", "text": " "},
    )
    assert "nichts geschrieben" in noted.json()["problem"]
