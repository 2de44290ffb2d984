"""Which category's words each prompt was given, beside the truth."""

from __future__ import annotations

import pytest

from core.settings import BUNDLED_PROMPTS
from core.strategies import make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from db.models import Response
from db.queries.instructions import count_misclassified, list_given_instructions
from tests.support.rated_study import RatedStudy

TAXONOMY = load_taxonomy()


@pytest.fixture
def study(db, settings):
    """Three prompts under system-anchored: one right, one wrong, one without a truth."""
    with db.write() as session:
        made = RatedStudy(session, settings)
        condition = made.condition("system-anchored", n=2)
        condition.spec = make_condition(
            "openai:m", "", "system-anchored", n=2, taxonomy=TAXONOMY, templates=TemplateSource()
        ).as_dict()
        mismatched = made.condition("mismatched", n=2)
        plain = made.condition("temperature", n=2)
        rows = [
            (condition, "right", "G", "G", "openai:m"),
            (condition, "wrong", "F", "A", "openai:m"),
            (condition, "open", None, "H", "openai:m"),
            (mismatched, "right", "G", "B", "mismatched"),
            (plain, "right", "G", None, ""),
        ]
        prompts = {
            name: made.prompt(name, category=truth)
            for name, truth in {(row[1], row[2]) for row in rows}
        }
        for where, name, _, used, source in rows:
            for index in range(2):
                session.add(
                    Response(
                        prompt_id=prompts[name].id, condition_id=where.id, sample_index=index,
                        status="ok" if index == 0 or name != "wrong" else "failed",
                        category_used=used, category_source=source,
                    )
                )  # fmt: skip
        return made.study.id


def given(db, study_id, templates=None, taxonomy=TAXONOMY, **options):
    with db.read() as session:
        return list_given_instructions(
            session, study_id, taxonomy, templates or TemplateSource(), **options
        )


def test_every_prompt_with_an_instruction_is_there_with_used_and_true_category(db, study):
    rows = {(one.strategy, one.prompt_id): one for one in given(db, study)}
    told = {k: (one.truth, one.used, one.is_wrong, one.n_responses) for k, one in rows.items()}
    assert told == {
        ("system-anchored", "right"): ("G", "G", False, 2),
        ("system-anchored", "wrong"): ("F", "A", True, 1),
        ("system-anchored", "open"): (None, "H", None, 2),
        ("mismatched", "right"): ("G", "B", True, 2),
    }  # fmt: skip
    assert [one.on_purpose for one in rows.values()].count(True) == 1


def test_the_words_given_stand_beside_those_of_the_truth(db, study):
    wrong = next(one for one in given(db, study) if one.prompt_id == "wrong")
    assert TAXONOMY["A"].system_instruction in wrong.instruction
    assert TAXONOMY["F"].system_instruction in wrong.true_instruction
    assert wrong.instruction.startswith("System prompt:\nWrite 2 responses")
    open_ = next(one for one in given(db, study) if one.prompt_id == "open")
    assert open_.true_instruction is None


def test_conditions_can_be_chosen(db, study):
    label = next(one.condition for one in given(db, study) if one.strategy == "mismatched")
    assert {one.strategy for one in given(db, study, conditions=[label])} == {"mismatched"}


def test_words_that_changed_since_are_marked(db, study, tmp_path):
    assert not any(one.words_changed for one in given(db, study))
    text = (BUNDLED_PROMPTS / "templates" / "system-anchored.txt").read_text()
    (tmp_path / "system-anchored.txt").write_text(text + " Be brief.")
    rows = given(db, study, TemplateSource(tmp_path))
    assert {one.words_changed for one in rows if one.strategy == "system-anchored"} == {True}


def test_misclassification_is_counted_by_condition_and_kind(db, study):
    anchored, mismatched = count_misclassified(given(db, study))
    assert (anchored.n_prompts, anchored.n_wrong, anchored.n_unknown) == (3, 1, 1)
    assert anchored.pairs == {("F", "A"): 1}
    assert (mismatched.n_prompts, mismatched.n_wrong) == (1, 1)
    assert count_misclassified([]) == []
