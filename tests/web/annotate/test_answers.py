"""Answering by a personal link: what is kept, what is refused, and what is never told."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.types import Question
from db.models import Assignment, Note, Participation, Rater, Study
from pages.components.responses import RENDERER_VERSION
from tests.support.asked import TICKS
from tests.web.annotate.conftest import Visitor, said

# Question -> what is sent, and what is then kept. The sets are shown as 1 0 2 4 3.
SENT = {
    Question.EQUIVALENCE: ("equivalent", "equivalent"),
    Question.USEFULNESS: ("not_useful", "not_useful"),
    Question.SAME: ("different", "different"),
    Question.QUALITY: ("4", "4"),
    Question.GROUPING: ("0,1,0,2,0", "0,1,1,1,2"),
    Question.COUNT: ("3", "3"),
    Question.CATEGORY: ("B", "B"),
}


def test_there_is_an_answer_to_every_question():
    assert set(SENT) == set(Question)


def test_every_question_is_answered_and_the_next_comes_with_the_answer(visitor: Visitor):
    rater_id, token = visitor.ask()
    for number, (question, assignment) in enumerate(
        zip(Question, visitor.assignments(rater_id), strict=True), start=1
    ):
        reply = visitor.answer(token, assignment, SENT[question][0]).json()
        assert reply["saved"] is True
        following = f"{number + 1} of 7" if number < 7 else "Thank you!"
        assert following in said(reply["screen"])
    kept = {one.question: one.value for one in visitor.ratings(rater_id)}
    assert kept == {question.value: value for question, (_, value) in SENT.items()}


def test_a_browser_without_the_script_answers_by_forms(visitor: Visitor):
    rater_id, token = visitor.ask()
    ids = visitor.assignments(rater_id)
    form = {"link": token, "assignment": ids[0], "answer": "different", "shown": 1_000}
    reply = visitor.client.post("/rate/answer", data=form)
    assert reply.status_code == 303
    following = visitor.client.get(reply.headers["location"])
    assert "2 of 7" in said(following.text)
    assert "saved ✓" in said(following.text)
    groups = {f"member-{place}": str(place % 2) for place in range(5)}
    sorting = {"link": token, "assignment": ids[4], "sorted": 1, **groups}
    assert visitor.client.post("/rate/answer", data=sorting).status_code == 303
    same = {"link": token, "assignment": ids[4], "all": "same"}
    assert visitor.client.post("/rate/answer", data=same).status_code == 303
    assert [one.value for one in visitor.ratings(rater_id)] == [
        "different",
        "0,1,1,1,0",
        "0,0,0,0,0",
    ]


def test_a_rating_records_what_was_shown_how_and_for_how_long(visitor: Visitor):
    rater_id, token = visitor.ask()
    visitor.answer(token, visitor.assignments(rater_id)[0], "equivalent", elapsed_ms=2_345)
    (rating,) = visitor.ratings(rater_id)
    assert rating.order == "ab"
    assert rating.template.startswith("annotate-equivalence@")
    assert rating.meta["renderer"] == RENDERER_VERSION
    assert rating.category_used == "B"
    assert rating.elapsed_ms == 2_345


def test_how_sure_and_ticks_are_kept_with_the_answer(visitor: Visitor):
    rater_id, token = visitor.ask(extras=True)
    quality = visitor.assignments(rater_id)[3]
    reply = visitor.answer(token, quality, "5", confidence=0.5, ticks=[1, 99])
    assert reply.status_code == 200
    (rating,) = visitor.ratings(rater_id)
    assert (rating.value, rating.confidence) == ("5", 0.5)
    assert rating.meta["ticks"] == [TICKS[1]]


def test_without_how_sure_an_answer_is_asked_for_again(visitor: Visitor):
    rater_id, token = visitor.ask(extras=True)
    reply = visitor.answer(token, visitor.assignments(rater_id)[0], "equivalent")
    assert reply.status_code == 422
    assert "how sure you are" in reply.json()["problem"]
    assert "how sure you are" in said(reply.json()["screen"])
    assert visitor.ratings(rater_id) == []


def test_the_same_answer_sent_twice_is_one_and_a_changed_one_is_a_revision(visitor: Visitor):
    rater_id, token = visitor.ask()
    first = visitor.assignments(rater_id)[0]
    sent = [("equivalent", "a"), ("equivalent", "a"), ("different", "b"), ("equivalent", "a")]
    for answer, client_id in sent:
        assert visitor.answer(token, first, answer, client_id=client_id).status_code == 200
    assert [(one.value, one.revision) for one in visitor.ratings(rater_id)] == [
        ("equivalent", 0),
        ("different", 1),
    ]


def test_two_tabs_at_once_leave_one_current_answer_and_its_history(visitor: Visitor):
    rater_id, token = visitor.ask()
    first = visitor.assignments(rater_id)[0]
    values = [("equivalent", "different")[number % 2] for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(
                lambda one: visitor.answer(token, first, one[1], client_id=str(one[0])),
                enumerate(values),
            )
        )
    assert {reply.status_code for reply in replies} == {200}
    revisions = [one.revision for one in visitor.ratings(rater_id)]
    assert revisions == list(range(len(revisions)))


def test_going_back_shows_the_answer_and_changing_it_returns_to_the_first_open_item(
    visitor: Visitor,
):
    rater_id, token = visitor.ask()
    ids = visitor.assignments(rater_id)
    for assignment, answer in zip(ids[:2], ("equivalent", "useful"), strict=True):
        visitor.answer(token, assignment, answer)
    page = visitor.page(token, at=0)
    assert "1 of 7" in page
    assert "You answered this before" in page
    reply = visitor.answer(token, ids[0], "different")
    assert "3 of 7" in said(reply.json()["screen"])


def test_the_link_opened_again_resumes_at_the_same_item(visitor: Visitor):
    rater_id, token = visitor.ask()
    visitor.answer(token, visitor.assignments(rater_id)[0], "equivalent")
    welcome = visitor.client.get("/rate", params={"link": token})
    assert "Go on" in said(welcome.text)
    assert "2 of 7" in visitor.page(token)


@pytest.mark.parametrize("token", ["", "1", "MQ.forged", "ÿ\x00"])
def test_a_link_that_was_altered_opens_nothing_and_takes_nothing(visitor: Visitor, token: str):
    reply = visitor.client.get("/rate", params={"link": token})
    assert reply.status_code == 404
    assert "This link does not work" in said(reply.text)
    for name in ("answer", "note", "step", "closing"):
        sent = visitor.client.post(f"/rate/{name}", json={"link": token, "assignment": 1})
        assert sent.status_code == 404


@pytest.mark.parametrize("assignment", ["", "0", "-1", "1e3", "9" * 30, "1; drop", "true", "٣"])
def test_forged_assignments_are_refused(visitor: Visitor, assignment: str):
    _, token = visitor.ask()
    reply = visitor.answer(token, assignment, "equivalent")
    assert reply.status_code == 403
    assert "not one of yours" in reply.json()["problem"]


def test_another_persons_item_is_refused(visitor: Visitor):
    other_id, _ = visitor.ask(slug="theirs")
    rater_id, token = visitor.ask(slug="mine")
    theirs = visitor.assignments(other_id)[0]
    assert visitor.answer(token, theirs, "equivalent").status_code == 403
    note = {"link": token, "assignment": theirs, "kind": "problem", "text": "x"}
    assert visitor.client.post("/rate/note", json=note).status_code == 403
    assert visitor.ratings(other_id) == visitor.ratings(rater_id) == []


@pytest.mark.parametrize("answer", ["maybe", "Equivalent", "6", "0,1", "<b>", "cannot tell"])
def test_what_is_no_answer_is_refused_and_the_item_stays(visitor: Visitor, answer: str):
    rater_id, token = visitor.ask()
    reply = visitor.answer(token, visitor.assignments(rater_id)[3], answer)
    assert reply.status_code == 422
    assert reply.json()["saved"] is False
    assert visitor.ratings(rater_id) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'{"link": {}}', b"[" * 10_000]
)
def test_bodies_that_are_nothing_are_refused_calmly(visitor: Visitor, body: bytes):
    headers = {"content-type": "application/json"}
    reply = visitor.client.post("/rate/answer", content=body, headers=headers)
    assert reply.status_code == 404
    assert reply.json()["saved"] is False


def test_a_body_without_end_is_not_read(visitor: Visitor):
    _, token = visitor.ask()
    form = {"link": token, "text": "x" * 100_000}
    assert visitor.client.post("/rate/note", data=form).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_another_sites_page_sends_is_refused(visitor: Visitor, headers: dict[str, str]):
    rater_id, token = visitor.ask()
    form = {"link": token, "assignment": visitor.assignments(rater_id)[0], "answer": "different"}
    for name in ("answer", "note", "step", "closing", "size"):
        reply = visitor.client.post(f"/rate/{name}", data=form, headers=headers)
        assert reply.status_code == 403
    assert visitor.ratings(rater_id) == []


def test_a_closed_study_says_so_and_takes_no_answer_from_an_open_tab(visitor: Visitor):
    rater_id, token = visitor.ask()
    with visitor.database.write() as session:
        session.scalars(select(Study)).one().status = "closed"
    reply = visitor.answer(token, visitor.assignments(rater_id)[0], "different")
    assert reply.status_code == 409
    assert "This study is closed" in said(reply.json()["screen"])
    assert "This study is closed" in visitor.page(token)
    assert visitor.ratings(rater_id) == []


def test_somebody_without_items_is_told_calmly(visitor: Visitor):
    rater_id, token = visitor.ask()
    with visitor.database.write() as session:
        for one in session.scalars(select(Assignment)).all():
            session.delete(one)
    assert "Nothing to do yet" in visitor.page(token)
    with visitor.database.write() as session:
        session.delete(session.get_one(Rater, rater_id))
    assert visitor.client.get("/rate", params={"link": token}).status_code == 404


def test_notes_are_kept_with_their_item(visitor: Visitor):
    rater_id, token = visitor.ask(extras=True)
    first = visitor.assignments(rater_id)[0]
    sent = {"link": token, "assignment": first, "kind": "comment", "text": "Odd <b>"}
    reply = visitor.client.post("/rate/note", json=sent)
    assert "we have noted it" in reply.json()["said"]
    form = visitor.client.post("/rate/note", data={**sent, "kind": "problem"})
    assert "we have noted it" in said(visitor.client.get(form.headers["location"]).text)
    empty = visitor.client.post("/rate/note", json={**sent, "text": "  "})
    assert empty.status_code == 422
    with visitor.database.read() as session:
        notes = [(one.kind, one.text) for one in session.scalars(select(Note))]
    assert notes == [("comment", "Odd <b>"), ("problem", "Odd <b>")]


def test_nothing_sent_gives_away_model_condition_or_other_people(visitor: Visitor):
    other_id, other = visitor.ask(slug="secret-study")
    for assignment, (given, _) in zip(visitor.assignments(other_id), SENT.values(), strict=True):
        visitor.answer(other, assignment, given)
    rater_id, token = visitor.ask(slug="mine")
    printed = [visitor.client.get("/rate", params={"link": token}).text]
    for assignment, (given, _) in zip(visitor.assignments(rater_id), SENT.values(), strict=True):
        printed.append(visitor.client.get("/rate", params={"link": token, "go": 1}).text)
        printed.append(json.dumps(visitor.answer(token, assignment, given).json()))
    text = " ".join(printed)
    assert "Thank you!" in text
    for secret in ("secret-study", "Secret-study", "Ada", "mine-1", "equivalence:1", "replay:"):
        assert secret not in text
    # Nothing names the item or the person but the assignment and the link.
    assert set(re.findall(r"data-([a-z]+)=", text)) <= {
        "texts", "size", "assignment", "question", "key", "place", "group", "all", "copy",
    }  # fmt: skip


def test_the_pages_may_load_nothing_from_elsewhere_and_are_not_kept(visitor: Visitor):
    _, token = visitor.ask()
    headers = visitor.client.get("/rate", params={"link": token}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


def test_the_size_of_texts_is_remembered_without_the_script(visitor: Visitor):
    _, token = visitor.ask()
    reply = visitor.client.post("/rate/size", data={"link": token, "size": "large", "at": ""})
    assert reply.status_code == 303
    page = visitor.client.get(reply.headers["location"])
    assert 'data-size="large"' in page.text
    odd = visitor.client.post("/rate/size", data={"link": token, "size": '"><script>'})
    assert 'data-size="normal"' in visitor.client.get(odd.headers["location"]).text


def test_people_invited_without_a_plan_have_no_way_through_phases(visitor: Visitor):
    rater_id, token = visitor.ask()
    for step in ("agree", "decline", "instructions", "practice", "nonsense", ""):
        reply = visitor.client.post("/rate/step", data={"link": token, "step": step})
        assert reply.status_code == 303
    with visitor.database.read() as session:
        assert session.scalars(select(Participation)).all() == []
    assert "1 of 7" in visitor.page(token)
    assert visitor.ratings(rater_id) == []
