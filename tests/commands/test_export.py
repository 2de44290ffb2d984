"""`taskanchor export`."""

from __future__ import annotations

import zipfile

import pytest

pytestmark = pytest.mark.usefixtures("sample_db")


def test_export_writes_a_bundle_and_says_how_much_is_in_it(taskanchor, tmp_path):
    out = tmp_path / "sample.zip"
    printed = taskanchor("export", "sample", "--out", str(out), "--json").json
    assert (printed["study"], printed["file"]) == ("sample", str(out))
    assert printed["bytes"] == out.stat().st_size
    assert printed["rows"]["prompts"] == 16
    assert "study.json" in zipfile.ZipFile(out).namelist()


def test_export_into_a_folder_that_is_not_there_fails_with_a_remedy(taskanchor, tmp_path):
    done = taskanchor("export", "sample", "--out", str(tmp_path / "missing" / "s.zip"))
    assert done.code != 0
    assert "Choose a folder that exists" in done.err
