"""The taxonomy file: what it says, and what is refused."""

from __future__ import annotations

import os
import tomllib

import pytest

from core.errors import UserError
from core.settings import BUNDLED_PROMPTS
from core.taxonomy import load_taxonomy

BUNDLED = (BUNDLED_PROMPTS / "taxonomy.toml").read_text(encoding="utf-8")

# What the method rests on, by category: (said in definition or instruction, said in the
# equivalence definition). Source: arXiv 2509.21267, as quoted there.
DEFINING = {
    "A": ("the answer should remain the same", "the same answer"),
    "B": ("is underspecified and has many correct answers", "the same answer"),
    "C": ("randomize over a set of finite options", "the same option"),
    "D": (
        "a single correct answer, but can be solved using different problem-solving strategies",
        "the same problem-solving strategy",
    ),
    "E": (
        "multiple correct answers, and may be solved using different problem-solving strategies",
        "the same answer and use the same strategy",
    ),
    "F": ("where there may be different factual perspectives", "similar factual perspectives"),
    "G": (
        "the key creative elements such as tone, genre, point of view, theme, structure, etc.",
        "the same key creative elements",
    ),
    "H": ("a different viewpoint or perspective", "the same viewpoint"),
}


def test_the_bundled_categories_are_a_to_h_and_n():
    taxonomy = load_taxonomy()
    assert taxonomy.keys() == ("A", "B", "C", "D", "E", "F", "G", "H", "N")
    kinds = [category.kind for category in taxonomy.values()]
    assert kinds == ["objective"] * 4 + ["subjective"] * 4 + ["none"]
    assert list(taxonomy) == list(taxonomy.keys())
    assert len(taxonomy) == 9
    assert "G" in taxonomy
    assert "Z" not in taxonomy


def test_sameness_is_desired_in_a_alone_and_in_d_of_the_answer_only():
    taxonomy = load_taxonomy()
    assert [c.key for c in taxonomy.values() if c.homogenization_desired] == ["A"]
    assert taxonomy["D"].homogenization == "of the answer desired, of the strategy undesired"


@pytest.mark.parametrize("key", DEFINING)
def test_each_category_says_what_defines_it(key):
    category = load_taxonomy()[key]
    instructed, equivalent = DEFINING[key]
    assert instructed in category.system_instruction
    assert equivalent in category.equivalence_definition


def test_every_equivalence_definition_begins_with_the_general_sentence_which_is_all_n_has():
    taxonomy = load_taxonomy()
    general = taxonomy["N"].equivalence_definition
    assert "a user who has seen one response would find the other response to be redundant" in (
        general
    )
    assert all(
        category.equivalence_definition.startswith(general) for category in taxonomy.values()
    )


def test_annotators_get_help_and_an_example_of_each_verdict_in_every_category():
    for category in load_taxonomy().values():
        assert category.help
        assert {example.verdict for example in category.examples} == {"equivalent", "different"}


def test_an_unknown_category_is_an_error_that_lists_the_known_ones():
    with pytest.raises(UserError, match=r"no category 'Z'.*A, B, C"):
        load_taxonomy()["Z"]


def write(folder, text, stamp=1):
    path = folder / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    os.utime(path, (stamp, stamp))


def test_a_researcher_may_add_a_category_in_the_override_folder(tmp_path):
    added = BUNDLED.replace("[categories.N", "[categories.T2").replace(
        'kind = "none"',
        'kind = "subjective"\ninstruction = { system = "Vary it.", regenerate = "Vary it more." }',
    )
    extra = added[added.index("[categories.T2]") :]
    write(tmp_path, BUNDLED + extra)
    taxonomy = load_taxonomy(tmp_path)
    assert taxonomy.keys()[-1] == "T2"
    assert taxonomy["T2"].system_instruction == "Vary it."
    assert taxonomy.content_hash != load_taxonomy().content_hash


def test_a_changed_file_is_read_again_and_has_another_hash(tmp_path):
    write(tmp_path, BUNDLED, stamp=1)
    before = load_taxonomy(tmp_path)
    assert before.content_hash == load_taxonomy().content_hash
    write(tmp_path, BUNDLED.replace("Creative writing", "Creative text"), stamp=2)
    after = load_taxonomy(tmp_path)
    assert after["G"].name == "Creative text"
    assert after.content_hash != before.content_hash


def test_a_changed_help_text_leaves_the_hash_of_the_definitions_alone(tmp_path):
    write(tmp_path, BUNDLED.replace("picked the same thing", "chose the same thing"))
    changed, bundled = load_taxonomy(tmp_path), load_taxonomy()
    assert changed.content_hash != bundled.content_hash
    name = "equivalence_definition"
    assert changed.field_hash(name) == bundled.field_hash(name)
    write(tmp_path, BUNDLED.replace("both pick the same option", "both pick one option"), stamp=3)
    assert load_taxonomy(tmp_path).field_hash(name) != bundled.field_hash(name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1.0"', "", "version is missing"),
        ('version = "1.0"', 'version = "1"\ncolour = 1', "colour is 1; expected only"),
        ('kind = "none"', 'kind = "odd"', "category N: kind is 'odd'; expected one of objective"),
        ('name = "Creative writing"', 'name = " "', "category G: name is ' '; expected a text"),
        ("homogenization_desired = true", 'homogenization_desired = "yes"', "true or false"),
        ("[categories.N]", "[categories.n_1]", "key is 'n_1'; expected capital letters"),
        ('verdict = "different"', 'verdict = "no"', "category A, example 2: verdict is 'no'"),
        ("[categories.A.instruction]", "[categories.A.instructions]", "instructions is"),
        ('kind = "none"', 'kind = "subjective"', "category N: instruction is missing"),
        ("[categories.A]", "[categories.A", "not valid TOML"),
    ],
)
def test_a_file_that_is_no_taxonomy_is_refused_by_field(tmp_path, old, new, said):
    assert old in BUNDLED
    write(tmp_path, BUNDLED.replace(old, new, 1))
    with pytest.raises(UserError) as raised:
        load_taxonomy(tmp_path)
    assert said in str(raised.value)
    assert "taxonomy.toml" in str(raised.value)


def test_a_category_needs_two_examples(tmp_path):
    first = BUNDLED.index("[[categories.A.examples]]")
    second = BUNDLED.index("[[categories.A.examples]]", first + 1)
    write(tmp_path, BUNDLED[:first] + BUNDLED[second:])
    with pytest.raises(UserError, match=r"category A: examples is .*at least 2"):
        load_taxonomy(tmp_path)


def test_the_file_says_nothing_about_a_category_twice():
    tables = tomllib.loads(BUNDLED)["categories"]
    definitions = [table["equivalence_definition"] for table in tables.values()]
    helps = [table["help"] for table in tables.values()]
    assert len(set(definitions)) == len(set(helps)) == len(tables)
