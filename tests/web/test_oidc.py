import pytest

from core.errors import UserError
from web.oidc import oidc_secrets

COMPLETE = {
    "client_id": "id",
    "client_secret": "hush",
    "server_metadata_url": "https://id.example/.well-known/openid-configuration",
    "redirect_uri": "https://app.example/oauth2callback",
}


def test_nothing_configured_gives_nothing() -> None:
    assert oidc_secrets({}, b"k") == {}


def test_section_is_what_streamlit_reads_with_a_derived_cookie_secret() -> None:
    auth = oidc_secrets(COMPLETE | {"allowed": "@example.org"}, b"k")["auth"]

    assert {name: auth[name] for name in COMPLETE} == COMPLETE
    assert "allowed" not in auth
    assert auth["cookie_secret"] == oidc_secrets(COMPLETE, b"k")["auth"]["cookie_secret"]
    assert auth["cookie_secret"] != oidc_secrets(COMPLETE, b"other")["auth"]["cookie_secret"]


@pytest.mark.parametrize("name", COMPLETE)
def test_missing_variable_is_named_and_no_secret_repeated(name: str) -> None:
    with pytest.raises(UserError, match=f"TASKANCHOR_OIDC_{name.upper()} not set") as caught:
        oidc_secrets({key: value for key, value in COMPLETE.items() if key != name}, b"k")

    assert "hush" not in str(caught.value)


def test_misspelled_variable_is_named() -> None:
    with pytest.raises(UserError, match="TASKANCHOR_OIDC_ALOWED not known"):
        oidc_secrets(COMPLETE | {"alowed": "x"}, b"k")


def test_redirect_address_has_to_end_where_streamlit_listens() -> None:
    with pytest.raises(UserError, match="/oauth2callback"):
        oidc_secrets(COMPLETE | {"redirect_uri": "https://app.example/"}, b"k")
