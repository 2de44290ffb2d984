"""Headers on every answer, and a check at the websocket's door."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util

_A_YEAR = "public, max-age=31536000, immutable"
# Font files carry their version in the name, so a browser may keep them.
_FOREVER_PREFIX = "/app/static/fonts/"


def content_security_policy(index_html: str) -> str:
    """The policy under which Streamlit's page works and no other host is ever asked.

    Styles have to be allowed inline: Streamlit writes its style sheet from JavaScript. Scripts are
    not; the page's own inline scripts are allowed by their hashes.
    """
    hashes = " ".join(f"'{_script_hash(script)}'" for script in _inline_scripts(index_html))
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' {hashes}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def streamlit_policy() -> str:
    """The policy for the installed Streamlit's own page."""
    index = Path(file_util.get_static_dir()) / "index.html"
    return content_security_policy(index.read_text(encoding="utf-8"))


class SecurityHeaders:
    """Adds security headers to HTTP answers; leaves websockets as they are.

    A route that has set a header itself keeps its own.
    """

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(_FOREVER_PREFIX) and message["status"] == 200:
                    headers["cache-control"] = _A_YEAR
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOriginWebsockets:
    """Refuses websockets opened by another site's page.

    Streamlit has a check of its own, but for a foreign origin it asks an outside service for this
    machine's address, and it lets in any page of another server on localhost.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            allowed = config.get_option("server.corsAllowedOrigins")
            if not is_same_origin(headers.get("origin"), headers.get("host"), allowed):
                await send({"type": "websocket.close", "code": 1008})
                return
        await self._app(scope, receive, send)


def is_same_origin(origin: str | None, host: str | None, allowed: Iterable[str] = ()) -> bool:
    """Whether a request comes from this server's own pages, or from no page at all.

    Browsers always send Origin with websockets and forms; other clients have no cookies of a
    visitor to abuse.
    """
    if origin is None:
        return True
    return origin in set(allowed) or (bool(host) and urlsplit(origin).netloc == host)


def _inline_scripts(html: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)


def _script_hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
