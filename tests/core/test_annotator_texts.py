"""The annotator's words."""

from __future__ import annotations

import pytest

from core.annotator_texts import load_texts
from core.errors import TemplateError, UserError
from core.settings import BUNDLED_PROMPTS
from core.templates import Template

ENGLISH = (BUNDLED_PROMPTS / "annotator" / "en.toml").read_text(encoding="utf-8")


def test_quality_labels_are_those_of_the_judges_scale():
    texts = load_texts()
    labels = [texts[f"quality.label_{score}"].lower() for score in range(1, 6)]
    assert labels == ["very poor", "poor", "fair", "good", "very good"]
    scale = (BUNDLED_PROMPTS / "templates" / "quality.txt").read_text(encoding="utf-8")
    assert all(f"{score}: {label}," in scale for score, label in enumerate(labels, start=1))


def test_annotators_read_no_jargon():
    said = " ".join(load_texts().values()).lower()
    for word in ("equivalen", "homogen", "strategy", "condition", "llm", "judge", "taxonomy"):
        assert word not in said


def test_texts_hold_placeholders_that_can_be_filled():
    progress = Template.from_text("progress", load_texts()["rate.progress"])
    assert progress.fill(number=7, total=30) == "7 of 30"


def test_a_translation_is_found_by_its_language_code(tmp_path):
    translated = ENGLISH.replace('start = "Start"', 'start = "Los geht es"')
    (tmp_path / "de.toml").write_text(translated, encoding="utf-8")
    assert load_texts("DE", tmp_path)["welcome.start"] == "Los geht es"
    assert load_texts("en", tmp_path)["welcome.start"] == "Start"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('start = "Start"', "", "welcome.start is missing"),
        ('start = "Start"', 'start = "Los"\nstop = "Halt"', "welcome.stop is unknown"),
        ('"{{number}} of {{total}}"', '"{{number}}"', "rate.progress has placeholders"),
        ('start = "Start"', "start = 3", "welcome.start is 3; expected a text"),
        ("[language]", 'language = "Hello"\n[greeting]', "language stands alone"),
        ("[welcome]", "[welcome", "not valid TOML"),
    ],
)
def test_a_translation_that_does_not_fit_is_refused(tmp_path, old, new, said):
    assert old in ENGLISH
    (tmp_path / "de.toml").write_text(ENGLISH.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_texts("de", tmp_path)
    assert said in str(raised.value)


@pytest.mark.parametrize("language", ["../en", "", "e", "en/x"])
def test_what_is_no_language_code_never_becomes_a_path(language):
    with pytest.raises(UserError, match="no language code"):
        load_texts(language)


def test_a_language_without_a_file_is_an_error_that_names_the_file():
    with pytest.raises(TemplateError, match=r"xx\.toml"):
        load_texts("xx")
