"""Passwords, signed tokens and pseudonyms. Pure: nothing here knows a browser or a database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import os
import secrets
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.url_safe import URLSafeSerializer

from core.errors import UserError
from core.settings import Settings

SESSION_COOKIE = "taskanchor_session"
SESSION_MAX_AGE_S = 7 * 24 * 3600
KEY_FILE_NAME = "secret.key"

_KEY_BYTES = 32
_MINIMUM_KEY_LENGTH = 16
# About 60 ms and 16 MiB a try on a small machine; the parameters travel with the hash,
# so raising them leaves old hashes readable.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
_SCRYPT_MAX_MEMORY = 128 * 2**20


class TokenPurpose(StrEnum):
    """What a token may be used for. One purpose's token is invalid for every other."""

    RESEARCHER_SESSION = "researcher-session"
    ANNOTATOR_LINK = "annotator-link"
    STUDY_LINK = "study-link"
    PREVIEW = "preview"


# How a researcher may ask a study to end, to try every path out before people come.
TEST_OUTCOMES = ("complete", "screened_out", "failed_attention", "full")
PREVIEW_MAX_AGE_S = 24 * 3600
# Purposes whose tokens carry the time of signing, and how long each holds.
_MAX_AGE_S = {
    TokenPurpose.RESEARCHER_SESSION: SESSION_MAX_AGE_S,
    TokenPurpose.PREVIEW: PREVIEW_MAX_AGE_S,
}


@dataclass(frozen=True, slots=True)
class JoinTarget:
    """Where a recruiting link leads. test_outcome: one of TEST_OUTCOMES, or "" for real people."""

    study_id: int
    test_outcome: str


def hash_password(password: str) -> str:
    """Hashes a researcher password for `TASKANCHOR_PASSWORD_HASH`.

    Returns:
        `scrypt:N:r:p:SALT:HASH`, the last two in URL-safe base64. The separator is a colon, not the
        customary dollar sign, because shells and compose files expand dollar signs.

    Raises:
        UserError: the password is empty.
    """
    if not password:
        raise UserError("The password is empty; expected at least one character. Type one.")
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P)
    return ":".join(
        ["scrypt", str(_SCRYPT_N), str(_SCRYPT_R), str(_SCRYPT_P), _encode(salt), _encode(digest)]
    )


def verify_password(password: str, password_hash: str) -> bool:
    """Whether `password` is the one behind `password_hash`; compared in constant time.

    Raises:
        UserError: `password_hash` is not of the form `hash_password` makes.
    """
    n, r, p, salt, expected = _parse_password_hash(password_hash)
    return hmac.compare_digest(_scrypt(password, salt, n, r, p), expected)


def check_password_hash(password_hash: str) -> None:
    """Raises UserError when `password_hash` could never be verified; for use at start-up."""
    _parse_password_hash(password_hash)


def load_secret_key(configured: str | None, data_dir: Path, *, bound_to_loopback: bool) -> bytes:
    """The key that signs links and cookies and makes pseudonyms.

    Args:
        configured: value of `TASKANCHOR_SECRET_KEY`; wins when given.
        data_dir: where the key file is read, or generated once with mode 0600.
        bound_to_loopback: a generated key is good enough only for one's own machine.

    Raises:
        UserError: the key is too short, unreadable, or absent on a public address.
    """
    if configured is not None:
        if len(configured) < _MINIMUM_KEY_LENGTH:
            raise UserError(
                f"TASKANCHOR_SECRET_KEY has {len(configured)} characters; expected at least "
                f"{_MINIMUM_KEY_LENGTH} random ones, for example from: openssl rand -hex 32"
            )
        return configured.encode()
    if not bound_to_loopback:
        raise UserError(
            "TASKANCHOR_SECRET_KEY is not set, and the app is reachable from other machines. Set "
            "it to a random text (openssl rand -hex 32) and keep it: whoever has it can forge "
            "sign-ins, and losing it voids every annotator link handed out."
        )
    return _key_from_file(data_dir / KEY_FILE_NAME)


def sign_token(payload: Any, *, purpose: TokenPurpose, key: bytes) -> str:
    """Packs a JSON value into a URL-safe text nobody without `key` can make or alter.

    The payload is readable by whoever holds the token: put identifiers in it, not secrets.
    Researcher sessions and previews carry the time of signing; links of people do not expire.
    """
    return _serializer(purpose, key).dumps(payload)


def read_token(token: str, *, purpose: TokenPurpose, key: bytes) -> Any | None:
    """The payload of a token signed for `purpose`; None when forged, altered or expired."""
    serializer = _serializer(purpose, key)
    try:
        if isinstance(serializer, URLSafeTimedSerializer):
            return serializer.loads(token, max_age=_MAX_AGE_S[purpose])
        return serializer.loads(token)
    except BadSignature:
        return None


def researcher_token(key: bytes, password_hash: str) -> str:
    """What the session cookie holds after the right password; void once the password changes."""
    payload = {"password": _fingerprint(password_hash)}
    return sign_token(payload, purpose=TokenPurpose.RESEARCHER_SESSION, key=key)


def is_researcher_token(token: str, key: bytes, password_hash: str) -> bool:
    """Whether a cookie was given for the present password, with this key, recently enough."""
    payload = read_token(token, purpose=TokenPurpose.RESEARCHER_SESSION, key=key)
    return isinstance(payload, dict) and payload.get("password") == _fingerprint(password_hash)


