"""Where a live provider is and how we sign in: from its own environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.errors import UserError
from core.providers.text import basic_token, secrets_in_url

# Local servers want no key, but the SDKs insist on sending one.
DUMMY_KEY = "no-key"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to send requests.

    Attributes:
        base_url: without user name and password: the transport refuses them beside a key.
        api_key: the key, or `DUMMY_KEY`.
        endpoint: the address as it may be shown and stored.
        headers: basic authentication, where the address asked for it.
        secrets: what must never be shown.
    """

    base_url: str = field(repr=False)
    api_key: str = field(repr=False)
    endpoint: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def read_connection(
    prefix: str, default_url: str, environ: Mapping[str, str] | None = None
) -> Connection:
    """Reads `PREFIX_API_KEY` and `PREFIX_BASE_URL`.

    Raises:
        UserError: neither is set, or the address is not one.
    """
    env = os.environ if environ is None else environ
    key, url = env.get(f"{prefix}_API_KEY", "").strip(), env.get(f"{prefix}_BASE_URL", "").strip()
    if not key and not url:
        raise UserError(
            f"{prefix}_API_KEY is not set. Set it to your key, or set {prefix}_BASE_URL to a "
            "server that needs none."
        )
    if not (key.isascii() and key.isprintable()):
        raise UserError(
            f"{prefix}_API_KEY holds characters that no key has; expected printable ASCII. "
            "Copy the key again."
        )
    base_url = url or default_url
    endpoint = public_url(base_url, f"{prefix}_BASE_URL")
    token = basic_token(base_url)
    parts = urlsplit(base_url)
    return Connection(
        base_url=parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        api_key=key or DUMMY_KEY,
        endpoint=endpoint,
        headers={"Authorization": f"Basic {token}"} if token else {},
        secrets=(*([key] if key else []), *secrets_in_url(base_url)),
    )


def public_url(url: str, variable: str) -> str:
    """The URL without credentials, query, fragment and closing slash; host in lower case.

    Raises:
        UserError: not an http(s) address; names `variable`, not the value, which may hold a key.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        raise UserError(
            f"{variable} is not an address; expected something like http://127.0.0.1:8000/v1."
        )
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = f":{port}" if port else ""
    return f"{parts.scheme}://{shown_host}{shown_port}{parts.path.rstrip('/')}"
