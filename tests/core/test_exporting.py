import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.exporting import spreadsheet_safe, write_bundle
from core.importing import read_table

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def bundle(path: Path, tables=None, documents=None) -> zipfile.ZipFile:
    target = path / "out.zip"
    write_bundle(target, tables or {}, documents or {}, created_at=NOON)
    return zipfile.ZipFile(target)


def csv_rows(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    text = archive.read(f"csv/{name}.csv").decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def test_each_table_is_there_as_csv_and_as_parquet(tmp_path: Path):
    frame = pd.DataFrame({"id": [1, 2], "text": ["a", "b,\n\"c'"]})
    with bundle(tmp_path, {"responses": frame}) as archive:
        assert archive.testzip() is None
        assert csv_rows(archive, "responses") == [["id", "text"], ["1", "a"], ["2", "b,\n\"c'"]]
        parquet = pq.read_table(io.BytesIO(archive.read("parquet/responses.parquet")))
        assert parquet.to_pylist() == frame.to_dict("records")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "  =1", "\n=1", "＝1", "\tx"]
)
def test_text_that_starts_like_a_formula_is_disarmed_in_csv_only(tmp_path: Path, text: str):
    with bundle(tmp_path, {"t": pd.DataFrame({"text": [text]})}) as archive:
        assert csv_rows(archive, "t")[1] == ["'" + text]
        parquet = pq.read_table(io.BytesIO(archive.read("parquet/t.parquet")))
        assert parquet.to_pylist() == [{"text": text}]


@pytest.mark.parametrize("text", ["", "plain", "1-1", "a=b", "'quoted", "# heading", "é"])
def test_other_text_is_left_alone(text: str):
    assert spreadsheet_safe(text) == text


def test_a_column_name_is_disarmed_too(tmp_path: Path):
    with bundle(tmp_path, {"t": pd.DataFrame({"=cmd": ["x"]})}) as archive:
        assert csv_rows(archive, "t")[0] == ["'=cmd"]


def test_numbers_times_and_missing_values_are_not_treated_as_text(tmp_path: Path):
    table = pa.table(
        {
            "whole": pa.array([-3, None]),
            "real": pa.array([-0.5, float("nan")]),
            "flag": pa.array([True, None]),
            "at": pa.array([NOON, None]),
        }
    )
    with bundle(tmp_path, {"t": table}) as archive:
        assert csv_rows(archive, "t")[1:] == [
            ["-3", "-0.5", "true", "2026-11-23T12:00:00+00:00"],
            ["", "", "", ""],
        ]


def test_lists_are_written_as_json(tmp_path: Path):
    with bundle(tmp_path, {"t": pd.DataFrame({"flags": [["é", "x"]]})}) as archive:
        assert csv_rows(archive, "t")[1] == ['["é", "x"]']


def test_whole_numbers_with_gaps_stay_whole(tmp_path: Path):
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64")})
    with bundle(tmp_path, {"t": frame}) as archive:
        assert archive.read("csv/t.csv") == b'n\r\n1\r\n""\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_exported_text_reads_back_with_at_most_an_apostrophe_more(texts: list[str]):
    table = pa.table({"key": ["k"] * (len(texts) + 1), "text": ["first", *texts]})
    with TemporaryDirectory() as folder, bundle(Path(folder), {"t": table}) as archive:
        rows = read_table("t.csv", archive.read("csv/t.csv")).rows
    assert [row.values["text"] for row in rows] == ["first", *map(spreadsheet_safe, texts)]


def test_documents_lie_under_their_names(tmp_path: Path):
    documents = {"settings.json": "{}", "templates/judge.txt": b"\xc3\xa9"}
    with bundle(tmp_path, documents=documents) as archive:
        assert archive.read("settings.json") == b"{}"
        assert archive.read("templates/judge.txt").decode() == "é"


def test_the_readme_keeps_its_own_text_and_explains_tables_and_apostrophes(tmp_path: Path):
    tables = {"ratings": pd.DataFrame({"item_id": ["a"], "value": ["b"]})}
    with bundle(tmp_path, tables, {"README.txt": "Study X.\nvalue: the answer."}) as archive:
        readme = archive.read("README.txt").decode()
        assert archive.namelist().count("README.txt") == 1
    assert readme.startswith("Study X.\nvalue: the answer.\n")
    assert "apostrophe" in readme
    assert "ratings: 1 rows; columns item_id, value" in readme


def test_the_same_content_gives_the_same_bytes_whatever_the_time_zone(tmp_path: Path):
    tables = {"b": pd.DataFrame({"x": [1]}), "a": pd.DataFrame({"y": ["z"]})}
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    write_bundle(tmp_path / "1.zip", tables, {"d.txt": "d"}, created_at=NOON)
    write_bundle(
        tmp_path / "2.zip",
        dict(reversed(tables.items())),
        {"d.txt": "d"},
        created_at=elsewhere,
    )
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_a_failed_export_leaves_the_old_file_and_nothing_half_written(tmp_path: Path):
    target = tmp_path / "out.zip"
    target.write_bytes(b"old")
    mixed = pd.DataFrame({"x": ["text", 1, object()]})
    with pytest.raises(pa.ArrowException):
        write_bundle(target, {"t": mixed}, {}, created_at=NOON)
    with pytest.raises(TypeError):
        write_bundle(target, {}, {"broken.txt": 3}, created_at=NOON)  # type: ignore[dict-item]
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_is_a_user_error(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    for folder in ("gone", "file"):
        with pytest.raises(UserError, match="cannot be written"):
            write_bundle(tmp_path / folder / "out.zip", {}, {}, created_at=NOON)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\b", "", "csv/x.csv"])
def test_a_document_cannot_leave_the_bundle_or_pose_as_a_table(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="document name"):
        bundle(tmp_path, documents={name: "x"})


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a.b"])
def test_a_table_name_is_plain(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="table name"):
        bundle(tmp_path, {name: pd.DataFrame({"x": [1]})})
