from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import security
from core.settings import Settings
from pages.components import auth
from pages.components.auth import Visit

KEY = "k" * 32
LOCAL = Visit(
    bind_address="127.0.0.1",
    peer_is_local=True,
    host="127.0.0.1:8501",
    header_names=frozenset({"host", "cookie", "origin", "user-agent"}),
    session_cookie=None,
    signed_in_email=None,
)
REMOTE = replace(LOCAL, peer_is_local=False, host="app.example", bind_address="0.0.0.0")
HASH = security.hash_password("a")
PROVIDER = {"client_id": "id"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings("sqlite://", tmp_path, secret_key=KEY)


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_somebody_at_this_machine_is_a_researcher(host: str, settings: Settings) -> None:
    assert auth.role_of(replace(LOCAL, host=host), settings) == "researcher"


@pytest.mark.parametrize(
    "change",
    [
        {"bind_address": None},
        {"bind_address": "0.0.0.0"},
        {"bind_address": "unix:///run/app.sock"},
        {"peer_is_local": False},
        {"host": None},
        {"host": "rebound.example:8501"},
        {"host": "[::1"},
        {"host": "localhost@evil.example"},
        {"header_names": frozenset({"host", "x-forwarded-for"})},
        {"header_names": frozenset({"host", "x-forwarded-proto"})},
        {"header_names": frozenset({"host", "forwarded"})},
        {"header_names": frozenset({"host", "x-real-ip"})},
        {"header_names": frozenset({"host", "via"})},
        {"header_names": frozenset({"host", "cf-ray"})},
    ],
)
def test_each_single_doubt_makes_a_stranger(change: dict[str, object], settings: Settings) -> None:
    assert auth.role_of(replace(LOCAL, **change), settings) == "stranger"


def test_once_sign_in_is_configured_being_local_is_not_enough(settings: Settings) -> None:
    assert auth.role_of(LOCAL, replace(settings, password_hash=HASH)) == "stranger"
    assert auth.role_of(LOCAL, replace(settings, oidc=PROVIDER)) == "stranger"


def test_session_cookie_counts_from_anywhere(settings: Settings) -> None:
    with_password = replace(settings, password_hash=HASH)
    cookie = security.researcher_token(KEY.encode(), HASH)

    assert auth.role_of(replace(REMOTE, session_cookie=cookie), with_password) == "researcher"
    assert auth.role_of(replace(REMOTE, session_cookie=cookie + "x"), with_password) == "stranger"
    assert auth.role_of(replace(REMOTE, session_cookie=cookie), settings) == "stranger"


def test_annotator_link_is_no_session_cookie(settings: Settings) -> None:
    link = security.annotator_token(1, KEY.encode())
    with_password = replace(settings, password_hash=HASH)

    assert auth.role_of(replace(REMOTE, session_cookie=link), with_password) == "stranger"


@pytest.mark.parametrize(
    ("email", "allowed", "role"),
    [
        (None, "", "stranger"),
        ("ann@uni.example", "", "researcher"),
        ("", "", "researcher"),
        ("ann@uni.example", "ann@uni.example, bob@uni.example", "researcher"),
        ("Ann@Uni.example", "ann@uni.example", "researcher"),
        ("ann@uni.example", "@uni.example", "researcher"),
        ("ann@evil-uni.example", "@uni.example", "stranger"),
        ("ann@sub.uni.example", "@uni.example", "stranger"),
        ("", "@uni.example", "stranger"),
        (None, "@uni.example", "stranger"),
    ],
)
def test_provider_sign_in_follows_the_list(
    email: str | None, allowed: str, role: str, settings: Settings
) -> None:
    settings = replace(settings, oidc=PROVIDER | {"allowed": allowed})

    assert auth.role_of(replace(REMOTE, signed_in_email=email), settings) == role


def guarded_page() -> None:
    import streamlit as st

    from pages.components import auth

    auth.require_researcher()
    st.text("confidential")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TASKANCHOR_DATA_DIR", str(tmp_path))
    for name in ("PASSWORD_HASH", "SECRET_KEY"):
        monkeypatch.delenv(f"TASKANCHOR_{name}", raising=False)
    return tmp_path


@pytest.mark.usefixtures("data_dir")
def test_page_stops_before_its_content_for_a_stranger() -> None:
    page = AppTest.from_function(guarded_page).run()

    assert not page.exception
    assert page.header[0].value == "This page is for researchers"
    assert [text.value for text in page.text] == []


@pytest.mark.usefixtures("data_dir")
def test_page_goes_on_for_a_researcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "current_visit", lambda: LOCAL)

    page = AppTest.from_function(guarded_page).run()

    assert [text.value for text in page.text] == ["confidential"]


@pytest.mark.usefixtures("data_dir")
def test_missing_key_is_shown_instead_of_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKANCHOR_PASSWORD_HASH", HASH)
    cookie = replace(REMOTE, session_cookie="x")
    monkeypatch.setattr(auth, "current_visit", lambda: cookie)

    page = AppTest.from_function(guarded_page).run()

    assert "TASKANCHOR_SECRET_KEY" in page.error[0].value
    assert [text.value for text in page.text] == []
