import threading

import pytest
from sqlalchemy import select

from core.pipeline.records import NewChecklist, NewParaphrases, NewRating, NewResponse
from core.settings import Settings
from core.strategies import Condition
from core.taxonomy import load_taxonomy
from core.types import SamplingParameters, Usage
from db.models import Item, Prompt, Rating, Response
from db.queries.studies import add_study
from db.saving import storable
from db.store import SqlStore


@pytest.fixture
def study_id(db, settings: Settings):
    with db.write() as session:
        study = add_study(session, "pilot", "Pilot", load_taxonomy(settings.prompts_dir))
        session.add_all(
            Prompt(study_id=study.id, external_id=f"p{i}", text=f"Say {i}.", category=category)
            for i, category in enumerate(["F", None])
        )
        return study.id


@pytest.fixture
def store(db, study_id):
    return SqlStore(db, study_id, "test")


@pytest.fixture
def prompts(store):
    return [prompt.id for prompt in store.list_prompts()]


def condition(n=3, model="openai:m", strategy="temperature"):
    return Condition(model, "http://x", strategy, SamplingParameters(temperature=1.0), n)


def response(prompt_id, condition_id, index, text="", reason=None, replicate=0, **fields):
    return NewResponse(prompt_id, condition_id, index, replicate, text, reason, **fields)


def rating(rater_id, item_id, value, *, order="", revision=0, question="equivalence"):
    return NewRating(
        rater_id, item_id, question, value, "" if value else "unreadable", "", order, "t@1",
        None, "raw", {}, Usage(), 5, revision,
    )  # fmt: skip


def test_prompts_come_in_the_order_they_were_added(store, prompts):
    rows = store.list_prompts()
    assert [(row.external_id, row.text, row.category) for row in rows] == [
        ("p0", "Say 0.", "F"),
        ("p1", "Say 1.", None),
    ]
    assert [row.id for row in store.list_prompts(prompts[1:])] == prompts[1:]


def test_a_condition_is_added_once_and_grows_with_n(store):
    first = store.add_condition(condition(3))
    assert store.add_condition(condition(5)) == first
    assert store.add_condition(condition(2)) == first
    assert store.add_condition(condition(model="openai:other")) != first


def test_a_stored_response_is_never_replaced(store, prompts):
    condition_id = store.add_condition(condition())
    store.save([response(prompts[0], condition_id, 0, "first")])
    store.save([response(prompts[0], condition_id, 0, "second")])
    store.save([response(prompts[0], condition_id, 0, "", "timeout")])
    (slot,) = store.list_slots(condition_id, prompts, with_text=True)
    assert (slot.text, slot.ok, slot.reason) == ("first", True, None)


def test_a_failed_call_is_replaced_by_what_made_it_good(store, prompts):
    condition_id = store.add_condition(condition())
    store.save([response(prompts[0], condition_id, 0, "", "timeout", detail="slow")])
    store.save([response(prompts[0], condition_id, 0, "here", attempts=2)])
    (slot,) = store.list_slots(condition_id, prompts, with_text=True)
    assert (slot.text, slot.ok, slot.reason) == ("here", True, None)


def test_records_of_one_save_are_stored_together_or_not_at_all(db, store, prompts):
    condition_id = store.add_condition(condition())
    good = response(prompts[0], condition_id, 0, "here")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store.save([good, response(prompts[0], 999, 1, "nowhere")])
    with db.read() as session:
        assert session.scalars(select(Response)).all() == []


def test_texts_no_database_can_hold_are_made_storable(db, store, prompts):
    condition_id = store.add_condition(condition())
    odd = "nul \x00, surrogate \ud800, emoji 🙂"
    store.save(
        [response(prompts[0], condition_id, 0, odd, detail=odd, parameters_dropped={"top_p": odd})]
    )
    with db.read() as session:
        row = session.scalars(select(Response)).one()
    assert row.text == storable(odd) == "nul \ufffd, surrogate ?, emoji 🙂"


def test_only_responses_that_count_are_judged(store, prompts):
    condition_id = store.add_condition(condition(2, strategy="system-general"))
    store.save(
        [
            response(prompts[0], condition_id, 0, "old"),
            response(prompts[0], condition_id, 1, "", "short_set"),
            response(prompts[0], condition_id, 0, "new 0", replicate=1),
            response(prompts[0], condition_id, 1, "new 1", replicate=1),
            response(prompts[0], condition_id, 2, "extra", replicate=1, flags=("surplus",)),
            response(prompts[1], condition_id, 0, "other", category_used="G"),
        ]
    )
    found = store.list_responses(prompts, None)
    assert [(one.text, one.category, one.category_source) for one in found] == [
        ("new 0", "F", "truth"),
        ("new 1", "F", "truth"),
        ("other", "G", "unconfirmed"),
    ]
    assert store.list_responses(prompts, ["another"]) == []


