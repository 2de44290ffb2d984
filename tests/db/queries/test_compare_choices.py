import pytest

from db.engine import Database
from db.queries.compare_choices import HUMAN_MAJORITY, load_choices, search_prompts
from tests.support.rated_study import RatedStudy


def test_prompts_come_in_study_order_with_only_their_beginnings(db: Database, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        made.prompt("b", "x" * 500)
        made.prompt("a", "short")
        entries = load_choices(session, made.study.id, made.template).prompts
    assert [(entry.external_id, len(entry.start)) for entry in entries] == [("b", 80), ("a", 5)]


def test_a_prompt_without_truth_has_the_category_generation_used_unconfirmed(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        condition = made.condition("system-anchored")
        known, unknown, untouched = (
            made.prompt("known", category="A"),
            made.prompt("unknown", category=None),
            made.prompt("untouched", category=None),
        )
        for prompt in (known, unknown):
            made.responses(prompt, condition, ["x"], category_used="F")
        entries = load_choices(session, made.study.id, made.template).prompts
    assert untouched.external_id == entries[2].external_id
    assert [(entry.category, entry.confirmed) for entry in entries] == [
        ("A", True),
        ("F", False),
        (None, False),
    ]


def test_majorities_are_offered_from_two_raters_of_a_kind_and_imports_without_texts_are_not(
    db, settings
):
    with db.write() as session:
        made = RatedStudy(session, settings)
        responses = made.responses(made.prompt("p"), made.condition("temperature"), ["a", "b"])
        item = made.pair(*responses)
        made.say("openai:one", item, "equivalent")
        made.say("openai:one", item, "different", template="equivalence@0123456789abcdef")
        made.say("ann", item, "different")
        made.say("elsewhere", made.external("e", {}), "different")
        raters = load_choices(session, made.study.id, made.template).raters
    # The same model asked in two sets of words is two judges; one person is no majority.
    assert [(rater.key, rater.kind) for rater in raters] == [
        ("ensemble:majority", "judge"),
        ("openai:one#equivalence@01234567", "judge"),
        ("openai:one", "judge"),
        ("ann", "human"),
    ]
    assert HUMAN_MAJORITY not in {rater.key for rater in raters}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LIGHTHOUSE", {"p1"}),
        ("p2", {"p2"}),
        ("100%", {"p2"}),
        ("_", set()),
        ("absent", set()),
        ("p\0", {"p1", "p2"}),
    ],
)
def test_the_search_reads_whole_texts_and_ids_and_takes_wildcards_literally(
    db, settings, words, found
):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompts = [
            made.prompt("p1", "x" * 200 + " lighthouse"),
            made.prompt("p2", "100% sure"),
        ]
        ids = search_prompts(session, made.study.id, words)
    assert {prompt.external_id for prompt in prompts if prompt.id in ids} == found
