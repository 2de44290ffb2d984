import pytest

from core.errors import ImportFileError, UserError
from core.importing import parse_pasted, parse_prompts, read_table

KEYS = {"A", "B", "N"}


def prompts(text: str):
    return parse_prompts(read_table("p.csv", text.encode()), KEYS)


def test_all_columns_are_read_and_unknown_ones_become_metadata():
    (prompt,) = prompts(
        "id,prompt,category,reference,source,language,topic,empty\n"
        "7,Name a colour,B,red,me,en,colours,\n"
    ).rows
    assert (prompt.id, prompt.text, prompt.category) == ("7", "Name a colour", "B")
    assert (prompt.reference, prompt.source, prompt.language) == ("red", "me", "en")
    assert prompt.metadata == {"topic": "colours"}


def test_without_an_id_the_same_text_gets_the_same_id_in_every_file():
    (one,) = prompts("prompt\nName a colour\n").rows
    (two,) = prompts("other,prompt\nx,Name a colour\n").rows
    assert one.id == two.id
    assert one.id.startswith("p-")


def test_a_foreign_category_is_kept_as_metadata_with_one_notice():
    parsed = prompts("prompt,category\nx,Creativity\ny,Creativity\nz,A\nw,\n")
    assert [prompt.category for prompt in parsed.rows] == [None, None, "A", None]
    assert parsed.rows[0].metadata == {"source_category": "Creativity"}
    (notice,) = parsed.notices
    assert notice.startswith("2 row(s)")
    assert "'Creativity'" in notice


def test_a_blank_prompt_is_a_problem_of_its_line():
    parsed = prompts("id,prompt\n1,fine\n2,  \n")
    assert parsed.problems == [(3, "prompt is blank; expected text")]
    assert len(parsed.rows) == 1


def test_one_id_for_two_prompts_is_a_problem():
    parsed = prompts("id,prompt\n1,one\n1,two\n")
    ((line, text),) = parsed.problems
    assert line == 3
    assert "another prompt on line 2" in text


def test_a_repeated_prompt_is_a_problem_that_names_the_first():
    parsed = prompts("prompt\none\ntwo\none\n")
    ((line, text),) = parsed.problems
    assert line == 4
    assert "repeats the prompt of line 2" in text


def test_one_text_under_two_ids_of_the_file_is_accepted():
    assert len(prompts("id,prompt\n1,same\n2,same\n").rows) == 2


def test_a_missing_column_is_named_with_those_found():
    with pytest.raises(UserError, match=r"'prompt' is missing; found: Prompt, id"):
        prompts("Prompt,id\nx,1\n")


def test_bad_rows_stop_the_import_unless_they_are_skipped():
    parsed = prompts("id,prompt\n1,one\n2,\n")
    with pytest.raises(ImportFileError, match="line 3") as error:
        parsed.accept(skip_bad=False)
    assert error.value.problems == parsed.problems
    assert [prompt.id for prompt in parsed.accept(skip_bad=True)] == ["1"]


def test_problems_of_reading_and_parsing_are_listed_in_file_order():
    parsed = prompts("id,prompt\n1,\n2,x,y\n3,\n")
    assert [line for line, _ in parsed.problems] == [2, 3, 4]


def test_an_identifier_too_long_for_an_index_is_a_problem():
    parsed = prompts("id,prompt\n" + "x" * 256 + ",text\n")
    assert "256 characters" in parsed.problems[0][1]


def test_a_number_means_the_same_id_in_every_format():
    jsonl = parse_prompts(
        read_table("p.jsonl", b'{"prompt": "a", "id": 12}\n{"prompt": "b", "id": 13.0}'), KEYS
    )
    assert [prompt.id for prompt in jsonl.rows] == ["12", "13"]


def test_formulas_and_markup_are_plain_text():
    (prompt,) = prompts('prompt\n"=HYPERLINK(""x"")<script>"\n').rows
    assert prompt.text == '=HYPERLINK("x")<script>'


def test_every_pasted_line_is_a_prompt():
    parsed = parse_pasted("one\r\n\r\n  two  \nthree - dash")
    assert [(row.line, row.text) for row in parsed.rows] == [
        (1, "one"),
        (3, "two"),
        (4, "three - dash"),
    ]


def test_dashes_separate_pasted_blocks():
    parsed = parse_pasted("one\nstill one\n---\n\n---\ntwo\n")
    assert [(row.line, row.text) for row in parsed.rows] == [(1, "one\nstill one"), (6, "two")]


def test_pasted_repetitions_and_nul_characters_are_problems():
    parsed = parse_pasted("one\none\nbad\0one")
    assert [line for line, _ in parsed.problems] == [2, 3]


@pytest.mark.parametrize("text", ["", " \n ", "---\n---"])
def test_pasting_nothing_is_refused(text: str):
    with pytest.raises(UserError, match="no prompt"):
        parse_pasted(text)
