"""Text that comes from outside: made storable, and kept free of secrets."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

REDACTED = "[redacted]"
_DETAIL_CHARS = 400
# Shapes of credentials that a server may quote although we never sent that very string.
_CREDENTIAL_SHAPES = (
    re.compile(r"(?i)(?<=bearer )[^\s\"',;}]+"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/_=-]{8,}"),
    re.compile(r"\bsk-[\w*.-]{4,}"),
    re.compile(r"(?<=://)[^\s/@\"']+@"),
)
# Below this a secret is likely to occur inside ordinary words, so only whole words are replaced.
_LONG_SECRET = 8


def storable(text: str) -> str:
    """Replaces what no database holds: NUL characters and lone surrogates become U+FFFD.

    Replies cut in the middle of an emoji do contain lone surrogates.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    # A valid pair of surrogates is one character after the UTF-16 round trip.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def basic_token(url: str) -> str:
    """What follows "Basic " in the header for a URL's user name and password; "" without."""
    parts = urlsplit(url)
    if not parts.username and not parts.password:
        return ""
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return base64.b64encode(pair.encode()).decode()


def secrets_in_url(url: str) -> list[str]:
    """User name, password, both as a basic token, and query values, as far as a URL has them."""
    parts = urlsplit(url)
    quoted = [parts.username or "", parts.password or ""]
    values = [value for _, value in parse_qsl(parts.query)]
    found = [basic_token(url), *quoted, *map(unquote, quoted), *values]
    return [secret for secret in found if secret]


class Scrubber:
    """Takes known secrets, and what looks like one, out of a provider's words."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # Longest first, so that no secret is half replaced by a shorter one inside it.
        ordered = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        patterns = [_pattern(secret) for secret in ordered]
        self._known = re.compile("|".join(patterns)) if patterns else None

    def __call__(self, text: str) -> str:
        """The text without secrets, on one line and cut to a readable length."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        for shape in _CREDENTIAL_SHAPES:
            text = shape.sub(REDACTED, text)
        text = " ".join(storable(text).split())
        return text if len(text) <= _DETAIL_CHARS else text[: _DETAIL_CHARS - 1] + "…"


def _pattern(secret: str) -> str:
    exact = re.escape(secret)
    return exact if len(secret) >= _LONG_SECRET else rf"(?<!\w){exact}(?!\w)"
