"""A document in its three formats: every text stays text, every number is the same."""

import csv
import io
import math
from xml.etree import ElementTree

import pytest

from core.reporting import Chart, Column, Document, Section, Table, report_files
from core.reporting.document import cell_text
from core.reporting.latex import latex_text, table_latex
from core.reporting.svg import Mark, forest, heat_map

HOSTILE = "<script>alert('x')</script> & 50% of $a_b$"
FULL = {"value": 0.81234, "low": 0.7, "high": 0.9, "method": "bootstrap"}
BARE = {"value": 0.5, "low": None, "high": None, "reason": "4 prompts, at least 10 are needed"}
NONE = {"value": None, "low": None, "high": None, "reason": "no item has two human ratings"}


def table():
    return Table(
        "people",
        "Agreement",
        [Column("category"), Column("items", is_number=True), Column("percent", is_number=True)],
        [["all", 1234, FULL], [HOSTILE, 4, BARE], ["B", 0, NONE]],
        ["a note"],
    )


@pytest.fixture
def files():
    svg = forest([Mark(HOSTILE, FULL, 3)], axis="share", limits=(0.0, 1.0))
    section = Section("People & judges", [HOSTILE], [table(), Chart("a figure", svg)])
    return report_files(Document("Title", "Sub", [HOSTILE], [section]))


def test_a_report_is_a_page_and_two_files_per_table(files):
    assert set(files) == {"report.html", "tables/people.csv", "tables/people.tex"}


def test_hostile_text_stays_text_in_html(files):
    page = files["report.html"]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_numbers_are_rounded_for_reading_and_whole_in_csv(files):
    assert "0.81 [0.70, 0.90]" in files["report.html"]
    rows = list(csv.DictReader(io.StringIO(files["tables/people.csv"], newline="")))
    assert float(rows[0]["percent"]) == 0.81234
    assert rows[0]["percent method"] == "bootstrap"
    assert rows[2]["percent"] == ""
    assert rows[2]["percent reason"] == "no item has two human ratings"


def test_what_is_undefined_carries_a_mark_that_a_note_explains(files):
    for content in (files["report.html"], files["tables/people.tex"]):
        assert "4 prompts, at least 10 are needed" in content
        assert "no item has two human ratings" in content
    assert "<sup>a</sup>" in files["report.html"]
    assert "$^{b}$" in files["tables/people.tex"]


def test_latex_specials_are_escaped():
    assert latex_text("50% of $a_b$ & {x} \\ ~^#") == (
        r"50\% of \$a\_b\$ \& \{x\} \textbackslash{} \textasciitilde{}\textasciicircum{}\#"
    )
    assert latex_text("two\nlines") == "two lines"
    assert "Krippendorff's $\\alpha$" in table_latex(
        Table("t", "c", [Column("Krippendorff's α")], [[1.0]])
    )


def test_a_cell_that_begins_with_a_bracket_is_no_length_in_latex():
    assert "{[x]} \\\\" in table_latex(Table("t", "c", [Column("a")], [["[x]"]]))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "–"),
        (1234, "1,234"),
        (-0.0001, "0.00"),
        ({"mean": 2.0, "low": 1.5, "high": 2.5}, "2.00 [1.50, 2.50]"),
        (NONE, "–"),
        ("word", "word"),
    ],
    ids=str,
)
def test_cells_as_they_are_read(cell, text):
    assert cell_text(cell) == text


def drawn(svg):
    return ElementTree.fromstring(svg)


def test_a_forest_plot_has_a_dot_per_value_and_words_where_there_is_none():
    root = drawn(
        forest(
            [Mark("all", FULL, 10), Mark(HOSTILE, BARE, 4), Mark("B", NONE, 0)],
            axis="share that agrees",
            limits=(0.0, 1.0),
            zero=0.5,
        )
    )
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("circle") == 2
    texts = [element.text or "" for element in root.iter()]
    assert any("no item has two human ratings" in text for text in texts)
    assert any("<script>" in text for text in texts)


def test_a_heat_map_leaves_empty_what_is_not_known():
    root = drawn(heat_map(["ann", "<b>"], [[math.nan, 0.5], [0.5, math.nan]]))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("rect") == 2
