"""Streamlit's scripts, compressed once per process instead of never.

Streamlit serves them as they are because compressing at every request costs more than it gives.
Their names carry a content hash, so one compressed copy stays right for as long as we run:
2.1 MB on a first visit become 0.5.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
_PREFIX = "/static/"
_LEVEL = 9


class CompressedStatic:
    """Answers for scripts and style sheets under /static; hands on everything else."""

    def __init__(self, app: ASGIApp, *, directory: Path) -> None:
        self._app = app
        self._root = (directory / "static").resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._file(scope) if scope["type"] == "http" else None
        if file is None:
            await self._app(scope, receive, send)
            return
        response = Response(
            await to_thread.run_sync(_compressed, file),
            media_type=_MEDIA_TYPES[file.suffix],
            headers={
                "content-encoding": "gzip",
                "cache-control": "public, immutable, max-age=31536000",
                "vary": "Accept-Encoding",
            },
        )
        await response(scope, receive, send)

    def _file(self, scope: Scope) -> Path | None:
        path = scope["path"]
        headers = Headers(scope=scope)
        if (
            scope["method"] not in {"GET", "HEAD"}
            or not path.startswith(_PREFIX)
            or "\0" in path
            or "gzip" not in headers.get("accept-encoding", "")
            or "range" in headers
        ):
            return None
        file = (self._root / path.removeprefix(_PREFIX)).resolve()
        usable = file.suffix in _MEDIA_TYPES and file.is_relative_to(self._root) and file.is_file()
        return file if usable else None


@lru_cache(maxsize=1024)
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=_LEVEL, mtime=0)
