"""Adaptive judging in a run: what is asked, stored and inferred, and what happens on going on."""

import pytest

from core.errors import ProviderError, UserError
from core.pipeline.specs import JudgeSpec
from tests.core.pipeline.conftest import usual_reply

JUDGE = "scripted:judge"


@pytest.fixture
def generated(bench):
    """Three prompts with five responses each; the last two of every set hold one text."""
    bench.model.answer = lambda request: (
        "the same text" if request.key.index in {"3", "4"} else usual_reply(request)
    )
    bench.generate("temperature", n=5)
    bench.model.asked.clear()
    bench.model.answer = usual_reply
    return bench


def judge_by(bench, classes):
    """The judge puts response i into class classes[i]."""

    def answer(request):
        if request.key.question != "equivalence":
            return usual_reply(request)
        first, second = map(int, request.key.index.split(","))
        return "YES" if classes[first] == classes[second] else "NO"

    bench.model.answer = answer


def asked_of(bench, prompt="first"):
    return [one.key.index for one in bench.model.asked if one.key.prompt == prompt]


def test_graph_leaves_out_pairs_inside_a_class_and_copies_and_asks_all_others(generated):
    judge_by(generated, [0, 0, 0, 1, 1])
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", pairs="adaptive"))
    # Four texts: 2 questions join the first three, 3 tell the fourth from each of them.
    assert progress.calls == 3 * (2 + 3)
    assert (progress.planned, progress.done, progress.skipped) == (30, 15, 15)
    assert len(generated.data.ratings) == 15
    assert {row.mode for row in generated.data.judged_sets.values()} == {"graph"}


def test_transitive_asks_each_two_classes_once_and_audits_what_it_inferred(generated):
    judge_by(generated, [0, 0, 0, 1, 1])
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", pairs="transitive"))
    # 2 + 1 questions leave 3 of the 6 pairs of four texts inferred; one of them is audited.
    assert progress.calls == 3 * (2 + 1 + 1)
    for record in generated.data.judged_sets.values():
        assert (len(record.asked), len(record.audited), record.n_inferred) == (3, 1, 3)
        assert not set(record.audited) & set(record.asked)
    assert len(generated.data.ratings) == 12  # what was inferred is no rating


def test_a_second_run_asks_nothing_and_records_the_same(generated):
    judge_by(generated, [0, 0, 1, 1, 1])
    spec = JudgeSpec(JUDGE, "equivalence", pairs="transitive", orders=("ab", "ba"))
    generated.run(spec)
    before = dict(generated.data.judged_sets)
    again = generated.run(spec)
    assert (again.calls, again.done, again.skipped) == (0, 0, again.planned)
    assert generated.data.judged_sets == before


def test_a_run_that_was_stopped_goes_on_with_what_was_said(generated):
    judge_by(generated, [0, 1, 2, 3, 3])
    spec = JudgeSpec(JUDGE, "equivalence", pairs="adaptive")
    generated.run(spec, should_stop=lambda: len(generated.model.asked) >= 5)
    n_before = len(generated.model.asked)
    assert 5 <= n_before < 18
    rest = generated.run(spec)
    assert n_before + rest.calls == 3 * 6
    assert len(set(asked_of(generated))) == len(asked_of(generated)) == 6
    assert not generated.data.leases


def test_answers_of_an_ordinary_run_are_used(generated):
    judge_by(generated, [0, 0, 0, 1, 1])
    generated.run(JudgeSpec(JUDGE, "equivalence"))
    assert generated.run(JudgeSpec(JUDGE, "equivalence", pairs="adaptive")).calls == 0
    assert len(generated.data.judged_sets) == 3


def test_a_verdict_that_changes_with_the_order_joins_nothing(generated):
    def answer(request):
        first, second = map(int, request.key.index.split(","))
        return "YES" if first < second else "NO"

    generated.model.answer = answer
    spec = JudgeSpec(JUDGE, "equivalence", pairs="adaptive", orders=("ab", "ba"))
    progress = generated.run(spec)
    assert progress.calls == 3 * 6 * 2  # all pairs of four texts, since none are joined


