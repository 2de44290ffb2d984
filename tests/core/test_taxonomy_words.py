"""The categories in other languages: complete, and tied to the texts they translate."""

from __future__ import annotations

import re

import pytest

from core.errors import UserError
from core.settings import BUNDLED_PROMPTS
from core.taxonomy import load_taxonomy
from core.taxonomy_words import load_taxonomy_in, texts_hash, words_hash


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_category_is_translated_from_its_present_english_texts(language):
    english, translated = load_taxonomy(), load_taxonomy_in(language)
    for reference, one in zip(english.values(), translated.values(), strict=True):
        assert one.language == language
        assert one.equivalence_definition != reference.equivalence_definition
        assert [example.verdict for example in one.examples] == [
            example.verdict for example in reference.examples
        ]
        # What models are told is not translated.
        assert one.system_instruction == reference.system_instruction
    assert words_hash(translated) != words_hash(english)


def test_the_language_of_a_category_changes_no_hash_of_the_taxonomy():
    assert load_taxonomy_in("fr").content_hash == load_taxonomy().content_hash
    assert "language" not in repr(load_taxonomy()["A"])


def test_a_category_that_is_missing_or_translates_older_texts_is_english(tmp_path):
    text = (BUNDLED_PROMPTS / "taxonomy.de.toml").read_text(encoding="utf-8")
    without_c = re.sub(r"\[categories\.C\].*?(?=\[categories\.D\])", "", text, flags=re.DOTALL)
    stale = without_c.replace(texts_hash(load_taxonomy()["B"]), "00000000")
    (tmp_path / "taxonomy.de.toml").write_text(stale, encoding="utf-8")
    found = load_taxonomy_in("DE", tmp_path)
    languages = {one.key: one.language for one in found.values()}
    assert languages == {key: "en" if key in "BC" else "de" for key in found}
    assert found["B"] == load_taxonomy()["B"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('why = "Beide antworten', 'because = "Beide antworten', "example 1: why is None"),
        ("\nhelp =", "\nhilfe =", "category A: holds"),
        ("[categories.A]", "categories = 3\n[other]", "categories is 3"),
    ],
)
def test_a_file_that_is_no_translation_is_named(tmp_path, before, after, said):
    text = (BUNDLED_PROMPTS / "taxonomy.de.toml").read_text(encoding="utf-8")
    if before == "[categories.A]":
        text = "[categories.A]\n"
    (tmp_path / "taxonomy.de.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(said)):
        load_taxonomy_in("de", tmp_path)
