import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from core import security
from core.errors import UserError
from core.security import TokenPurpose

KEY = b"k" * 32
OTHER_KEY = b"o" * 32


def test_password_is_verified_against_its_own_hash_only() -> None:
    hashed = security.hash_password("correct horse")

    assert security.verify_password("correct horse", hashed)
    assert not security.verify_password("correct horsf", hashed)
    assert not security.verify_password("", hashed)


def test_same_password_hashes_differently_each_time() -> None:
    assert security.hash_password("a") != security.hash_password("a")


def test_password_hash_survives_shells_and_holds_no_password() -> None:
    hashed = security.hash_password("swordfish")

    assert not set(hashed) & set("$'\"\\ `!")
    assert "swordfish" not in hashed


def test_password_hash_follows_rfc_7914() -> None:
    # RFC 7914 section 12: scrypt(P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1),
    # first 32 of 64 octets. The output of a shorter dkLen is a prefix of a longer one.
    digest = security._scrypt("pleaseletmein", b"SodiumChloride", 16384, 8, 1)

    assert digest.hex() == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


@pytest.mark.parametrize(
    "value",
    [
        "swordfish",
        "scrypt:16384:8:1:AAAA",
        "bcrypt:16384:8:1:QUJDREVGR0hJSktMTU5PUA:" + "A" * 43,
        "scrypt:16384:8:1:QUJDREVGR0hJSktMTU5PUA:AAAA",
        "scrypt:9999999999:8:1:QUJDREVGR0hJSktMTU5PUA:" + "A" * 43,
        "scrypt:-4:8:1:QUJDREVGR0hJSktMTU5PUA:" + "A" * 43,
        "scrypt:1000:8:1:QUJDREVGR0hJSktMTU5PUA:" + "A" * 43,
        "scrypt:x:8:1:QUJDREVGR0hJSktMTU5PUA:" + "A" * 43,
    ],
)
def test_unreadable_password_hash_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(UserError, match="hash-password") as caught:
        security.check_password_hash(value)

    assert value not in str(caught.value)


def test_empty_password_is_refused() -> None:
    with pytest.raises(UserError, match="empty"):
        security.hash_password("")


@given(st.integers() | st.text() | st.dictionaries(st.text(), st.integers()))
def test_token_gives_back_its_payload_for_its_purpose_and_key_only(payload: object) -> None:
    token = security.sign_token(payload, purpose=TokenPurpose.ANNOTATOR_LINK, key=KEY)

    def read(purpose: TokenPurpose, key: bytes) -> object:
        return security.read_token(token, purpose=purpose, key=key)

    assert read(TokenPurpose.ANNOTATOR_LINK, KEY) == payload
    assert read(TokenPurpose.RESEARCHER_SESSION, KEY) is None
    assert read(TokenPurpose.ANNOTATOR_LINK, OTHER_KEY) is None


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_token_with_any_other_character_is_void(position: int, character: str) -> None:
    token = security.sign_token(41, purpose=TokenPurpose.ANNOTATOR_LINK, key=KEY)
    position %= len(token) - 1  # the last character of base64 may carry unused bits
    altered = token[:position] + character + token[position + 1 :]

    read = security.read_token(altered, purpose=TokenPurpose.ANNOTATOR_LINK, key=KEY)

    assert read == (41 if altered == token else None)


def test_session_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = security.hash_password("a")
    token = security.researcher_token(KEY, hashed)
    serializer = type(security._serializer(TokenPurpose.RESEARCHER_SESSION, KEY))
    assert serializer is URLSafeTimedSerializer
    later = datetime.now(UTC) + timedelta(seconds=security.SESSION_MAX_AGE_S + 60)

    assert security.is_researcher_token(token, KEY, hashed)
    monkeypatch.setattr("itsdangerous.timed.time.time", later.timestamp)
    assert not security.is_researcher_token(token, KEY, hashed)


def test_session_token_is_void_after_the_password_changed() -> None:
    token = security.researcher_token(KEY, security.hash_password("old"))

    assert not security.is_researcher_token(token, KEY, security.hash_password("new"))


def test_configured_key_wins_over_the_file(tmp_path: Path) -> None:
    key = security.load_secret_key("x" * 32, tmp_path, bound_to_loopback=True)

    assert key == b"x" * 32
    assert list(tmp_path.iterdir()) == []


def test_short_configured_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="openssl rand"):
        security.load_secret_key("secret", tmp_path, bound_to_loopback=False)


