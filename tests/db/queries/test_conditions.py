from db.queries.conditions import list_condition_overviews
from tests.support.rows import StudyRows


def overview(db, write):
    """The only condition of a study that `write` filled."""
    with db.write() as session:
        rows = StudyRows.new(session)
        write(rows)
        (one,) = list_condition_overviews(session, rows.study.id)
        return one


def test_failures_are_counted_by_reason_and_flags_by_name(db):
    def write(rows):
        condition, prompt = rows.condition(n=3), rows.prompt("p1")
        rows.response(prompt, condition, 0, flags=["truncated", "preamble"])
        rows.response(prompt, condition, 1, flags=["truncated"])
        rows.response(prompt, condition, 2, status="failed", reason="empty")

    one = overview(db, write)
    assert (one.n_ok, one.failed, one.flagged) == (2, {"empty": 1}, {"truncated": 2, "preamble": 1})


def test_a_slot_that_was_asked_again_counts_once(db):
    def write(rows):
        condition, prompt = rows.condition(n=1), rows.prompt("p1")
        rows.response(prompt, condition, 0, status="failed", reason="empty")
        rows.response(prompt, condition, 0, replicate=1)

    one = overview(db, write)
    assert (one.n_ok, one.failed) == (1, {})


def test_a_set_asked_again_is_replaced_as_a_whole(db):
    def write(rows):
        condition, prompt = rows.condition("system-general", n=2), rows.prompt("p1")
        rows.response(prompt, condition, 0)
        rows.response(prompt, condition, 1, status="failed", reason="short_set")
        rows.response(prompt, condition, 0, replicate=1)
        rows.response(prompt, condition, 1, replicate=1)

    one = overview(db, write)
    assert (one.n_ok, one.n_pairs, one.failed) == (2, 1, {})


def test_pairs_are_counted_within_sets_and_surplus_left_out(db):
    def write(rows):
        condition = rows.condition("system-general", n=3)
        full, short = rows.prompt("p1"), rows.prompt("p2")
        for index in range(4):
            rows.response(full, condition, index, flags=["surplus"] if index == 3 else [])
        rows.response(short, condition, 0)

    one = overview(db, write)
    assert (one.n_ok, one.n_pairs) == (4, 3)


def test_parameters_a_model_refused_are_named(db):
    def write(rows):
        condition, prompt = rows.condition(), rows.prompt("p1")
        rows.response(prompt, condition, 0, parameters_dropped={"top_p": "no", "temperature": "no"})
        rows.response(prompt, condition, 1)

    assert overview(db, write).dropped_parameters == ("temperature", "top_p")


def test_a_mismatched_condition_says_whose_instruction_it_gives(db):
    def write(rows):
        rows.condition("mismatched", n=1).spec = {"wrong_category": "G"}

    assert overview(db, write).wrong_category == "G"
