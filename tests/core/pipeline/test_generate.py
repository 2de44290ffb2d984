import asyncio
from dataclasses import replace

import pytest

from core.errors import ProviderError
from core.pipeline.generate_plan import plan_prompt
from core.pipeline.records import StoredPrompt, StoredSlot
from core.strategies import STRATEGIES
from core.types import Completion
from tests.core.pipeline.conftest import MODEL, usual_reply
from tests.support.stores import MemoryData, MemoryStore

PROMPT = StoredPrompt(1, "p1", "first", None)


def slot(index, reason=None, *, replicate=0, text="t"):
    return StoredSlot(1, index, replicate, reason is None, reason, text)


def plan(strategy, slots, *, n=3, retry_failed=False):
    return plan_prompt(PROMPT, 7, STRATEGIES[strategy], n, slots, retry_failed=retry_failed)


def asked(plan):
    return [(unit.indices, unit.replicate, unit.earlier) for unit in plan.units]


def failing(reason, when):
    """The usual replies, but a `ProviderError` where `when(request)`."""

    def answer(request):
        failure = ProviderError(MODEL, reason, "scripted")
        return failure if when(request) else usual_reply(request)

    return answer


# -- planning


def test_independent_samples_are_planned_one_by_one():
    assert asked(plan("temperature", [])) == [((i,), 0, ()) for i in range(3)]


def test_a_set_is_one_call_and_a_chain_one_unit():
    for strategy in ("system-general", "regenerate-general"):
        assert asked(plan(strategy, [])) == [((0, 1, 2), 0, ())]


def test_only_missing_samples_are_planned_and_more_can_be_asked_for():
    there = [slot(0), slot(2)]
    assert asked(plan("temperature", there, n=5)) == [((i,), 0, ()) for i in (1, 3, 4)]
    assert plan("temperature", there, n=5).n_stored == 2


def test_fewer_samples_than_are_there_are_all_there():
    done = plan("temperature", [slot(i) for i in range(5)], n=3)
    assert (done.units, done.n_stored) == ((), 3)


@pytest.mark.parametrize("reason", ["server_error", "timeout", "no_category"])
def test_a_call_that_never_came_back_is_planned_again_in_its_place(reason):
    assert asked(plan("temperature", [slot(0), slot(1, reason), slot(2)])) == [((1,), 0, ())]
    whole_set = [slot(i, reason) for i in range(3)]
    assert asked(plan("system-general", whole_set)) == [((0, 1, 2), 0, ())]


@pytest.mark.parametrize("reason", ["empty", "refusal"])
def test_what_the_model_gave_stands_until_a_retry_is_asked_for(reason):
    slots = [slot(0), slot(1, reason), slot(2)]
    assert plan("temperature", slots).standing == (reason,)
    assert asked(plan("temperature", slots, retry_failed=True)) == [((1,), 1, ())]


def test_a_short_set_stands_and_is_asked_again_as_a_whole():
    slots = [slot(0), slot(1), slot(2, "short_set")]
    standing = plan("system-general", slots)
    assert (standing.units, standing.n_stored, standing.standing) == ((), 2, ("short_set",))
    assert asked(plan("system-general", slots, retry_failed=True)) == [((0, 1, 2), 1, ())]


def test_a_retried_set_replaces_the_short_one_as_a_whole():
    slots = [slot(0), slot(1, "short_set"), slot(0, replicate=1), slot(1, replicate=1)]
    assert plan("system-general", slots, n=2).n_stored == 2


def test_a_chain_goes_on_after_its_last_answer_with_the_texts_so_far():
    slots = [
        slot(0, text="one"),
        slot(1, text="two"),
        slot(2, "server_error"),
        slot(3, "earlier_turn_failed"),
    ]
    assert asked(plan("regenerate-general", slots, n=4)) == [((2, 3), 0, ("one", "two"))]


def test_a_chain_that_met_a_refusal_stands_whole_and_starts_afresh_on_retry():
    slots = [slot(0), slot(1, "refusal"), slot(2, "earlier_turn_failed")]
    standing = plan("regenerate-general", slots)
    assert (standing.n_stored, standing.standing) == (1, ("refusal", "earlier_turn_failed"))
    assert asked(plan("regenerate-general", slots, retry_failed=True)) == [((0, 1, 2), 1, ())]


def test_a_chain_has_one_lease_however_much_of_it_is_there():
    fresh = plan("regenerate-general", []).units[0]
    resumed = plan("regenerate-general", [slot(0), slot(1)]).units[0]
    assert resumed.indices == (2,)
    assert resumed.key == fresh.key


