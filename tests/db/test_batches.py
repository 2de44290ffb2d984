"""The ledger of batches: written before each step, read by whoever goes on."""

import pytest

from core.providers.batch_api import BatchReply
from core.providers.batch_ledger import CallKey, NewCall
from core.taxonomy import load_taxonomy
from db.batches import SqlLedger, list_batches
from db.queries.studies import add_study

HERE = "https://example.test/v1"
KEYS = [CallKey(f"unit:{number}", f"m:{number}") for number in range(3)]


@pytest.fixture
def ledger(db, db_settings):
    with db.write() as session:
        study_id = add_study(session, "s", "S", load_taxonomy(db_settings.prompts_dir)).id
    return SqlLedger(db, study_id)


def calls(prefix="one"):
    return [NewCall(key, f"{prefix}-{n}", {"wire": {"top_p": n}}) for n, key in enumerate(KEYS)]


def test_calls_are_known_from_before_they_are_handed_over(ledger):
    ledger.add_batch("openai", HERE, "one", calls())
    known = ledger.find_calls(HERE, KEYS)
    assert set(known) == set(KEYS)
    assert {call.batch.status for call in known.values()} == {"submitting"}
    assert known[KEYS[2]].parameters == {"wire": {"top_p": 2}}
    ledger.set_submitted("one", "batch_1")
    assert ledger.find_calls(HERE, KEYS[:1])[KEYS[0]].batch.remote_id == "batch_1"
    assert ledger.list_remote_ids(HERE) == {"batch_1"}


def test_other_words_or_another_server_are_another_call(ledger):
    ledger.add_batch("openai", HERE, "one", calls())
    assert ledger.find_calls(HERE, [CallKey("unit:0", "m:changed")]) == {}
    assert ledger.find_calls("https://other.test", KEYS) == {}


def test_replies_are_kept_and_calls_without_one_failed(ledger, db):
    ledger.add_batch("openai", HERE, "one", calls())
    ledger.set_submitted("one", "batch_1")
    replies = [
        BatchReply("one-0", 200, {"text": "yes"}),
        BatchReply("one-1", 400, {"error": "no"}),
    ]
    ledger.close_batch("one", "ended", "", replies)
    ledger.close_batch("one", "lost", "a second process", [])
    known = ledger.find_calls(HERE, KEYS)
    assert [known[key].status for key in KEYS] == ["done", "failed", "failed"]
    assert known[KEYS[0]].payload == {"text": "yes"}
    with db.read() as session:
        (view,) = list_batches(session, ledger._study_id)
    assert (view.status, view.counts) == ("ended", {"done": 1, "failed": 2})


def test_a_call_handed_over_again_belongs_to_the_new_batch(ledger):
    ledger.add_batch("openai", HERE, "one", calls())
    ledger.close_batch("one", "lost", "", [])
    ledger.add_batch("openai", HERE, "two", calls("two")[:1])
    known = ledger.find_calls(HERE, KEYS)
    assert known[KEYS[0]].batch.key == "two"
    assert known[KEYS[0]].status == "submitted"
    assert known[KEYS[1]].status == "failed"


def test_what_is_stored_elsewhere_is_forgotten(ledger):
    ledger.add_batch("openai", HERE, "one", calls())
    ledger.forget(HERE, ["unit:0", "unit:2"])
    assert set(ledger.find_calls(HERE, KEYS)) == {KEYS[1]}
