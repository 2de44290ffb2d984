"""Classifying and judging: what is asked, what is stored, what is asked again."""

import pytest

from core.errors import ProviderError, UserError
from core.pipeline.specs import ClassifySpec, JudgeSpec
from tests.core.pipeline.conftest import MODEL, usual_reply

JUDGE = "scripted:judge"


def reply_once(bench, reply, when):
    """The first request for which `when` holds gets `reply`; all others get the usual one."""
    used = []

    def answer(request):
        if not used and when(request):
            used.append(request)
            return reply
        return usual_reply(request)

    bench.model.answer = answer


@pytest.fixture
def generated(bench):
    bench.generate("temperature")
    bench.model.asked.clear()
    return bench


def values(bench, question):
    return [row.value for row in bench.data.ratings if row.question == question]


# -- classifying


def test_each_prompt_is_classified_once(bench):
    first = bench.run(ClassifySpec(MODEL))
    again = bench.run(ClassifySpec(MODEL))
    assert (first.planned, first.done, first.calls) == (3, 3, 3)
    assert (again.planned, again.skipped, again.calls) == (3, 3, 0)
    assert values(bench, "category") == ["G", "G", "G"]


def test_a_misclassification_is_recorded_as_given(bench):
    bench.run(ClassifySpec(MODEL))
    item = bench.store.list_prompt_items([1])[1]
    (row,) = [row for row in bench.data.category_ratings() if row.item_id == item]
    assert (row.value, row.raw_reply) == ("G", "G")
    assert bench.data.prompts[0].category == "F"


def test_an_unreadable_classification_is_retried_once_then_unscored(bench):
    bench.model.answer = lambda _request: "no idea"
    progress = bench.run(ClassifySpec(MODEL))
    assert progress.calls == 6
    assert (progress.done, progress.failed) == (0, 3)
    assert values(bench, "category") == [None] * 3
    assert all(row.reason and row.raw_reply == "no idea" for row in bench.data.ratings)


# -- equivalence


def test_all_pairs_of_a_set_are_judged_in_both_orders(generated):
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", orders=("ab", "ba")))
    assert (progress.planned, progress.done, progress.calls) == (18, 18, 18)
    assert {row.order for row in generated.data.ratings} == {"ab", "ba"}
    shown = [one.key.index for one in generated.model.asked if one.key.prompt == "first"]
    assert sorted(shown) == ["0,1", "0,2", "1,0", "1,2", "2,0", "2,1"]


def test_the_second_order_adds_to_the_first_and_asks_nothing_twice(generated):
    generated.run(JudgeSpec(JUDGE, "equivalence"))
    both = generated.run(JudgeSpec(JUDGE, "equivalence", orders=("ab", "ba")))
    assert (both.done, both.skipped, both.calls) == (9, 9, 9)


def test_a_prompt_with_truth_is_judged_by_it_and_one_without_by_the_general_question(generated):
    generated.run(JudgeSpec(JUDGE, "equivalence"))
    assert {row.category_used for row in generated.data.ratings} == {"F", "N"}


def test_an_unreadable_verdict_is_retried_once_and_the_second_reply_counts(generated):
    reply_once(generated, "hm", lambda request: request.key.index == "0,1")
    progress = generated.run(JudgeSpec(JUDGE, "equivalence"))
    assert (progress.done, progress.failed, progress.calls) == (9, 0, 10)
    assert set(values(generated, "equivalence")) == {"different"}


def test_a_verdict_unreadable_twice_is_unscored_and_asked_again_only_on_request(generated):
    generated.model.answer = lambda request: (
        "hm" if request.key.index == "0,1" else usual_reply(request)
    )
    progress = generated.run(JudgeSpec(JUDGE, "equivalence"))
    assert (progress.done, progress.failed) == (6, 3)
    assert {failure.reason for failure in progress.failures} == {"unscored"}
    assert values(generated, "equivalence").count(None) == 3

    assert generated.run(JudgeSpec(JUDGE, "equivalence")).calls == 0

    generated.model.answer = usual_reply
    retried = generated.run(JudgeSpec(JUDGE, "equivalence", retry_failed=True))
    assert (retried.done, retried.calls) == (3, 3)
    assert {row.revision for row in generated.data.ratings} == {0, 1}


def test_a_call_that_failed_leaves_no_rating_and_is_asked_by_the_next_run(generated):
    reply_once(
        generated,
        ProviderError(JUDGE, "timeout", "scripted"),
        lambda request: request.key.index == "0,1",
    )
    first = generated.run(JudgeSpec(JUDGE, "equivalence"))
    assert (first.done, first.failed) == (8, 1)
    assert len(generated.data.ratings) == 8
    assert generated.run(JudgeSpec(JUDGE, "equivalence")).done == 1


def test_only_the_conditions_named_are_judged(generated):
    generated.generate("system-general")
    label = generated.data.conditions[1].label
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", conditions=(label,)))
    assert progress.planned == 9


# -- usefulness


def test_usefulness_is_asked_in_its_direction_and_by_no_category(generated):
    """The response read first is named in `order`, as people's answers name it."""
    generated.model.answer = lambda request: "YES" if request.key.index == "0,1" else "NO"
    progress = generated.run(JudgeSpec(JUDGE, "usefulness", orders=("ab", "ba")))
    assert (progress.planned, progress.done, progress.calls) == (18, 18, 18)
    rows = generated.data.ratings
    assert {(row.question, row.category_used) for row in rows} == {("usefulness", None)}
    assert {row.order for row in rows if row.value == "useful"} == {"ab"}
    assert sum(row.value == "useful" for row in rows) == 3
    first = next(one for one in generated.model.asked if one.key.index == "1,0")
    text = first.messages[-1].content
    assert text.index(f"text 1 of {first.key.prompt}") < text.index(f"text 0 of {first.key.prompt}")
    again = generated.run(JudgeSpec(JUDGE, "usefulness"))
    assert (again.skipped, again.calls) == (9, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pairs": "adaptive"}, "Adaptive pairs apply to the question equivalence only"),
        ({"definition": "general"}, "The general definition apply to the question equivalence"),
    ],
)
def test_usefulness_has_no_definition_and_no_pair_that_another_answers(generated, options, words):
    with pytest.raises(UserError, match=words):
        generated.run(JudgeSpec(JUDGE, "usefulness", **options))
    with pytest.raises(UserError, match="apply to the question equivalence or usefulness only"):
        generated.run(JudgeSpec(JUDGE, "quality", orders=("ab", "ba")))


# -- quality


def test_a_checklist_is_written_once_per_prompt_and_used_for_every_score(generated):
    progress = generated.run(JudgeSpec(JUDGE, "quality"))
    assert (progress.planned, progress.done, progress.calls) == (9, 9, 12)
    assert values(generated, "quality") == ["4"] * 9
    scoring = next(one for one in generated.model.asked if one.key.index == "0")
    assert "Is it clear?" in scoring.messages[-1].content

    assert generated.run(JudgeSpec(JUDGE, "quality")).calls == 0


def test_without_a_readable_checklist_its_scores_fail_and_say_so(generated):
    generated.model.answer = lambda request: (
        "none" if request.key.index == "checklist" else usual_reply(request)
    )
    progress = generated.run(JudgeSpec(JUDGE, "quality"))
    assert (progress.done, progress.failed, progress.calls) == (0, 9, 6)
    assert {failure.reason for failure in progress.failures} == {"no_checklist"}
    assert values(generated, "quality") == []

    generated.model.answer = usual_reply
    retried = generated.run(JudgeSpec(JUDGE, "quality", retry_failed=True))
    assert (retried.done, retried.failed) == (9, 0)
