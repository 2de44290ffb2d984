import pytest

from core.providers.text import Scrubber, secrets_in_url, storable


@pytest.mark.parametrize("text", ["plain", "naïve 日本 😀", "", "👩‍👩‍👧 مرحبا"])
def test_sound_text_stays_as_it_is(text):
    assert storable(text) == text


def test_nul_and_lone_surrogates_are_replaced_and_pairs_joined():
    assert storable("a\x00b") == "a\ufffdb"
    assert storable("a\ud83db") == "a\ufffdb"
    assert storable("\ud83d\ude00") == "😀"


def test_known_secrets_are_taken_out_longest_first():
    scrub = Scrubber(["abcdefgh", "abcdefghij"])
    assert scrub("key abcdefghij, abcdefgh") == "key [redacted], [redacted]"


def test_a_short_secret_is_taken_out_only_as_a_word():
    assert Scrubber(["x"])("max of 'x'") == "max of '[redacted]'"


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-ab12****wxyz.",
        "Authorization: Bearer tok.en-value",
        "authorization: Basic dXNlcjpwYXNzd29yZA==",
        "cannot reach http://user:hunter2@host/v1",
    ],
)
def test_what_looks_like_a_credential_is_taken_out(text):
    shown = Scrubber([])(text)
    assert "[redacted]" in shown
    for secret in ("ab12", "wxyz", "tok.en", "dXNl", "hunter2"):
        assert secret not in shown


def test_long_words_are_cut_after_scrubbing():
    shown = Scrubber(["s" * 500])("see " + "s" * 500 + " and " + "t" * 1000)
    assert shown.startswith("see [redacted] and t")
    assert len(shown) == 400


def test_secrets_of_an_address_are_found():
    found = secrets_in_url("https://me:p%20w@host/v1?api-key=k1")
    assert {"me", "p%20w", "p w", "k1", "bWU6cCB3"} <= set(found)
    assert secrets_in_url("https://host/v1") == []