def test_items_are_made_once_however_many_ask_at_once(db, store, prompts):
    condition_id = store.add_condition(condition())
    store.save([response(prompts[0], condition_id, i, f"t{i}") for i in range(3)])
    responses = store.list_responses(prompts, None)
    pairs = [(responses[0], responses[1]), (responses[0], responses[2])]
    found: list[object] = []

    def ask():
        found.append(
            (
                store.list_pair_items(pairs),
                store.list_response_items(responses),
                store.list_prompt_items(prompts),
                store.add_judge("openai:j"),
                store.add_condition(condition(model="openai:new")),
            )
        )

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(one == found[0] for one in found)
    with db.read() as session:
        items = session.scalars(select(Item)).all()
    assert sorted(item.kind for item in items) == ["pair"] * 2 + ["prompt"] * 2 + ["response"] * 3
    assert {item.cluster for item in items} == {"p0", "p1"}


def test_what_a_judge_was_asked_is_told_by_item_order_and_newest_revision(store, prompts):
    items = store.list_prompt_items(prompts)
    judge, other = store.add_judge("openai:j"), store.add_judge("openai:k")
    store.save(
        [
            rating(judge, items[prompts[0]], "different", order="ab"),
            rating(judge, items[prompts[0]], None, order="ba"),
            rating(judge, items[prompts[0]], "equivalent", order="ba", revision=1),
            rating(judge, items[prompts[1]], None, order="ab"),
            rating(other, items[prompts[1]], "different", order="ab"),
        ]
    )
    assert store.list_judged(judge, "equivalence", "t@1", list(items.values())) == {
        (items[prompts[0]], "ab"): (True, 0),
        (items[prompts[0]], "ba"): (True, 1),
        (items[prompts[1]], "ab"): (False, 0),
    }
    assert store.list_judged(judge, "equivalence", "t@2", list(items.values())) == {}


def test_a_rating_saved_twice_is_there_once(db, store, prompts):
    items = store.list_prompt_items(prompts)
    judge = store.add_judge("openai:j")
    for _ in range(2):
        store.save([rating(judge, items[prompts[0]], "different", order="ab")])
    with db.read() as session:
        assert len(session.scalars(select(Rating)).all()) == 1


def test_the_latest_readable_classification_counts(store, prompts):
    items = store.list_prompt_items(prompts)
    judge = store.add_judge("openai:j")
    store.save([rating(judge, items[prompts[0]], "A", question="category")])
    store.save([rating(judge, items[prompts[0]], "B", question="category", revision=1)])
    store.save([rating(judge, items[prompts[1]], None, question="category")])
    assert store.find_categories("openai:j", prompts) == {prompts[0]: "B"}
    assert store.find_categories("openai:unknown", prompts) == {}


def test_a_readable_checklist_replaces_an_unreadable_one_and_stays(store, prompts):
    judge = store.add_judge("openai:j")

    def save(factors, reason=""):
        store.save([NewChecklist(prompts[0], judge, "c@1", factors, reason, "raw", {}, Usage())])

    save((), "unreadable")
    assert store.find_checklists(judge, "c@1", prompts) == {prompts[0]: ()}
    save(("Is it right?",))
    save(("Another?",))
    assert store.find_checklists(judge, "c@1", prompts) == {prompts[0]: ("Is it right?",)}


def test_more_paraphrases_replace_fewer_and_a_whole_set_stays(store, prompts):
    condition_id = store.add_condition(condition(strategy="paraphrase"))

    def save(*texts, reason=""):
        store.save(
            [NewParaphrases(prompts[0], condition_id, texts, reason, "p@1", "raw", {}, Usage())]
        )
        return store.find_paraphrases(condition_id, prompts)[prompts[0]].made

    assert store.find_paraphrases(condition_id, prompts)[prompts[0]].made is None
    assert save("a\x00", reason="1 of 2") == ("a\ufffd",)
    assert save("a", "b") == ("a", "b")
    assert save("c", "d") == ("a", "b")
    assert store.find_paraphrases(condition_id + 1, prompts)[prompts[0]].made is None


@pytest.mark.parametrize(
    ("meta", "given"),
    [
        ({"paraphrases": ["one", " ", "two"]}, ("one", "two")),
        ({"paraphrases": "one"}, ()),
        ({"paraphrases": ["one", 2]}, ()),
        ({}, ()),
    ],
)
def test_paraphrases_that_came_with_a_prompt_are_found(db, store, prompts, meta, given):
    with db.write() as session:
        session.get_one(Prompt, prompts[0]).meta = meta
    condition_id = store.add_condition(condition(strategy="paraphrase"))
    assert store.find_paraphrases(condition_id, prompts)[prompts[0]].given == given


def test_what_came_beside_a_text_is_stored_with_it(db, store, prompts):
    condition_id = store.add_condition(condition(strategy="ssot"))
    beside = {"seed": "x\x00y", "probability": 0.1}
    store.save([response(prompts[0], condition_id, 0, "text", meta=beside)])
    with db.read() as session:
        assert session.scalars(select(Response.meta)).one() == {
            "seed": "x\ufffdy",
            "probability": 0.1,
        }
