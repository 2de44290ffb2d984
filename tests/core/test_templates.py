"""Templates: what is filled, what is refused, and where texts come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TemplateError
from core.judges import (
    ChecklistWriter,
    Classification,
    Equivalence,
    QualityScorer,
    Usefulness,
)
from core.judges.reference import ReferenceJudge
from core.settings import BUNDLED_PROMPTS
from core.strategies import STRATEGIES
from core.taxonomy import load_taxonomy
from core.templates import Template, TemplateSource, load_template, text_hash


def test_a_template_is_filled_in_one_pass():
    template = Template.from_text("t", "{{a}} and {{ b }} {single} {{}} {{Not_One}}")
    assert template.placeholders == {"a", "b"}
    filled = template.fill(a="{{b}}", b="{{a}} {0} %s \\1")
    assert filled == "{{b}} and {{a}} {0} %s \\1 {single} {{}} {{Not_One}}"


@given(st.text(), st.text())
def test_values_are_inserted_as_they_are(first: str, second: str):
    template = Template.from_text("t", "<{{a}}|{{b}}>")
    assert template.fill(a=first, b=second) == f"<{first}|{second}>"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "no value for {{a}}"),
        ({"a": "1", "c": "2"}, "no placeholder for {{c}}"),
        ({"c": "2"}, "no value for {{a}}; no placeholder for {{c}}; expected {{a}}"),
    ],
)
def test_filling_asks_for_exactly_the_placeholders(values, said):
    with pytest.raises(TemplateError, match="Template 't' was not filled") as raised:
        Template.from_text("t", "{{a}}").fill(**values)
    assert said in str(raised.value)


def test_the_hash_is_the_first_16_hex_digits_of_the_sha256_of_the_text():
    # printf 'Hello {{name}}' | sha256sum
    assert Template.from_text("t", "Hello {{name}}").content_hash == "652b7c016734eedb"


def test_a_hash_over_parts_depends_on_where_they_are_cut():
    assert text_hash("ab", "c") != text_hash("a", "bc")
    assert text_hash("ab", "c") == text_hash("ab", "c")


@pytest.mark.parametrize("place", ["equivalence.txt", "templates/equivalence.txt"])
def test_a_file_in_the_override_folder_takes_the_place_of_the_bundled_one(tmp_path, place):
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("\ufeffSame? {{a}}\r\n", encoding="utf-8")
    template = load_template("equivalence", {"a"}, overrides=tmp_path)
    assert (template.name, template.text) == ("equivalence", "Same? {{a}}")
    assert load_template("checklist", {"prompt", "boundary"}, overrides=tmp_path).name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{prompt}}", "it lacks {{n}}"),
        ("{{n}} {{prompt}} {{colour}}", "it has the unknown {{colour}}"),
    ],
)
def test_placeholders_are_checked_when_a_template_is_loaded(tmp_path, text, said):
    (tmp_path / "mine.txt").write_text(text)
    with pytest.raises(TemplateError) as raised:
        load_template("mine", {"n", "prompt"}, optional={"boundary"}, overrides=tmp_path)
    assert said in str(raised.value)
    assert str(tmp_path / "mine.txt") in str(raised.value)


def test_an_optional_placeholder_may_be_there_or_not(tmp_path):
    for text in ("{{n}}", "{{n}} {{boundary}}"):
        (tmp_path / "mine.txt").write_text(text)
        template = load_template("mine", {"n"}, optional={"boundary"}, overrides=tmp_path)
        assert template.fill_from({"n": 3, "boundary": "x", "other": "y"}).startswith("3")


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"There is no file .*nothing\.txt"):
        load_template("nothing", set())
    (tmp_path / "mine.txt").write_bytes(b"ab\xff")
    with pytest.raises(TemplateError, match=r"not UTF-8 text \(byte 2\)"):
        load_template("mine", set(), overrides=tmp_path)


def test_a_source_keeps_what_it_read_though_the_file_changes(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("before")
    source = TemplateSource(tmp_path)
    assert source.get("mine", set()).text == "before"
    path.write_text("after")
    assert source.get("mine", set()).text == "before"
    assert TemplateSource(tmp_path).get("mine", set()).text == "after"


def test_every_bundled_template_is_used_and_has_the_placeholders_its_user_fills():
    taxonomy, source = load_taxonomy(), TemplateSource()
    used = {
        template.name
        for strategy in STRATEGIES.values()
        for category in taxonomy.values()
        if (template := strategy.template(category, source))
    }
    # Words that ask for paraphrases are sent in a call of their own.
    preparing = [one for one in STRATEGIES.values() if one.preparation("x", n=2, templates=source)]
    used |= {one.template_name for one in preparing}
    judges = [
        Equivalence.open(taxonomy, source),
        Equivalence.open_general(source),
        ReferenceJudge.open(source),
        Classification.open(taxonomy, source),
        ChecklistWriter.open(source),
        QualityScorer.open(source),
        Usefulness.open(source),
    ]
    used |= {judge.words.name for judge in judges}
    assert used == {path.stem for path in (BUNDLED_PROMPTS / "templates").iterdir()}
    for judge in judges:
        assert "boundary" in judge.words.placeholders