def annotator_token(rater_id: int, key: bytes) -> str:
    """The unguessable part of an annotator's personal link; valid until the key changes."""
    return sign_token(rater_id, purpose=TokenPurpose.ANNOTATOR_LINK, key=key)


def rater_id_from_token(token: str, key: bytes) -> int | None:
    """The rater behind a personal link; None when the link was altered or made up."""
    payload = read_token(token, purpose=TokenPurpose.ANNOTATOR_LINK, key=key)
    return payload if type(payload) is int else None


def annotator_link(base_url: str, rater_id: int, key: bytes) -> str:
    """An annotator's personal link, for an app at `base_url`."""
    return f"{base_url.rstrip('/')}/rate?link={annotator_token(rater_id, key)}"


def join_token(study_id: int, key: bytes, *, test_outcome: str = "") -> str:
    """The unguessable part of a study's recruiting link."""
    payload = [study_id, test_outcome]
    return sign_token(payload, purpose=TokenPurpose.STUDY_LINK, key=key)


def study_from_join_token(token: str, key: bytes) -> JoinTarget | None:
    """Where a recruiting link leads; None when it was altered or made up."""
    match read_token(token, purpose=TokenPurpose.STUDY_LINK, key=key):
        case [int(study_id), str(outcome)] if outcome in ("", *TEST_OUTCOMES):
            return JoinTarget(study_id, outcome)
    return None


def join_link(base_url: str, study_id: int, key: bytes, *, test_outcome: str = "") -> str:
    """A study's recruiting link; whoever recruits appends the parameters that say who comes."""
    token = join_token(study_id, key, test_outcome=test_outcome)
    return f"{base_url.rstrip('/')}/join?study={token}"


def preview_token(study_id: int, key: bytes) -> str:
    """Opens a study as annotators see it, for a day; nothing is stored of such a visit."""
    return sign_token(study_id, purpose=TokenPurpose.PREVIEW, key=key)


def study_id_from_preview_token(token: str, key: bytes) -> int | None:
    """The study to preview; None when the token was altered, made up or is a day old."""
    payload = read_token(token, purpose=TokenPurpose.PREVIEW, key=key)
    return payload if type(payload) is int else None


def preview_link(base_url: str, study_id: int, key: bytes) -> str:
    """A link to the preview, for an app at `base_url`."""
    return f"{base_url.rstrip('/')}/preview?token={preview_token(study_id, key)}"


def pseudonym(key: bytes, study: str, identity: str) -> str:
    """A stable name for a person within one study, from which the person cannot be found.

    The same person gets unrelated names in two studies. Sixteen base32 characters hold 80 bits:
    among a million people, a collision has a chance of about 4e-13.
    """
    message = b"pseudonym\0" + str(len(study)).encode() + b"\0" + f"{study}{identity}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def is_sign_in_configured(settings: Settings) -> bool:
    """Whether researchers have to sign in, by password or through a provider."""
    return bool(settings.password_hash or settings.oidc)


def is_loopback(host: str | None) -> bool:
    """Whether a bind address, peer or host name can only mean this machine."""
    if not host:
        return False
    name = host.strip().lower().rstrip(".").removeprefix("[").removesuffix("]")
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _serializer(purpose: TokenPurpose, key: bytes) -> URLSafeSerializer | URLSafeTimedSerializer:
    options: dict[str, Any] = {
        "salt": f"taskanchor.{purpose.value}",
        "signer_kwargs": {"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    }
    if purpose in _MAX_AGE_S:
        return URLSafeTimedSerializer(key, **options)
    return URLSafeSerializer(key, **options)


def _fingerprint(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_SCRYPT_MAX_MEMORY, dklen=32
    )


def _parse_password_hash(password_hash: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        scheme, n, r, p, salt, digest = password_hash.split(":")
        cost = int(n), int(r), int(p)
        parsed = (*cost, _decode(salt), _decode(digest))
        usable = (
            scheme == "scrypt"
            and _is_usable_cost(*cost)
            and len(parsed[3]) >= 8
            and len(parsed[4]) == 32
        )
    except ValueError:
        usable = False
    if not usable:
        # The value is not repeated: somebody may have put the password itself there.
        raise UserError(
            "TASKANCHOR_PASSWORD_HASH cannot be read; expected scrypt:N:r:p:SALT:HASH. "
            "Make one with: taskanchor hash-password"
        )
    return parsed


def _is_usable_cost(n: int, r: int, p: int) -> bool:
    """Whether scrypt takes these (RFC 7914 section 6), within our memory and patience."""
    is_power_of_two = n > 1 and n & (n - 1) == 0
    return is_power_of_two and r >= 1 and 1 <= p <= 16 and 128 * n * r < _SCRYPT_MAX_MEMORY


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _key_from_file(path: Path) -> bytes:
    try:
        if not path.exists():
            _create_key_file(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise UserError(
            f"The key file {path} cannot be used: {error.strerror}. Make the folder writable or "
            "set TASKANCHOR_SECRET_KEY."
        ) from error
    if len(key) < _MINIMUM_KEY_LENGTH:
        raise UserError(
            f"The key file {path} holds {len(key)} bytes; expected at least "
            f"{_MINIMUM_KEY_LENGTH}. Restore it, or delete it to get a new key, "
            "which voids every annotator link handed out."
        )
    return key


def _create_key_file(path: Path) -> None:
    """Several processes may start at once: whoever links first wins, nobody sees half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(_KEY_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)