# -- generating


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_every_strategy_fills_all_slots_and_a_rerun_asks_nothing(bench, strategy):
    truths = [replace(prompt, category="F") for prompt in bench.data.prompts]
    bench.data.prompts[:] = truths  # mismatched goes by nothing else
    first = bench.generate(strategy)
    assert (first.planned, first.done, first.failed, first.skipped) == (9, 9, 0, 0)
    assert len(bench.data.responses) == 9

    n_asked = len(bench.model.asked)
    again = bench.generate(strategy)
    assert (again.planned, again.done, again.skipped, again.calls) == (9, 0, 9, 0)
    assert len(bench.model.asked) == n_asked


def test_a_set_costs_one_call_a_chain_n(bench):
    assert bench.generate("system-general").calls == 3
    assert bench.generate("regenerate-general").calls == 9


def test_a_regeneration_turn_shows_the_model_its_earlier_answers(bench):
    bench.generate("regenerate-general")
    third = next(
        one for one in bench.model.asked if (one.key.prompt, one.key.index) == ("first", "2")
    )
    assert [message.role for message in third.messages] == [
        "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert third.messages[1].content == "text 0 of first"
    assert third.messages[3].content == "text 1 of first"


def test_a_chain_cut_off_resumes_in_the_middle_with_the_earlier_texts(bench):
    bench.model.answer = failing("server_error", lambda request: request.key.index == "1")
    broken = bench.generate("regenerate-general")
    assert (broken.done, broken.failed) == (3, 6)
    assert bench.reasons() == [None, "server_error", "earlier_turn_failed"]

    bench.model.answer = usual_reply
    bench.model.asked.clear()
    resumed = bench.generate("regenerate-general")
    assert (resumed.done, resumed.failed, resumed.skipped) == (6, 0, 3)
    assert bench.model.indices_asked("first") == ["1", "2"]
    assert bench.model.asked[0].messages[1].content.startswith("text 0 of")
    assert bench.reasons() == [None, None, None]


def test_a_failed_call_fails_its_slot_alone_and_is_made_good_by_the_next_run(bench):
    bench.model.answer = failing(
        "rate_limited", lambda request: (request.key.prompt, request.key.index) == ("second", "1")
    )
    first = bench.generate("temperature")
    assert (first.done, first.failed) == (8, 1)
    assert [(f.prompt, f.reason) for f in first.failures] == [("p2", "rate_limited")]

    bench.model.answer = usual_reply
    again = bench.generate("temperature")
    assert (again.done, again.skipped, again.calls) == (1, 8, 1)
    assert bench.reasons(2) == [None, None, None]


def test_a_short_set_keeps_what_came_and_says_what_is_missing(bench):
    bench.model.answer = lambda _request: "# Response 1:\none\n\n# Response 2:\ntwo"
    progress = bench.generate("system-general")
    assert (progress.planned, progress.done, progress.failed) == (9, 6, 3)
    assert bench.reasons() == [None, None, "short_set"]

    again = bench.generate("system-general")
    assert (again.calls, again.skipped, again.failed) == (0, 6, 3)

    bench.model.answer = usual_reply
    retried = bench.generate("system-general", retry_failed=True)
    assert (retried.done, retried.failed, retried.calls) == (9, 0, 3)
    assert bench.reasons(replicate=0) == [None, None, "short_set"]
    assert bench.reasons(replicate=1) == [None, None, None]


def test_what_a_set_has_beyond_n_is_kept_and_flagged_but_does_not_count(bench):
    bench.model.answer = lambda _request: "\n".join(f"# Response {i}:\nt{i}" for i in range(1, 6))
    progress = bench.generate("system-general")
    assert (progress.planned, progress.done) == (9, 9)
    assert [row.flags for row in bench.slots()] == [(), (), (), ("surplus",), ("surplus",)]


def test_a_set_is_written_in_one_transaction_and_paid_for_once(bench):
    bench.model.answer = lambda request: Completion(usual_reply(request), attempts=2)
    bench.generate("system-general")
    whole = {slot.prompt_id: 3 for slot in bench.slots()}
    for saved in bench.data.saves:
        for prompt_id in {row.prompt_id for row in saved}:
            assert sum(row.prompt_id == prompt_id for row in saved) == whole.get(prompt_id, 3)
    assert [row.attempts for row in bench.slots()] == [2, 0, 0]
    assert [bool(row.raw_reply) for row in bench.slots()] == [True, False, False]


def test_empty_truncated_and_refused_replies_are_told_apart(bench):
    replies = {
        "first": Completion(""),
        "second": Completion("cut sho", finish_reason="length"),
        "third": Completion("I will not.", finish_reason="refusal"),
    }
    bench.model.answer = lambda request: replies[request.key.prompt]
    progress = bench.generate("temperature", n=1)
    assert (progress.done, progress.failed) == (1, 2)
    assert bench.slots(1)[0].reason == "empty"
    assert (bench.slots(2)[0].reason, bench.slots(2)[0].flags) == (None, ("truncated",))
    assert (bench.slots(3)[0].reason, bench.slots(3)[0].text) == ("refusal", "I will not.")


def test_a_retry_asks_only_for_the_failed_sample_as_a_new_replicate(bench):
    bench.model.answer = lambda request: "" if request.key.index == "1" else usual_reply(request)
    bench.generate("temperature")
    bench.model.answer = usual_reply
    bench.model.asked.clear()
    retried = bench.generate("temperature", retry_failed=True)
    assert (retried.done, retried.skipped) == (3, 6)
    assert bench.model.indices_asked("first") == ["1"]
    assert bench.slots(replicate=1)[0].text == "text 1 of first"


# -- paraphrases


def test_paraphrases_that_came_with_a_prompt_are_asked_and_none_made(bench):
    bench.data.given_paraphrases[1] = ("way a", "way b", "way c", "way d")
    progress = bench.generate("paraphrase")
    assert (progress.done, progress.calls) == (9, 11)  # 9 responses, 2 prompts without
    assert bench.model.indices_asked("first") == ["0", "1", "2"]
    assert [row.meta["paraphrase"] for row in bench.slots(1)] == ["way a", "way b", "way c"]
    assert {row.meta["paraphrase_source"] for row in bench.slots(2)} == {MODEL}


def test_too_few_given_paraphrases_are_not_mixed_with_made_ones(bench):
    bench.data.given_paraphrases[1] = ("way a",)
    bench.generate("paraphrase")
    assert bench.model.indices_asked("first") == ["paraphrases", "0", "1", "2"]
    assert "way a" not in [row.meta["paraphrase"] for row in bench.slots(1)]


def test_a_run_that_is_stopped_while_paraphrasing_asks_nothing_more(bench):
    progress = bench.run(bench.generate_spec("paraphrase"), should_stop=lambda: True)
    assert (progress.done, bench.model.asked) == (0, [])


def test_two_processes_make_the_paraphrases_of_a_prompt_once(bench):
    spec = bench.generate_spec("paraphrase")

    async def both():
        stores = [MemoryStore(bench.data, name) for name in ("one", "two")]
        await asyncio.gather(*[bench.run_async(spec, store) for store in stores])

    bench.model.latency_s = 0.01
    asyncio.run(both())
    assert [one.key.index for one in bench.model.asked].count("paraphrases") == 3
    assert len(bench.model.asked) == 12


# -- categories


def test_a_seeded_wrong_category_is_never_the_true_one_and_the_same_in_every_run(bench):
    bench.data.prompts[:] = [replace(one, category="F") for one in bench.data.prompts]
    bench.generate("mismatched")
    used = [(row.category_used, row.category_source) for row in bench.data.responses.values()]
    assert {source for _, source in used} == {"mismatched"}
    assert "F" not in {category for category, _ in used}
    again = MemoryData(list(bench.data.prompts))
    asyncio.run(bench.run_async(bench.generate_spec("mismatched"), MemoryStore(again)))
    assert [(row.category_used, row.category_source) for row in again.responses.values()] == used


def test_an_anchored_strategy_goes_by_the_models_own_classification_even_where_it_is_wrong(bench):
    bench.generate("system-anchored")
    used = {(row.category_used, row.category_source) for row in bench.slots(1)}
    assert used == {("G", MODEL)}  # the truth of the first prompt is F
    assert len(bench.data.category_ratings()) == 3


def test_it_classifies_once_for_all_anchored_strategies(bench):
    bench.generate("system-anchored", "regenerate-anchored")
    kinds = [one.key.kind for one in bench.model.asked]
    assert kinds.count("classify") == 3


def test_categories_can_come_from_the_truth(bench):
    progress = bench.generate("system-anchored", category_from="truth")
    assert {(r.category_used, r.category_source) for r in bench.slots(1)} == {("F", "truth")}
    assert bench.reasons(2) == ["no_category"] * 3
    assert (progress.done, progress.failed, progress.calls) == (3, 6, 1)
    assert "classify it or set the truth" in progress.failures[0].detail


def test_an_unreadable_classification_leaves_no_category_and_is_not_asked_twice(bench):
    bench.model.answer = lambda request: (
        "what?" if request.key.kind == "classify" else usual_reply(request)
    )
    assert bench.generate("system-anchored").failed == 9
    bench.model.asked.clear()
    assert bench.generate("system-anchored").failed == 9
    assert bench.model.asked == []


def test_a_retry_classifies_again_what_was_unreadable(bench):
    bench.model.answer = lambda request: (
        "what?" if request.key.kind == "classify" else usual_reply(request)
    )
    bench.generate("system-anchored")
    bench.model.answer = usual_reply
    retried = bench.generate("system-anchored", retry_failed=True)
    assert (retried.done, retried.failed) == (9, 0)
