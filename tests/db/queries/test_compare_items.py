from db.queries.compare_items import find_item, list_pair_answers
from tests.support.rated_study import RatedStudy


def test_every_pair_is_listed_with_the_newest_answer_of_each_rater_and_order(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        a, b, c = made.responses(prompt, condition, ["one", "two", "three"])
        item = made.pair(a, b)
        made.say("openai:j", item, "equivalent", order="ab")
        made.say("openai:j", item, "different", order="ba")
        made.say("ann", item, "equivalent")
        made.say("ann", item, "different", revision=1)
        answers = list_pair_answers(session, [a.id, b.id, c.id], "equivalence", made.template)
    assert list(answers) == [(a.id, b.id), (a.id, c.id), (b.id, c.id)]
    assert [(one.rater, one.order, one.value) for one in answers[a.id, b.id]] == [
        ("openai:j", "ab", "equivalent"),
        ("openai:j", "ba", "different"),
        ("ann", "", "different"),
    ]
    assert answers[a.id, c.id] == ()


def test_an_item_is_read_with_texts_category_and_rationales(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt = made.prompt("p", "Say hi.")
        a, b = made.responses(prompt, made.condition("temperature"), ["one", "two"])
        item = made.pair(a, b)
        made.say("openai:j", item, "equivalent", rationale="Both greet.", category_used="G")
        view = find_item(session, made.study.id, item.key, made.template)
    assert view is not None
    assert (view.prompt, view.prompt_id, view.category, view.confirmed) == (
        "Say hi.",
        "p",
        "G",
        True,
    )
    assert [(text.text, text.number) for text in view.texts] == [("one", 1), ("two", 2)]
    assert [(one.rationale, one.category_used) for one in view.answers] == [("Both greet.", "G")]


def test_an_imported_item_is_read_from_its_own_texts(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        texts = {"prompt": "Q", "response_a": "one", "response_b": "two"}
        made.say("ann", made.external("row 1/#2", texts), "different")
        made.say("ann", made.external("bare", {}), "different")
        view = find_item(session, made.study.id, "row 1/#2")
        bare = find_item(session, made.study.id, "bare")
    assert view is not None
    assert bare is not None
    assert (view.prompt, [text.text for text in view.texts]) == ("Q", ["one", "two"])
    assert (bare.prompt, bare.texts, len(bare.answers)) == ("", (), 1)


def test_two_responses_can_be_read_before_anybody_was_asked_about_them(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        a, b = made.responses(prompt, condition, ["one", "two"])
        view = find_item(session, made.study.id, f"pair:{a.id}:{b.id}")
    assert view is not None
    assert [text.text for text in view.texts] == ["one", "two"]
    assert (view.conditions, view.answers) == ((condition.hash,), ())


def test_a_pair_asked_for_the_other_way_round_is_the_stored_one(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        a, b = made.responses(made.prompt("p"), made.condition("temperature"), ["one", "two"])
        made.say("ann", made.pair(a, b), "different")
        view = find_item(session, made.study.id, f"pair:{b.id}:{a.id}")
    assert view is not None
    assert len(view.answers) == 1


def test_forged_keys_find_nothing_of_other_studies_prompts_or_numbers(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        condition = made.condition("temperature")
        (a,) = made.responses(made.prompt("p"), condition, ["one"])
        (b,) = made.responses(made.prompt("q"), condition, ["two"])
        other = RatedStudy(session, settings, slug="other")
        c, d = other.responses(other.prompt("p"), other.condition("temperature"), ["x", "y"])
        stored = other.pair(c, d).key
        keys = [
            stored,
            f"pair:{a.id}:{b.id}",
            f"pair:{a.id}:{c.id}",
            f"pair:{a.id}:{a.id}",
            "pair:1:" + "9" * 30,
            "",
            "'; --",
            "pair:1:2\0",
        ]
        found = [find_item(session, made.study.id, key) for key in keys]
    assert found == [None] * len(keys)
