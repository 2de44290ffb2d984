from db.models import Assignment
from db.queries.stations import list_stations
from db.queries.studies import add_event
from tests.support.rows import StudyRows


def counts(db, write):
    """Station name -> (done, planned)."""
    with db.write() as session:
        rows = StudyRows.new(session)
        write(rows)
        session.flush()
        return {one.name: (one.done, one.planned) for one in list_stations(session, rows.study.id)}


def test_an_empty_study_is_at_none(db):
    found = counts(db, lambda _rows: None)
    assert {done for done, _ in found.values()} == {0}
    assert list(found) == [
        "Prompts",
        "Categories",
        "Responses",
        "Judges",
        "Ratings",
        "Agreement",
        "Report",
    ]


def test_a_category_is_known_from_the_truth_or_from_a_model(db):
    def write(rows):
        rows.prompt("true", "A")
        guessed, unread = rows.prompt("guessed"), rows.prompt("unread")
        judge = rows.rater("openai:m")
        rows.rating(judge, rows.item("prompt:1", "prompt", guessed), "B", "category")
        rows.rating(judge, rows.item("prompt:2", "prompt", unread), None, "category")

    assert counts(db, write)["Categories"] == (2, 3)


def test_responses_and_pairs_are_measured_against_what_conditions_ask(db):
    def write(rows):
        first, second = rows.prompt("p1"), rows.prompt("p2")
        condition = rows.condition(n=3)
        for index in range(3):
            rows.response(first, condition, index)
        rows.response(second, condition, 0)
        judge = rows.rater("openai:j")
        rows.rating(judge, rows.item("read"), "different", order="ab")
        rows.rating(judge, rows.item("unread"), None, order="ab")

    found = counts(db, write)
    assert found["Responses"] == (4, 6)
    assert found["Judges"] == (1, 3)


def test_peoples_answers_are_measured_against_their_assignments(db):
    def write(rows):
        person = rows.rater("person-1", "human")
        for position, state in enumerate(["done", "open", "open"]):
            item = rows.item(f"pair {position}")
            rows.session.add(
                Assignment(
                    rater_id=person.id,
                    item_id=item.id,
                    question="equivalence",
                    position=position,
                    state=state,
                )
            )

    assert counts(db, write)["Ratings"] == (1, 3)


def test_agreement_begins_with_an_item_that_a_person_and_a_judge_were_asked_alike(db):
    def write(rows):
        judge, person = rows.rater("openai:j"), rows.rater("person-1", "human")
        both, apart = rows.item("both"), rows.item("apart")
        rows.rating(judge, both, "different")
        rows.rating(person, both, "equivalent")
        rows.rating(judge, apart, "different")
        rows.rating(person, apart, "5", "quality")

    assert counts(db, write)["Agreement"] == (1, None)


def test_a_study_of_imported_ratings_alone_has_judged_items_and_ratings(db):
    def write(rows):
        item = rows.item("external", "external")
        rows.rating(rows.rater("judge"), item, "different", source="import")
        rows.rating(rows.rater("person", "human"), item, "different", source="import")
        add_event(rows.session, rows.study.id, "exported", {})

    found = counts(db, write)
    assert (found["Judges"], found["Ratings"], found["Report"]) == ((1, None), (1, None), (1, None))
