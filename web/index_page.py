"""Streamlit's page shell, made ours before the first script runs.

Streamlit preloads 168 kB of a font our theme never shows, calls every page "Streamlit" until the
app has run, and paints white before a dark page. It serves the same shell for every address, so
the shell is recognised by its content and replaced on the way out.
"""

from __future__ import annotations

import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FONT_PRELOAD = re.compile(r'<link\s+rel="preload"[^>]*SourceSans[^>]*>')
_OUR_HEAD = "\n    ".join(
    [
        "<title>Taskanchor</title>",
        '<meta name="color-scheme" content="light dark" />',
        '<link rel="preload" href="/app/static/fonts/inter-5.3.0-latin.woff2" as="font" '
        'type="font/woff2" crossorigin />',
    ]
)


class IndexPage:
    """Replaces the body of the answers that are Streamlit's index.html.

    Args:
        directory: Streamlit's static folder.
    """

    def __init__(self, app: ASGIApp, *, directory: Path) -> None:
        self._app = app
        self._original = (directory / "index.html").read_bytes()
        self._ours = our_index(self._original.decode()).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        held_start: Message | None = None
        body = b""

        async def send_ours(message: Message) -> None:
            nonlocal held_start, body
            if message["type"] == "http.response.start" and self._may_be_index(message):
                held_start = message
            elif held_start is not None:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._send_page(held_start, body, send)
            else:
                await send(message)

        await self._app(scope, receive, send_ours)

    def _may_be_index(self, start: Message) -> bool:
        headers = MutableHeaders(scope=start)
        return start["status"] == 200 and headers.get("content-length") == str(len(self._original))

    async def _send_page(self, start: Message, body: bytes, send: Send) -> None:
        if body == self._original:
            body = self._ours
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(body))
            # They describe the file; a browser would be told that nothing has changed.
            del headers["etag"]
            del headers["last-modified"]
        await send(start)
        await send({"type": "http.response.body", "body": body})


def our_index(html: str) -> str:
    """Streamlit's shell with our title and font; unchanged where it no longer looks as expected."""
    return _FONT_PRELOAD.sub("", html).replace("<title>Streamlit</title>", _OUR_HEAD)