def test_public_address_without_key_is_refused_and_says_what_losing_it_means(
    tmp_path: Path,
) -> None:
    with pytest.raises(UserError, match="voids every annotator link"):
        security.load_secret_key(None, tmp_path, bound_to_loopback=False)

    assert list(tmp_path.iterdir()) == []


def test_key_file_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new"

    first = security.load_secret_key(None, folder, bound_to_loopback=True)
    second = security.load_secret_key(None, folder, bound_to_loopback=True)

    assert first == second
    assert len(first) == 64
    assert [path.name for path in folder.iterdir()] == [security.KEY_FILE_NAME]
    assert stat.S_IMODE((folder / security.KEY_FILE_NAME).stat().st_mode) == 0o600


def test_many_starting_at_once_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        futures = [
            pool.submit(security.load_secret_key, None, tmp_path, bound_to_loopback=True)
            for _ in range(64)
        ]

    assert len({future.result() for future in futures}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [security.KEY_FILE_NAME]


def test_emptied_key_file_is_not_taken_for_a_key(tmp_path: Path) -> None:
    (tmp_path / security.KEY_FILE_NAME).write_bytes(b"")

    with pytest.raises(UserError, match="holds 0 bytes"):
        security.load_secret_key(None, tmp_path, bound_to_loopback=True)


def test_pseudonym_depends_on_person_study_and_key() -> None:
    names = [
        security.pseudonym(KEY, "a", "bc"),
        security.pseudonym(KEY, "ab", "c"),
        security.pseudonym(KEY, "a", "bd"),
        security.pseudonym(OTHER_KEY, "a", "bc"),
    ]

    assert security.pseudonym(KEY, "a", "bc") == names[0]
    assert len(set(names)) == 4
    assert all(len(name) == 16 for name in names)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST.", "::ffff:127.0.0.1"],
)
def test_loopback_names(host: str) -> None:
    assert security.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "localhost.example",
        "127.0.0.1.example",
        "evil",
        "unix:///run/app",
        "2130706433",
    ],
)
def test_names_that_are_not_surely_this_machine(host: str | None) -> None:
    assert not security.is_loopback(host)


def test_annotator_token_names_its_rater_and_cannot_be_made_up() -> None:
    assert security.rater_id_from_token(security.annotator_token(17, KEY), KEY) == 17
    assert security.rater_id_from_token(security.annotator_token(17, KEY), OTHER_KEY) is None
    session = security.researcher_token(KEY, security.hash_password("a"))
    for made_up in ("17", "", "MTc.abc", session):
        assert security.rater_id_from_token(made_up, KEY) is None


def test_annotator_link_leads_to_the_rating_page_of_the_app_given() -> None:
    link = security.annotator_link("http://127.0.0.1:8501/", 17, KEY)
    address, _, token = link.partition("?link=")
    assert address == "http://127.0.0.1:8501/rate"
    assert security.rater_id_from_token(token, KEY) == 17


def test_a_recruiting_link_leads_to_its_study_and_cannot_be_altered() -> None:
    link = security.join_link("https://app.example/", 7, KEY)
    address, _, token = link.partition("?study=")
    assert address == "https://app.example/join"
    assert security.study_from_join_token(token, KEY) == security.JoinTarget(7, "")
    assert security.study_from_join_token(token[:-1] + "x", KEY) is None
    assert security.study_from_join_token(token, OTHER_KEY) is None
    assert security.study_from_join_token(security.annotator_token(7, KEY), KEY) is None


@pytest.mark.parametrize("outcome", security.TEST_OUTCOMES)
def test_a_test_link_says_which_end_it_tries_out(outcome: str) -> None:
    assert security.study_from_join_token(
        security.join_token(7, KEY, test_outcome=outcome), KEY
    ) == security.JoinTarget(7, outcome)


def test_a_link_to_an_unknown_end_is_no_link() -> None:
    assert (
        security.study_from_join_token(security.join_token(7, KEY, test_outcome="rich"), KEY)
        is None
    )


def test_a_preview_holds_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    token = security.preview_token(7, KEY)
    assert security.study_id_from_preview_token(token, KEY) == 7
    assert security.preview_link("http://x", 7, KEY).startswith("http://x/preview?token=")
    assert security.study_id_from_preview_token(security.join_token(7, KEY), KEY) is None
    later = datetime.now(UTC) + timedelta(seconds=security.PREVIEW_MAX_AGE_S + 60)
    monkeypatch.setattr("itsdangerous.timed.time.time", later.timestamp)
    assert security.study_id_from_preview_token(token, KEY) is None
