"""Style sheet, script and fonts under addresses that carry a hash of their content.

A browser keeps them for ever, so a second screen costs only its own few kilobytes.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.settings import PROJECT_DIR
from pages.annotator.assets import script, style_sheet

PREFIX = "/rate/assets/"
_FONTS = PROJECT_DIR / "static" / "fonts"
_ICON = PROJECT_DIR / "static" / "icon.png"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to serve. packed: gzip of it; None where that gains nothing."""

    body: bytes
    packed: bytes | None
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files. addresses: name as templates know it -> address. files: last part -> file."""

    addresses: Mapping[str, str]
    files: Mapping[str, Asset]


@lru_cache(maxsize=1)
def load_assets() -> Assets:
    """Reads and hashes everything, once per process."""
    addresses: dict[str, str] = {}
    files: dict[str, Asset] = {}

    def add(name: str, body: bytes) -> None:
        path = PurePath(name)
        hashed = f"{path.stem}-{hashlib.sha256(body).hexdigest()[:16]}{path.suffix}"
        is_text = path.suffix in {".css", ".js"}
        packed = gzip.compress(body, compresslevel=9, mtime=0) if is_text else None
        files[hashed] = Asset(body, packed, _MEDIA_TYPES[path.suffix])
        addresses[name] = PREFIX + hashed

    fonts = sorted(_FONTS.glob("*.woff2"))
    for font in fonts:
        add(font.name, font.read_bytes())
    add("icon.png", _ICON.read_bytes())
    add("annotator.js", script().encode())
    add("annotator.css", style_sheet({font.name: addresses[font.name] for font in fonts}).encode())
    return Assets(addresses, files)


async def serve_asset(request: Request) -> Response:
    """One file, immutable; 404 for a name that is none of ours."""
    asset = load_assets().files.get(request.path_params["name"])
    if asset is None:
        return PlainTextResponse("Not found", 404)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    body = asset.body
    if asset.packed is not None:
        headers["vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = asset.packed
            headers["content-encoding"] = "gzip"
    return Response(body, media_type=asset.media_type, headers=headers)
