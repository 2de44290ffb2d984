import contextlib
import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.importing import parse_prompts, parse_ratings, parse_responses, read_table

# What CSV, JSON and a database can all hold.
storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def parquet_bytes(columns: dict[str, list[object]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_csv_rows_carry_the_line_they_start_on():
    table = read_table("x.csv", b'a,b\n1,"two\nlines"\n\n3,4\n')
    assert [(row.line, row.values) for row in table.rows] == [
        (2, {"a": "1", "b": "two\nlines"}),
        (5, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_accepts_a_byte_order_mark_and_any_line_ending(newline: str):
    data = ("\ufeffprompt,id" + newline + "héllo,1" + newline).encode()
    table = read_table("x.csv", data)
    assert table.columns == ("prompt", "id")
    assert table.rows[0].values == {"prompt": "héllo", "id": "1"}


def test_a_column_without_a_name_is_named_by_its_position():
    table = read_table("x.csv", b",prompt\n0,text\n")
    assert table.rows[0].values == {"column_1": "0", "prompt": "text"}


def test_a_csv_row_with_too_many_cells_is_a_problem_of_its_line():
    table = read_table("x.csv", b"a,b\n1,2\n1,2,3\n4\n5,6\n")
    assert [line for line, _ in table.problems] == [3, 4]
    assert [row.line for row in table.rows] == [2, 5]


def test_an_unclosed_quote_is_named_by_the_line_it_starts_on():
    with pytest.raises(UserError, match="starting on line 3"):
        read_table("x.csv", b'a\nfine\n"open\nmore\n')


def test_bytes_that_are_not_utf8_are_named_with_byte_and_line():
    with pytest.raises(UserError, match=r"0xe9 on line 2 \(offset 5\)"):
        read_table("x.csv", b"a,b\nh\xe9,1\n")


def test_utf16_is_recognized():
    with pytest.raises(UserError, match="UTF-16"):
        read_table("x.csv", "a,b\n1,2\n".encode("utf-16"))


def test_a_nul_character_is_a_problem_of_its_row():
    table = read_table("x.csv", b"a\nfine\nb\0d\n")
    assert [row.line for row in table.rows] == [2]
    ((line, text),) = table.problems
    assert line == 3
    assert "NUL" in text


@pytest.mark.parametrize(
    "row",
    ['{"a": "\\u0000"}', '{"a": {"deep": ["\\u0000"]}}', '{"\\u0000": 1}', '{"a": "\\ud83d"}'],
)
def test_escaped_characters_no_database_can_hold_are_problems(row: str):
    table = read_table("x.jsonl", f'{{"a": "\\ud83d\\ude00"}}\n{row}\n'.encode())
    assert table.rows[0].values == {"a": "😀"}
    assert [line for line, _ in table.problems] == [2]


@pytest.mark.parametrize(
    "row", ["{", "[1]", "3", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000, '{"a": ' + "9" * 5000]
)
def test_a_bad_json_line_is_a_problem_and_the_others_are_read(row: str):
    table = read_table("x.jsonl", f'{{"a": 1}}\n{row}\n\n{{"b": 2}}'.encode())
    assert [line for line, _ in table.problems] == [2]
    assert [row.line for row in table.rows] == [1, 4]
    assert table.columns == ("a", "b")


def test_json_text_may_hold_unicode_line_separators():
    table = read_table("x.jsonl", '{"a": "one\u2028two\x85three"}\r\n'.encode())
    assert table.rows[0].values == {"a": "one\u2028two\x85three"}


def test_parquet_rows_are_numbered_and_plain():
    data = parquet_bytes(
        {"text": ["x", None], "score": [1.0, float("nan")], "raw": [b"bytes", None]}
    )
    table = read_table("x.parquet", data)
    assert [tuple(row) for row in table.rows] == [
        (1, {"text": "x", "score": 1.0, "raw": "bytes"}),
        (2, {"text": None, "score": None, "raw": None}),
    ]


def test_a_nul_character_in_parquet_is_a_problem_of_its_row():
    table = read_table("x.parquet", parquet_bytes({"text": ["ok", "a\0b"]}))
    assert [line for line, _ in table.problems] == [2]


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
@pytest.mark.parametrize("content", [b"", b"  \n\r\n "])
def test_an_empty_file_is_refused(name: str, content: bytes):
    with pytest.raises(UserError, match="is empty"):
        read_table(name, content)


def test_a_header_alone_is_refused():
    with pytest.raises(UserError, match="holds no rows"):
        read_table("x.csv", b"a,b\n")


def test_an_unknown_extension_is_refused_unless_the_format_is_said():
    with pytest.raises(UserError, match=r"\.jsonl"):
        read_table("x.txt", b"a\n1\n")
    assert read_table("x.txt", b"a\n1\n", "csv").rows[0].values == {"a": "1"}


def test_a_file_is_read_from_disk(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n")
    assert len(read_table("x.csv", path).rows) == 1
    with pytest.raises(UserError, match="cannot be read"):
        read_table("gone.csv", tmp_path / "gone.csv")


def test_a_repeated_column_is_refused():
    with pytest.raises(UserError, match="'a' appears twice"):
        read_table("x.csv", b"a,b,a\n1,2,3\n")


def test_a_million_commas_are_refused_quickly():
    with pytest.raises(UserError, match="columns"):
        read_table("x.csv", b"," * 1_000_000)


def test_an_oversized_cell_is_a_problem_of_its_row():
    table = read_table("x.csv", b"a\nsmall\n" + b"x" * 1_000_001 + b"\n")
    assert len(table.rows) == 1
    assert "1,000,001 characters" in table.problems[0][1]


@given(st.lists(st.tuples(storable_text, storable_text), min_size=1, max_size=5))
def test_hostile_text_survives_a_csv_round_trip(rows: list[tuple[str, str]]):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    table = read_table("x.csv", buffer.getvalue().encode())
    assert [tuple(row.values.values()) for row in table.rows] == rows


@given(st.lists(st.dictionaries(storable_text, storable_text), min_size=1, max_size=5))
def test_hostile_text_survives_a_jsonl_round_trip(rows: list[dict[str, str]]):
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    assert [row.values for row in read_table("x.jsonl", data).rows] == rows


def parse_all(name: str, data: bytes) -> None:
    for parse in (
        lambda table: parse_prompts(table, {"A"}),
        parse_responses,
        lambda table: parse_ratings(table, {"A"}),
    ):
        with contextlib.suppress(UserError):
            parse(read_table(name, data)).accept(skip_bad=False)


REQUIRED = (
    "prompt,id,prompt_id,condition,sample_index,text,"
    "item_id,question,rater_id,rater_kind,value,repeat,category"
)


@given(
    st.sampled_from(["x.csv", "x.jsonl", "x.parquet"]),
    st.binary(max_size=300) | storable_text.map(str.encode),
)
def test_any_bytes_end_in_rows_or_a_user_error(name: str, data: bytes):
    parse_all(name, data)
    parse_all("x.csv", REQUIRED.encode() + b"\n" + data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(REQUIRED.split(","), json_values)))
def test_any_json_values_end_in_rows_or_a_user_error(values: dict[str, object]):
    parse_all("x.jsonl", json.dumps(values).encode())


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_parquet_file_ends_in_rows_or_a_user_error(data: st.DataObject):
    content = bytearray(parquet_bytes({"prompt": ["some text", "more"], "id": ["1", "2"]}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    parse_all("x.parquet", bytes(content))