def test_a_call_that_failed_leaves_the_set_open_until_the_next_run(generated):
    judge_by(generated, [0, 1, 2, 3, 3])
    usual, lost = generated.model.answer, []

    def answer(request):
        if request.key.prompt == "first" and not lost:
            lost.append(request)
            return ProviderError(JUDGE, "timeout", "scripted")
        return usual(request)

    generated.model.answer = answer
    spec = JudgeSpec(JUDGE, "equivalence", pairs="adaptive")
    first = generated.run(spec)
    assert (first.done, first.failed, first.planned) == (17, 1, 30)
    assert first.done + first.failed + first.skipped == first.planned
    assert len(generated.data.judged_sets) == 2
    assert generated.run(spec).calls == 1
    assert len(generated.data.judged_sets) == 3


@pytest.mark.parametrize("pairs", ["adaptive", "transitive"])
def test_an_unreadable_verdict_is_asked_again_only_on_request(generated, pairs):
    judge_by(generated, [0, 1, 2, 3, 3])
    readable = generated.model.answer
    generated.model.answer = lambda request: (
        "hm" if request.key.index == "0,1" else readable(request)
    )
    generated.run(JudgeSpec(JUDGE, "equivalence", pairs=pairs))
    assert sum(row.value is None for row in generated.data.ratings) == 3
    generated.model.answer = readable
    assert generated.run(JudgeSpec(JUDGE, "equivalence", pairs=pairs)).calls == 0
    retried = generated.run(JudgeSpec(JUDGE, "equivalence", pairs=pairs, retry_failed=True))
    assert (retried.calls, retried.done) == (3, 3)


def test_a_set_with_one_response_or_none_is_no_set(generated):
    generated.data.responses = {
        key: row for key, row in generated.data.responses.items() if key[2] == 0
    }
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", pairs="adaptive"))
    assert (progress.planned, progress.calls) == (0, 0)


# -- repeats and definitions


def test_repeats_are_asked_in_the_same_order_and_kept_apart(generated):
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", repeats=2))
    assert (progress.planned, progress.calls) == (60, 60)
    assert sorted({(row.order, row.repeat) for row in generated.data.ratings}) == [
        ("ab", 0),
        ("ab", 1),
    ]
    assert generated.run(JudgeSpec(JUDGE, "equivalence", repeats=2)).calls == 0
    assert generated.run(JudgeSpec(JUDGE, "equivalence", repeats=3)).calls == 30


def test_the_general_definition_is_another_template_on_the_same_pairs(generated):
    generated.run(JudgeSpec(JUDGE, "equivalence"))
    generated.model.answer = lambda _request: "YES"
    progress = generated.run(JudgeSpec(JUDGE, "equivalence", definition="general"))
    assert progress.calls == 30
    names = {row.template.partition("@")[0] for row in generated.data.ratings}
    assert names == {"equivalence", "equivalence-general"}
    by_template = {name: set() for name in names}
    for row in generated.data.ratings:
        by_template[row.template.partition("@")[0]].add(row.item_id)
    assert by_template["equivalence"] == by_template["equivalence-general"]
    question = generated.model.asked[-1]
    assert "Two responses are the same if" in question.messages[0].content
    assert question.key.question == "equivalence_general"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"question": "quality", "pairs": "adaptive"}, "equivalence only"),
        ({"question": "quality", "definition": "general"}, "equivalence only"),
        ({"question": "accuracy", "orders": ("ab", "ba")}, "equivalence or usefulness only"),
        ({"pairs": "transitive", "repeats": 2}, "Repeats measure noise"),
        ({"pairs": "adaptive", "batch": True}, "depends on the answers before it"),
        ({"repeats": 0}, "expected 1"),
    ],
)
def test_options_that_make_no_sense_together_are_refused(generated, options, words):
    spec = JudgeSpec(JUDGE, **{"question": "equivalence", **options})
    with pytest.raises(UserError, match=words):
        generated.run(spec)
