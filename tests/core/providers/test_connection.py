import pytest

from core.errors import UserError
from core.providers.connection import DUMMY_KEY, public_url, read_connection

DEFAULT = "https://models.example/v1"


def test_a_key_alone_means_the_usual_address():
    connection = read_connection("OPENAI", DEFAULT, {"OPENAI_API_KEY": " k-123456789\n"})
    assert (connection.endpoint, connection.api_key) == (DEFAULT, "k-123456789")


def test_an_address_alone_means_a_dummy_key():
    connection = read_connection("OPENAI", DEFAULT, {"OPENAI_BASE_URL": "http://localhost:1/v1"})
    assert (connection.endpoint, connection.api_key) == ("http://localhost:1/v1", DUMMY_KEY)
    assert connection.secrets == ()


def test_neither_key_nor_address_is_an_error_that_names_the_variable():
    with pytest.raises(UserError, match="ANTHROPIC_API_KEY is not set"):
        read_connection("ANTHROPIC", DEFAULT, {"ANTHROPIC_API_KEY": " "})


def test_a_key_with_odd_characters_is_refused_without_showing_it():
    with pytest.raises(UserError, match="Copy the key again") as caught:
        read_connection("OPENAI", DEFAULT, {"OPENAI_API_KEY": "“quoted”"})
    assert "quoted" not in str(caught.value)


def test_credentials_in_an_address_become_a_header_and_nothing_shows_them():
    env = {"OPENAI_API_KEY": "key-1234", "OPENAI_BASE_URL": "http://me:pw@h:8/v1"}
    connection = read_connection("OPENAI", DEFAULT, env)
    assert connection.base_url == "http://h:8/v1"
    assert connection.headers == {"Authorization": "Basic bWU6cHc="}
    assert {"key-1234", "pw", "bWU6cHc="} <= set(connection.secrets)
    assert not any(secret in repr(connection) for secret in ("key-1234", "pw", "bWU6"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://Host/v1/", "https://host/v1"),
        ("https://u:p@host:99/v1?key=k#f", "https://host:99/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_an_endpoint_shows_no_credentials_query_or_fragment(url, shown):
    assert public_url(url, "X_BASE_URL") == shown


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://h/", "http://", "http://h:port", "sk-1"])
def test_what_is_no_address_is_refused_without_showing_it(url):
    with pytest.raises(UserError, match="X_BASE_URL is not an address") as caught:
        public_url(url, "X_BASE_URL")
    assert "sk-1" not in str(caught.value)
