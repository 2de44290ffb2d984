"""doctor, backup and restore."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.errors import UserError
from core.security import KEY_FILE_NAME, load_secret_key
from core.settings import Settings
from db.engine import Database, close_databases, open_database
from db.queries.studies import list_overviews
from db.upkeep import back_up, examine, put_back


def slugs(settings: Settings) -> list[str]:
    with open_database(settings).read() as session:
        return [overview.slug for overview in list_overviews(session)]


def test_a_backup_restored_elsewhere_holds_the_same_studies(
    sample_db: Database, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    secret = (settings.data_dir / KEY_FILE_NAME).read_bytes()
    back_up(sample_db, copy)
    assert secret not in copy.read_bytes()
    elsewhere = Settings.from_environment({"TASKANCHOR_DATA_DIR": str(tmp_path / "other")})
    put_back(elsewhere, copy, replace=False)
    close_databases()
    assert slugs(elsewhere) == ["sample"]


def test_a_database_with_studies_is_not_replaced_unasked(
    sample_db: Database, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    back_up(sample_db, copy)
    with pytest.raises(UserError, match="holds 1 studies"):
        put_back(settings, copy, replace=False)
    put_back(settings, copy, replace=True)
    assert slugs(settings) == ["sample"]


def test_a_backup_does_not_overwrite_a_file(sample_db: Database, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        back_up(sample_db, there)
    assert there.read_text() == "mine"


def test_restore_refuses_what_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no database")
    foreign = tmp_path / "foreign.sqlite3"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()
    for path in (text, foreign, tmp_path / "missing"):
        with pytest.raises(UserError, match=r"expected such a file|not one of"):
            put_back(settings, path, replace=False)


def test_doctor_finds_a_key_file_others_can_read(settings: Settings) -> None:
    load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    assert all(finding.ok for finding in examine(settings))
    (settings.data_dir / KEY_FILE_NAME).chmod(0o644)
    wrong = [finding for finding in examine(settings) if not finding.ok]
    assert [finding.what for finding in wrong] == ["secret key"]
    assert "chmod 600" in wrong[0].detail


def test_doctor_names_the_variables_but_never_shows_a_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    said = " ".join(finding.detail for finding in examine(settings))
    assert "OPENAI_API_KEY" in said
    assert "sk-very-secret" not in said
