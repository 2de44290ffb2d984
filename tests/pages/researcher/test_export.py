import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Event
from tests.pages.researcher.conftest import OpenPage


def events(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.kind == "exported")))


@pytest.mark.usefixtures("sample_db")
def test_the_page_tells_what_is_inside_before_anything_is_written(open_page: OpenPage):
    page = open_page("export", study="sample")
    drawn = "".join(html.proto.body for html in page.get("html"))
    assert "2,848" in drawn
    assert "people by pseudonym" in drawn


def test_the_file_is_prepared_once_and_noted(open_page: OpenPage, sample_db: Database):
    page = open_page("export", study="sample")
    assert not page.get("download_button")
    assert events(sample_db) == []
    page.button(key="prepare").click().run()
    assert not page.exception
    (button,) = page.get("download_button")
    assert button.proto.label.startswith("Download sample.zip")
    assert events(sample_db) == ["exported"]
    page.run()
    assert events(sample_db) == ["exported"]
