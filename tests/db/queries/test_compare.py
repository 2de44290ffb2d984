import pytest
from sqlalchemy import select

from core.results import ENSEMBLE
from db.models import Condition, Item, JudgedSet, Prompt, Rater, Response
from db.queries.compare import ResponseSet, load_sets
from db.queries.compare_choices import HUMAN_MAJORITY, load_choices
from pages.components.compare_columns import implied_text
from tests.support.rated_study import RatedStudy


def load(made: RatedStudy, prompt: Prompt, *conditions: Condition, rater: str) -> list[ResponseSet]:
    choices = load_choices(made.session, made.study.id, made.template)
    by_id = {choice.id: choice for choice in choices.conditions}
    wanted = [by_id[condition.id] for condition in conditions]
    templates = (made.template, "")
    return load_sets(made.session, made.study.id, prompt.id, wanted, rater, templates)


def judge(made: RatedStudy, rater: str, responses: list[Response], verdicts: str) -> None:
    """Verdicts on the pairs 1-2, 1-3, 2-3: = same, x different, ? unscored, blank not asked."""
    pairs = [(0, 1), (0, 2), (1, 2)]
    values = {"=": "equivalent", "x": "different", "?": None}
    for (a, b), said in zip(pairs, verdicts, strict=True):
        if said != " ":
            key = f"pair:{responses[a].id}:{responses[b].id}"
            known = made.session.scalar(select(Item).where(Item.key == key))
            item = known or made.pair(responses[a], responses[b])
            made.say(rater, item, values[said])


@pytest.mark.parametrize(
    ("verdicts", "letters", "count"),
    [
        ("===", "AAA", (1, 1, 1)),
        ("xxx", "ABC", (3, 3, 3)),
        ("x=x", "ABA", (2, 2, 2)),
        ("==?", "AAA", (1, 1, 1)),  # the open pair cannot change the count
        ("x=?", "ABA", (None, 1, 2)),
        ("=  ", "AA ", (None, 1, 2)),  # nobody said anything of the third
    ],
)
def test_groups_and_counts_follow_the_chosen_raters_verdicts(
    db, settings, verdicts, letters, count
):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        responses = made.responses(prompt, condition, ["one", "two", "three"])
        judge(made, "openai:j", responses, verdicts)
        (one,) = load(made, prompt, condition, rater="openai:j")
    assert "".join(slot.group or " " for slot in one.slots) == letters
    assert (one.distinct.value, one.distinct.low, one.distinct.high) == count
    assert (one.n_pairs, one.n_scored) == (3, len(verdicts.replace(" ", "").replace("?", "")))


def test_majorities_merge_only_their_own_kind_and_a_tie_is_unscored(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        responses = made.responses(prompt, condition, ["one", "two", "three"])
        judge(made, "openai:j1", responses, "===")
        judge(made, "openai:j2", responses, "=xx")
        judge(made, "ann", responses, "xxx")
        counts = {
            rater: load(made, prompt, condition, rater=rater)[0].distinct
            for rater in (ENSEMBLE, HUMAN_MAJORITY, "openai:j1", "openai:j2")
        }
    assert {rater: (one.low, one.high) for rater, one in counts.items()} == {
        ENSEMBLE: (1, 2),
        HUMAN_MAJORITY: (3, 3),
        "openai:j1": (1, 1),
        "openai:j2": (2, 2),
    }


def test_a_set_without_a_verdict_has_neither_groups_nor_a_count(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        made.responses(prompt, condition, ["one", "two"])
        (one,) = load(made, prompt, condition, rater="nobody")
    assert one.distinct is None
    assert [slot.group for slot in one.slots] == ["", ""]
    assert one.quality.reason == "no quality score"


def test_failed_slots_keep_their_place_and_surplus_stands_apart(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("system-general", n=3)
        made.responses(prompt, condition, ["one", "", "three", "four"])
        (one,) = load(made, prompt, condition, rater="")
    assert [(slot.index, slot.answered, slot.reason) for slot in one.slots] == [
        (0, True, ""),
        (1, False, "short_set"),
        (2, True, ""),
    ]
    assert [slot.text for slot in one.surplus] == ["four"]
    assert one.n_pairs == 1


def test_a_set_asked_again_replaces_the_old_one_whole(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("system-general", n=2)
        made.responses(prompt, condition, ["old one", ""])
        made.responses(prompt, condition, ["new one", "new two"], replicate=1)
        (one,) = load(made, prompt, condition, rater="")
    assert [slot.text for slot in one.slots] == ["new one", "new two"]


def test_sets_come_in_the_order_asked_for_and_empty_where_nothing_is_stored(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt = made.prompt("p")
        first, second = made.condition("temperature"), made.condition("system-general")
        made.responses(prompt, first, ["one"])
        sets = load(made, prompt, second, first, rater="")
    assert [(one.condition.strategy, len(one.slots)) for one in sets] == [
        ("system-general", 0),
        ("temperature", 1),
    ]


def test_transitive_judging_groups_under_its_own_name_by_what_follows(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        prompt, condition = made.prompt("p"), made.condition("temperature")
        responses = made.responses(prompt, condition, ["one", "two", "three"])
        judge(made, "openai:j", responses, "= x")
        first, second, third = (row.id for row in responses)
        session.add(
            JudgedSet(
                study_id=made.study.id,
                rater_id=session.scalar(select(Rater.id)),
                template=made.template,
                prompt_id=prompt.id,
                condition_id=condition.id,
                mode="transitive",
                orders="ab",
                asked=[[first, second], [second, third]],
                n_inferred=1,
            )
        )
        session.flush()
        (one,) = load(made, prompt, condition, rater="openai:j~transitive")
        (plain,) = load(made, prompt, condition, rater="openai:j")
        keys = [rater.key for rater in load_choices(session, made.study.id, made.template).raters]
    assert keys == ["openai:j", "openai:j~transitive"]
    assert "".join(slot.group for slot in one.slots) == "AAB"
    assert (one.distinct.value, one.implied) == (2, {(first, third): False})
    assert (one.implied_by, one.is_adaptive) == ("openai:j", True)
    assert implied_text(one) == (
        "Adaptive judging: 2 of 3 pairs asked, 1 implied by them, not asked."
    )
    # By the judge's own verdicts alone the third pair, not asked, could join the two.
    assert (plain.distinct.low, plain.distinct.high, plain.implied) == (1, 2, {})
