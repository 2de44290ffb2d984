import asyncio
import errno

import pytest

from core.errors import ProviderError, UserError
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import ClassifySpec
from core.types import Completion, Usage
from tests.core.pipeline.conftest import MODEL, usual_reply
from tests.support.stores import MemoryStore

pytestmark = pytest.mark.timeout(30)


@pytest.fixture
def many(bench):
    """A hundred prompts."""
    bench.data.prompts[:] = [
        StoredPrompt(number, f"p{number}", f"prompt {number}", None) for number in range(100)
    ]
    return bench


def test_no_more_calls_are_in_flight_than_allowed(many):
    many.model.latency_s = 0.001
    many.generate("temperature")
    assert many.model.peak_in_flight == 4


def test_everything_done_is_saved_once_and_no_lease_is_left(many):
    many.generate("temperature")
    assert sum(len(saved) for saved in many.data.saves) == len(many.data.responses) == 300
    assert many.data.leases == {}


def test_a_refused_key_stops_the_run_at_once_and_names_the_remedy(many):
    many.model.answer = lambda _request: ProviderError(MODEL, "auth", "bad key", status_code=401)
    with pytest.raises(UserError, match="Check the API key"):
        many.generate("temperature")
    assert len(many.model.asked) <= 4
    assert many.data.leases == {}


def test_a_bug_in_a_reply_surfaces_as_itself(many):
    many.model.answer = lambda _request: ZeroDivisionError("bug")
    with pytest.raises(ZeroDivisionError, match="bug"):
        many.generate("temperature")


def test_a_full_disk_ends_the_run_instead_of_paying_for_answers_that_are_lost(many):
    many.store.broken = OSError(errno.ENOSPC, "No space left on device")
    many.model.latency_s = 0.01
    with pytest.raises(OSError, match="No space left"):
        many.generate("temperature")
    assert len(many.model.asked) < 100


def test_a_failing_claim_ends_the_run(many, monkeypatch):
    def fail(_keys):
        raise OSError("database is gone")

    monkeypatch.setattr(many.store, "claim", fail)
    with pytest.raises(OSError, match="database is gone"):
        many.generate("temperature")


def test_a_stop_lets_calls_in_flight_end_stores_them_and_starts_no_further(many):
    many.model.latency_s = 0.005
    progress = many.run(
        many.generate_spec("temperature"), should_stop=lambda: len(many.model.asked) >= 10
    )
    assert 10 <= len(many.model.asked) <= 14
    assert progress.done == len(many.data.responses) == len(many.model.asked)
    assert many.data.leases == {}

    resumed = many.generate("temperature")
    assert resumed.skipped == progress.done
    assert resumed.done == 300 - progress.done


def test_a_stop_between_the_turns_of_a_chain_keeps_the_turns_so_far(bench):
    progress = bench.run(
        bench.generate_spec("regenerate-general"), should_stop=lambda: bool(bench.model.asked)
    )
    assert progress.done == len(bench.model.asked) == len(bench.data.responses)
    resumed = bench.generate("regenerate-general")
    assert resumed.done + progress.done == 9
    assert len(bench.model.asked) == 9


def test_cancelling_saves_what_was_answered(many):
    many.model.latency_s = 0.01

    spec = many.generate_spec("temperature")

    async def cancel_soon():
        task = asyncio.create_task(many.run_async(spec, many.store))
        while len(many.model.asked) < 20:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_soon())
    assert 12 <= len(many.data.responses) <= len(many.model.asked) < 300
    assert many.data.leases == {}


@pytest.mark.parametrize("strategy", ["temperature", "regenerate-anchored"])
def test_two_runners_share_the_work_and_ask_nothing_twice(many, strategy):
    many.model.latency_s = 0.002
    other = MemoryStore(many.data, "two")
    spec = many.generate_spec(strategy)

    async def both():
        return await asyncio.gather(many.run_async(spec, many.store), many.run_async(spec, other))

    one, two = asyncio.run(both())
    keys = [(r.key.kind, r.key.prompt, r.key.index) for r in many.model.asked]
    assert len(keys) == len(set(keys))
    assert one.done + two.done == len(many.data.responses) == 300
    for progress in (one, two):
        assert progress.planned == progress.done + progress.skipped == 300


def test_what_a_living_process_holds_is_waited_for_and_not_asked(bench):
    bench.model.latency_s = 0.2
    other = MemoryStore(bench.data, "other")

    async def one_after_the_other():
        first = asyncio.create_task(bench.run_async(ClassifySpec(MODEL), other))
        while not bench.data.leases:
            await asyncio.sleep(0.001)
        second = await bench.run_async(ClassifySpec(MODEL), bench.store)
        await first
        return second

    second = asyncio.run(one_after_the_other())
    assert (second.planned, second.skipped, second.calls) == (3, 3, 0)
    assert len(bench.model.asked) == 3


def test_the_leases_of_a_dead_process_are_taken_over(bench):
    dead = MemoryStore(bench.data, "dead")

    spec = bench.generate_spec("temperature")

    async def die_in_the_middle():
        bench.model.latency_s = 60
        task = asyncio.create_task(bench.run_async(spec, dead))
        while not bench.model.asked:
            await asyncio.sleep(0.001)
        leases = dict(bench.data.leases)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return leases

    left = asyncio.run(die_in_the_middle())
    assert len(left) == 9
    bench.data.leases.update(left)
    bench.data.dead.add("dead")
    bench.model.latency_s = 0

    progress = bench.generate("temperature")
    assert (progress.done, progress.failed) == (9, 0)


def test_progress_counts_tokens_and_attempts(bench):
    bench.model.answer = lambda request: Completion(
        usual_reply(request), attempts=3, usage=Usage(10, 5)
    )
    progress = bench.generate("temperature")
    assert (progress.calls, progress.input_tokens, progress.output_tokens) == (27, 90, 45)
    assert progress.elapsed_s > 0
