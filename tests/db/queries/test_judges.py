from db.models import Checklist
from db.queries.judges import list_definition_rows, list_judge_overviews
from tests.support.rows import StudyRows


def overviews(db, write):
    with db.write() as session:
        rows = StudyRows.new(session)
        write(rows)
        return list_judge_overviews(session, rows.study.id)


def test_flips_are_counted_among_pairs_with_a_verdict_in_both_orders(db):
    def write(rows):
        judge = rows.rater("openai:j")
        for key, forth, back in [
            ("same", "equivalent", "equivalent"),
            ("flips", "equivalent", "different"),
            ("unread", "equivalent", None),
        ]:
            item = rows.item(key)
            rows.rating(judge, item, forth, order="ab", template="equivalence@1")
            rows.rating(judge, item, back, order="ba", template="equivalence@1", reason="empty")

    (one,) = overviews(db, write)
    assert (one.n_items, one.n_answers, one.n_both, one.n_flips) == (3, 6, 2, 1)
    assert one.orders == ("ab", "ba")
    assert (one.unscored, one.n_unscored) == ({"empty": 1}, 1)


def test_a_readable_second_answer_replaces_an_unreadable_first_but_both_are_paid_for(db):
    def write(rows):
        judge, item = rows.rater("openai:j"), rows.item("pair")
        rows.rating(judge, item, None, reason="empty", input_tokens=10, output_tokens=1)
        rows.rating(judge, item, "different", revision=1, input_tokens=10, output_tokens=2)

    (one,) = overviews(db, write)
    assert (one.n_answers, one.n_unscored) == (1, 0)
    assert (one.input_tokens, one.output_tokens, one.n_uncounted) == (20, 3, 0)


def test_what_an_unreadable_judge_wrote_is_not_taken_for_a_reason(db):
    def write(rows):
        judge = rows.rater("openai:j")
        for number in range(2):
            reason = f"unreadable: YES or NO expected, found 'words {number}'"
            rows.rating(judge, rows.item(f"pair {number}"), None, reason=reason)

    (one,) = overviews(db, write)
    assert one.unscored == {"unreadable": 2}


def test_templates_and_imports_are_kept_apart(db):
    def write(rows):
        judge, item = rows.rater("judge"), rows.item("pair")
        rows.rating(judge, item, "different", template="equivalence@1")
        rows.rating(judge, item, "different", template="equivalence@2")
        rows.rating(judge, item, "different", source="import")

    found = [(one.template, one.imported) for one in overviews(db, write)]
    assert found == [("", True), ("equivalence@1", False), ("equivalence@2", False)]


def test_checklists_are_part_of_what_quality_took(db):
    def write(rows):
        judge, prompt = rows.rater("openai:j"), rows.prompt("p1")
        item = rows.item("response", "response", prompt)
        rows.rating(
            judge, item, "4", "quality", template="quality@1", input_tokens=5, output_tokens=5
        )
        rows.session.add(
            Checklist(
                prompt_id=prompt.id,
                rater_id=judge.id,
                template="checklist@1",
                input_tokens=100,
                output_tokens=20,
            )
        )

    (one,) = overviews(db, write)
    assert (one.input_tokens, one.output_tokens) == (105, 25)


def test_people_and_other_studies_are_not_judges_of_this_one(db):
    def write(rows):
        rows.rating(rows.rater("person-1", "human"), rows.item("pair"), "different")
        other = StudyRows.new(rows.session, "other")
        other.rating(other.rater("openai:j"), other.item("pair"), "different")

    assert overviews(db, write) == []


def test_repeats_are_noise_and_not_a_second_order(db):
    def write(rows):
        judge = rows.rater("openai:j")
        item = rows.item("pair")
        for repeat, value in enumerate(["equivalent", "different"]):
            rows.rating(judge, item, value, order="ab", repeat=repeat, template="equivalence@1")

    (one,) = overviews(db, write)
    assert (one.n_items, one.n_answers, one.n_both) == (1, 2, 0)
    assert (one.steadiness.n_repeats, one.steadiness.n_changed) == (1, 1)


def test_a_judge_asked_by_both_definitions_is_compared_with_itself_by_category(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        judge = rows.rater("openai:j")
        for key, category, anchored, general in [
            ("one", "A", "equivalent", "equivalent"),
            ("two", "G", "different", "equivalent"),
        ]:
            item = rows.item(key)
            item.category = category
            rows.rating(judge, item, anchored, order="ab", template="equivalence@1")
            rows.rating(judge, item, general, order="ab", template="equivalence-general@2")
        (row,) = list_definition_rows(session, rows.study.id)
    assert (row.judge, row.anchored, row.general) == (
        "openai:j",
        "equivalence@1",
        "equivalence-general@2",
    )
    assert list(row.by_category) == ["all", "A", "G"]
    assert (row.by_category["all"].n, row.by_category["all"].only_general) == (2, 1)
    assert row.by_category["G"].agreement.value == 0


def test_what_rules_decided_is_counted_by_rule(db):
    def write(rows):
        rules = rows.rater("reference-check")
        for key, how in [("one", "exact"), ("two", "numeric"), ("three", "exact")]:
            rows.rating(
                rules, rows.item(key), "correct", question="accuracy", meta={"decided_by": how}
            )

    (one,) = overviews(db, write)
    assert one.decided_by == {"exact": 2, "numeric": 1}
    assert one.steadiness is None
