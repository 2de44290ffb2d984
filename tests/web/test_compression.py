import asyncio
import gzip
from pathlib import Path

import pytest

from web.compression import CompressedStatic

HANDED_ON = "handed on"


@pytest.fixture
def app(tmp_path: Path) -> CompressedStatic:
    root = tmp_path / "package"
    (root / "static" / "js").mkdir(parents=True)
    (root / "static" / "js" / "a.js").write_text("alert('a')")
    (root / "static" / "a.py").write_text("secret")
    (root / "outside.js").write_text("secret")

    async def next_app(_scope, _receive, send) -> None:
        await send({"type": HANDED_ON})

    return CompressedStatic(next_app, directory=root)


def ask(app: CompressedStatic, path: str, *, method: str = "GET", **headers: str) -> list[dict]:
    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request"}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    asyncio.run(app(scope, receive, send))
    return sent


def test_script_comes_compressed_to_those_who_can_read_it(app: CompressedStatic) -> None:
    start, body = ask(app, "/static/js/a.js", accept_encoding="br, gzip")

    assert start["status"] == 200
    assert dict(start["headers"])[b"content-encoding"] == b"gzip"
    assert gzip.decompress(body["body"]) == b"alert('a')"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../outside.js",
        "/static/js/../../outside.js",
        "/static//etc/hosts.js",
        "/static/a.py",
        "/static/js/missing.js",
        "/static/js",
        "/other/a.js",
        "/static/js/\0.js",
    ],
)
def test_anything_but_scripts_of_the_folder_is_handed_on(app: CompressedStatic, path: str) -> None:
    assert ask(app, path, accept_encoding="gzip") == [{"type": HANDED_ON}]


def test_requests_that_want_it_plain_or_in_part_are_handed_on(app: CompressedStatic) -> None:
    path = "/static/js/a.js"

    assert ask(app, path) == [{"type": HANDED_ON}]
    assert ask(app, path, accept_encoding="gzip", range="bytes=0-1") == [{"type": HANDED_ON}]
    assert ask(app, path, accept_encoding="gzip", method="POST") == [{"type": HANDED_ON}]
