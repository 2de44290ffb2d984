from dataclasses import replace

import pytest

from core.judges.accuracy import recall_by_category
from core.taxonomy import load_taxonomy
from db.queries.prompts import PromptView
from pages.components.prompt_table import Editor, count_rows, interval_text, is_shown, state_of

VIEW = PromptView(1, "p1", "Name a river.", "", "", "B", {"openai:m": "A"})
UNSET = replace(VIEW, id=2, external_id="p2", truth=None)
AGREED = replace(VIEW, id=3, external_id="p3", truth="A")
VIEWS = [VIEW, UNSET, AGREED]


def test_each_edit_is_saved_once():
    editor = Editor()
    editor.prepare(VIEWS)
    assert editor.new_edits({0: {"truth": "C"}}) == {0: "C"}
    assert editor.new_edits({0: {"truth": "C"}, 2: {"truth": None}}) == {2: None}


def test_the_table_keeps_its_key_while_it_shows_what_was_saved():
    editor = Editor()
    key = editor.prepare(VIEWS)
    editor.new_edits({0: {"truth": "C"}})
    assert editor.prepare([replace(VIEW, truth="C"), UNSET, AGREED]) == key


def test_a_change_made_elsewhere_is_not_overwritten_by_an_old_edit():
    editor = Editor()
    key = editor.prepare(VIEWS)
    editor.new_edits({0: {"truth": "C"}})
    # Somebody else sets D: the table starts afresh, and setting C once more is an edit again.
    assert editor.prepare([replace(VIEW, truth="D"), UNSET, AGREED]) != key
    assert editor.new_edits({0: {"truth": "C"}}) == {0: "C"}


def test_other_rows_get_a_fresh_table_so_that_edits_do_not_move_to_other_prompts():
    editor = Editor()
    key = editor.prepare([VIEW, UNSET])
    editor.new_edits({0: {"truth": "C"}})
    assert editor.prepare([UNSET, AGREED]) != key
    assert editor.saved == {}


def test_clearing_a_category_saves_none():
    editor = Editor()
    editor.prepare(VIEWS)
    assert editor.new_edits({0: {"truth": ""}}) == {0: None}


@pytest.mark.parametrize(
    ("shown", "ids"),
    [
        ("all prompts", [1, 2, 3]),
        ("no true category", [2]),
        ("model and truth differ", [1]),
        ("not classified", []),
        ("A", [2, 3]),
        ("B", [1]),
    ],
)
def test_rows_can_be_narrowed_to_what_needs_attention(shown: str, ids: list[int]):
    assert [view.id for view in VIEWS if is_shown(view, "openai:m", shown)] == ids


def test_missing_truth_is_said_before_any_difference():
    assert [state_of(view, "openai:m") for view in VIEWS] == ["differs", "not set", ""]
    assert state_of(VIEW, None) == ""


def test_counts_give_a_row_to_prompts_without_a_category():
    recalls = {
        one.category: one
        for one in recall_by_category((v.truth, v.by_model["openai:m"]) for v in VIEWS)
    }
    rows = {row["category"]: row for row in count_rows(VIEWS, "openai:m", load_taxonomy(), recalls)}
    assert rows["not set"]["prompts"] == 1
    assert rows["all"]["prompts"] == 3
    assert rows["B · Underspecified objective"]["model is right"] == "0 of 1"


def test_few_prompts_have_no_bare_share():
    (overall, *_) = recall_by_category([("A", "A")] * 3)
    assert interval_text(overall) == "fewer than 10 prompts"
    assert interval_text(None) == ""
