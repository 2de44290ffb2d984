import zipfile

import pytest

from core.errors import UserError
from core.importing.bundle import is_bundle, read_bundle


def write(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_documents_are_read_and_other_entries_left_alone(tmp_path):
    path = write(
        tmp_path / "b.zip",
        {
            "study.json": '{"slug": "s"}',
            "versions.json": '{"schema": "0002"}',
            "taxonomy.toml": "version = 1",
            "templates/a.txt": "words",
            "templates/../../evil.txt": "x",
            "/etc/evil": "x",
        },
    )
    bundle = read_bundle(path)
    assert bundle.study == {"slug": "s"}
    assert bundle.versions["schema"] == "0002"
    assert bundle.prompt_files == {"taxonomy.toml": "version = 1", "templates/a.txt": "words"}
    folder = bundle.write_prompt_files(tmp_path / "prompts")
    assert (folder / "templates/a.txt").read_text() == "words"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"x.txt": "x"}, "study.json is missing"),
        ({"study.json": "[1]"}, "study.json is not a JSON object"),
        ({"study.json": "{"}, "study.json is not valid JSON"),
        ({"study.json": "[" * 100_000}, "study.json is not valid JSON"),
        ({"study.json": b"\xff"}, "study.json is not UTF-8"),
        ({"study.json": "{}", "parquet/items.parquet": "x"}, "items.parquet cannot be read"),
        ({"study.json": " " * (2 * 1024**2 + 1)}, "study.json is larger than"),
    ],
)
def test_what_is_no_bundle_says_why(tmp_path, entries, said):
    with pytest.raises(UserError, match=said):
        read_bundle(write(tmp_path / "b.zip", entries))


def test_a_file_that_is_no_zip_says_so(tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(b"no zip at all")
    assert not is_bundle(path)
    with pytest.raises(UserError, match=r"b\.zip cannot be read as a zip file"):
        read_bundle(path)


def test_a_bundle_damaged_within_a_compressed_document_says_so(tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("study.json", '{"slug": "s"}' * 500)
    start = 30 + len("study.json")  # of the stream: what comes before it is the local header
    damaged = bytearray(path.read_bytes())
    damaged[start : start + 8] = b"\xff" * 8
    path.write_bytes(damaged)
    with pytest.raises(UserError, match=r"b\.zip cannot be read as a zip file"):
        read_bundle(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"There is no file .*nowhere\.zip"):
        read_bundle(tmp_path / "nowhere.zip")
