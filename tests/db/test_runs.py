import pytest
from sqlalchemy import select, update

from core.errors import UserError
from core.pipeline.records import Failure, Progress
from core.pipeline.specs import ClassifySpec, JudgeSpec
from core.taxonomy import load_taxonomy
from db.executors import LiveExecutor
from db.models import Chunk, Prompt, Run
from db.queries.studies import add_study, get_study
from db.runs import (
    CHUNK_CALLS,
    add_run,
    change_run,
    count_open_runs,
    execute_chunk,
    finish_run,
    get_run_view,
    list_runs,
    plan_chunks,
    progress_as_dict,
)

N_PROMPTS = 2 * CHUNK_CALLS + 1


@pytest.fixture
def run_id(db, settings):
    """A queued classification of so many prompts that it makes three chunks."""
    with db.write() as session:
        study = add_study(session, "pilot", "Pilot", load_taxonomy(settings.prompts_dir))
        session.add_all(
            Prompt(study_id=study.id, external_id=f"p{i}", text=f"Say {i}.")
            for i in range(N_PROMPTS)
        )
        return add_run(session, study, ClassifySpec("replay:sample"), requested_by="me").id


def change(db, run_id, action):
    with db.write() as session:
        change_run(session, run_id, action)


def get(db, run_id):
    with db.read() as session:
        run = session.get_one(Run, run_id)
        return run.status, run.attempt, run.message


def view(db, run_id):
    with db.read() as session:
        return get_run_view(session, session.get_one(Run, run_id))


def set_chunk(db, run_id, number, status, *, attempt=0, executor="", **progress):

    with db.write() as session:
        session.execute(
            update(Chunk)
            .where(Chunk.run_id == run_id, Chunk.attempt == attempt, Chunk.number == number)
            .values(
                status=status,
                executor_id=executor,
                progress=progress_as_dict(Progress(**progress)),
            )
        )


def test_a_run_is_split_once_into_chunks_that_hold_every_prompt_once(db, run_id):
    assert plan_chunks(db, run_id, 0) == [0, 1, 2]
    assert plan_chunks(db, run_id, 0) == [0, 1, 2]
    with db.read() as session:
        parts = session.scalars(select(Chunk.prompt_ids).order_by(Chunk.number)).all()
    ids = [prompt_id for part in parts for prompt_id in part]
    assert len(ids) == len(set(ids)) == N_PROMPTS
    assert get(db, run_id)[0] == "running"


def test_an_attempt_that_was_paused_or_superseded_is_not_planned(db, run_id):
    change(db, run_id, "pause")
    assert plan_chunks(db, run_id, 0) == []
    change(db, run_id, "resume")
    assert get(db, run_id)[:2] == ("queued", 1)
    assert plan_chunks(db, run_id, 0) == []
    assert plan_chunks(db, run_id, 1) == [0, 1, 2]


def test_a_chunk_of_a_cancelled_run_calls_nobody(db, run_id, db_settings):
    plan_chunks(db, run_id, 0)
    change(db, run_id, "cancel")
    progress = execute_chunk(db, db_settings, run_id, 0, 1, "me")
    assert (progress.planned, progress.calls) == (0, 0)
    assert get(db, run_id)[0] == "cancelled"


def test_a_run_is_closed_by_its_last_chunk(db, run_id):
    plan_chunks(db, run_id, 0)
    for number in (0, 1):
        set_chunk(db, run_id, number, "done")
        assert finish_run(db, run_id, 0) == "running"
    set_chunk(db, run_id, 2, "done")
    assert finish_run(db, run_id, 0) == "done"
    assert view(db, run_id).finished_at is not None


def test_a_chunk_that_cannot_go_on_fails_the_run_at_once_with_its_words(db, run_id):
    plan_chunks(db, run_id, 0)
    set_chunk(db, run_id, 1, "failed")
    assert finish_run(db, run_id, 0, "No key is set.") == "failed"
    assert get(db, run_id) == ("failed", 0, "No key is set.")


def test_an_attempt_that_was_superseded_closes_nothing(db, run_id):
    plan_chunks(db, run_id, 0)
    change(db, run_id, "pause")
    change(db, run_id, "resume")
    plan_chunks(db, run_id, 1)
    assert finish_run(db, run_id, 0, "late news") == "running"
    assert get(db, run_id) == ("running", 1, "")


@pytest.mark.parametrize(
    ("status", "action"),
    [("done", "pause"), ("queued", "resume"), ("cancelled", "cancel"), ("failed", "pause")],
)
def test_an_action_out_of_place_is_refused_with_the_state(db, run_id, status, action):
    with db.write() as session:
        session.get_one(Run, run_id).status = status
    with pytest.raises(UserError, match=f"Run {run_id} is {status}"):
        change(db, run_id, action)


def test_progress_is_summed_over_the_chunks_of_the_present_attempt(db, run_id):
    plan_chunks(db, run_id, 0)
    failure = Failure("p1", "classify", "timeout", "slow")
    set_chunk(db, run_id, 0, "done", planned=5, done=4, failed=1, calls=6, failures=[failure])
    set_chunk(db, run_id, 1, "running", planned=5, done=1, skipped=2, calls=1, elapsed_s=2.0)
    progress = view(db, run_id).progress
    assert (progress.planned, progress.done, progress.failed, progress.skipped) == (10, 5, 1, 2)
    assert (progress.calls, progress.elapsed_s, progress.failures) == (7, 2.0, [failure])

    change(db, run_id, "pause")
    change(db, run_id, "resume")
    assert view(db, run_id).progress == Progress()


def test_a_run_whose_worker_is_gone_is_called_interrupted(db, run_id):
    plan_chunks(db, run_id, 0)
    assert not view(db, run_id).interrupted
    with LiveExecutor(db, "worker") as worker:
        set_chunk(db, run_id, 0, "running", executor=worker.id)
        assert not view(db, run_id).interrupted
    assert view(db, run_id).interrupted


def test_runs_are_listed_the_newest_first_and_the_open_ones_counted(db, run_id):
    with db.write() as session:
        study = get_study(session, "pilot")
        later = add_run(session, study, JudgeSpec("replay:x", "quality"), requested_by="me").id
    with db.read() as session:
        study = get_study(session, "pilot")
        assert [run.id for run in list_runs(session, study.id)] == [later, run_id]
        assert count_open_runs(session, study.id) == 2


def test_judging_a_condition_the_study_does_not_have_is_refused(db, run_id):
    spec = JudgeSpec("replay:x", "quality", conditions=("nowhere",))
    with db.write() as session, pytest.raises(UserError, match="no condition 'nowhere'"):
        add_run(session, get_study(session, "pilot"), spec, requested_by="me")
    assert get(db, run_id)[0] == "queued"
