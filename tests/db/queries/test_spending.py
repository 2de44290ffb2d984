import pytest

from core.pipeline.records import Progress
from core.pipeline.specs import ClassifySpec, GenerateSpec, JudgeSpec
from core.strategies import make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Usage
from db.models import Chunk
from db.queries.spending import count_expected, list_tokens_of_runs
from db.runs import add_run, progress_as_dict
from tests.support.rows import StudyRows


def test_tokens_are_summed_over_chunks_and_attempts_of_each_run(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        runs = [
            add_run(session, rows.study, ClassifySpec("openai:m"), requested_by="me")
            for _ in range(3)
        ]
        for run, attempt, n_in, n_out in [(0, 0, 10, 1), (0, 1, 20, 2), (1, 0, 5, 5)]:
            progress = Progress(input_tokens=n_in, output_tokens=n_out)
            session.add(
                Chunk(
                    run_id=runs[run].id,
                    attempt=attempt,
                    number=0,
                    progress=progress_as_dict(progress),
                )
            )
        session.add(Chunk(run_id=runs[1].id, attempt=0, number=1))  # planned, not begun
        session.flush()
        found = list_tokens_of_runs(session, [run.id for run in runs])
        assert found == {runs[0].id: Usage(30, 3), runs[1].id: Usage(5, 5)}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (ClassifySpec("openai:m"), 2),
        (JudgeSpec("openai:j", "equivalence", orders=("ab", "ba")), 2 * (1 + 3)),
        (JudgeSpec("openai:j", "equivalence", conditions=("openai:m/temperature",)), 1),
        (JudgeSpec("openai:j", "quality"), 5),
    ],
)
def test_a_run_comes_to_all_that_its_spec_asks(db, spec, expected):
    with db.write() as session:
        rows = StudyRows.new(session)
        first, _second = rows.prompt("p1"), rows.prompt("p2")
        for condition in (rows.condition(n=2), rows.condition("system-general", n=3)):
            for index in range(condition.n):
                rows.response(first, condition, index)
        assert count_expected(session, rows.study.id, spec) == expected


def test_a_generation_comes_to_n_responses_of_each_condition_to_every_prompt(db):
    taxonomy, templates = load_taxonomy(), TemplateSource()
    conditions = tuple(
        make_condition("openai:m", "", strategy, n=n, taxonomy=taxonomy, templates=templates)
        for strategy, n in (("temperature", 5), ("system-general", 3))
    )
    with db.write() as session:
        rows = StudyRows.new(session)
        rows.prompt("p1")
        rows.prompt("p2")
        assert count_expected(session, rows.study.id, GenerateSpec(conditions)) == 16


def test_prompts_of_a_chosen_wrong_category_are_not_expected(db):
    taxonomy, templates = load_taxonomy(), TemplateSource()
    conditions = tuple(
        make_condition(
            "openai:m", "", "mismatched", n=3, taxonomy=taxonomy, templates=templates,
            wrong_category=wrong,
        )
        for wrong in ("G", "A", "seed:1")
    )  # fmt: skip
    with db.write() as session:
        rows = StudyRows.new(session)
        for name, category in (("p1", "G"), ("p2", "F"), ("p3", None)):
            rows.prompt(name).category = category
        session.flush()
        expected = count_expected(session, rows.study.id, GenerateSpec(conditions))
    assert expected == 3 * 2 + 3 * 3 + 3 * 3
