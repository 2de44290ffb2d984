"""Fetching prompt sets: what is kept, what is refused, and what a missing package says."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.errors import UserError
from core.importing.drawing import read_prompt_set
from core.importing.fetching import (
    SOURCES,
    HubTable,
    WebFile,
    download_file,
    fetch,
    load_from_hub,
    read_web_file,
)
from core.importing.prompt_sets import PROMPT_SETS

CSV = (
    "\ufeffmetadata,problem,answer,note\r\n"
    "\"{'topic': 'Art'}\",Who painted it?,\"Birch, Ada\",x\r\n"
).encode()


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_set_has_a_source_with_the_columns_its_importer_needs():
    assert SOURCES.keys() == PROMPT_SETS.keys()
    for name, (_, kept) in SOURCES.items():
        assert set(PROMPT_SETS[name].columns) | set(PROMPT_SETS[name].wanted) <= set(kept)


def test_a_fetched_file_holds_the_wanted_columns_and_imports(tmp_path):
    out = tmp_path / "s.jsonl"
    assert fetch("simpleqa", out, download=lambda _url: CSV) == 1
    assert lines(out) == [
        {"metadata": "{'topic': 'Art'}", "problem": "Who painted it?", "answer": "Birch, Ada"}
    ]
    drawn = read_prompt_set(out.name, out, PROMPT_SETS["simpleqa"])
    assert drawn.table.rows[0].values["reference"] == "Birch, Ada"


def test_nothing_about_people_is_fetched_from_the_hub(tmp_path):
    asked = []

    def load(source):
        asked.append(source)
        return [
            {"assigned_lang": "en", "annotator_id": "someone", "annotator_age": 33,
             "first_turn_prompt": "Where?", "is_pregenerated_first_prompt": False},
        ]  # fmt: skip

    out = tmp_path / "c.jsonl"
    fetch("community-alignment", out, split="full", load=load)
    assert asked == [HubTable("facebook/community-alignment-dataset", "full")]
    assert lines(out) == [
        {
            "assigned_lang": "en",
            "is_pregenerated_first_prompt": False,
            "first_turn_prompt": "Where?",
        }
    ]


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    out = tmp_path / "s.jsonl"
    out.write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        fetch("simpleqa", out, download=lambda _url: CSV)
    assert out.read_text() == "mine"


def test_a_name_that_would_not_import_is_refused_before_fetching(tmp_path):
    with pytest.raises(UserError, match=r"does not end in \.jsonl"):
        fetch("simpleqa", tmp_path / "s.csv", download=lambda _url: pytest.fail("fetched"))


def test_an_unwritable_place_is_named(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        fetch("simpleqa", tmp_path / "no" / "s.jsonl", download=lambda _url: CSV)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("jsonl", b"<!DOCTYPE html>"), ("csv", b"\xff\xfe"), ("csv", b'a,b\n"open,1\n')],
)
def test_a_page_in_place_of_the_file_is_named(kind, data):
    with pytest.raises(UserError, match=f"is no readable {kind} file"):
        read_web_file(WebFile("https://example.org/f", kind), data)


def test_an_empty_answer_writes_nothing(tmp_path):
    with pytest.raises(UserError, match="without a single row"):
        fetch("wildbench", tmp_path / "w.jsonl", load=lambda _source: [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("datasets", lambda: load_from_hub(HubTable("a/b", "test"))),
        ("openpyxl", lambda: read_web_file(WebFile("https://example.org/f.xlsx", "xlsx"), b"PK")),
    ],
)
def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch, package, call):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(UserError, match=rf"'{package}'.*not installed.*uv pip install '\.\[hub\]'"):
        call()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()
        self.wfile.write(b"content")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web():
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_a_file_is_downloaded_and_a_missing_one_is_named_with_another_way(web):
    assert download_file(f"{web}/there") == b"content"
    with pytest.raises(UserError, match=r"could not be fetched: Not Found.*in a browser"):
        download_file(f"{web}/gone")
