"""Style sheet, script and fonts: kept by browsers for ever, and small."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

import pytest

from pages.annotator.assets import PRELOADED
from tests.web.annotate.conftest import Visitor
from web.annotate.assets import PREFIX, load_assets

FIRST_LOAD_BYTES = 120_000


def test_every_asset_is_served_immutable_with_its_type(visitor: Visitor):
    for name, address in load_assets().addresses.items():
        reply = visitor.client.get(address)
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        expected = {"css": "text/css", "js": "text/javascript", "png": "image/png"}
        assert reply.headers["content-type"].startswith(
            expected.get(name.rpartition(".")[2], "font/woff2")
        )


def test_who_takes_no_gzip_gets_the_same_text(visitor: Visitor):
    address = load_assets().addresses["annotator.js"]
    plain = visitor.client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == visitor.client.get(address).text


@pytest.mark.parametrize("name", ["annotator.js", "..%2f..%2fapp.py", "x.css", ""])
def test_nothing_else_is_served(visitor: Visitor, name: str):
    assert visitor.client.get(PREFIX + name).status_code == 404


def test_the_style_sheet_asks_only_for_our_own_assets():
    assets = load_assets()
    sheet = assets.files[assets.addresses["annotator.css"].rpartition("/")[2]].body.decode()
    addresses = re.findall(r"url\([\"']?([^\"')]+)", sheet)
    assert addresses
    assert set(addresses) <= set(assets.addresses.values())


def test_the_page_asks_only_for_our_own_assets(visitor: Visitor):
    _, token = visitor.ask()
    page = visitor.client.get("/rate", params={"link": token, "go": 1}).text
    loaded = re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', page)
    assert len(loaded) >= 4
    assert all(urlsplit(one).path in load_assets().addresses.values() for one in loaded)


def test_a_first_visit_is_small(visitor: Visitor):
    _, token = visitor.ask()
    page = visitor.client.get("/rate", params={"link": token, "go": 1}).content
    assets = load_assets()
    needed = [*PRELOADED, "annotator.css", "annotator.js", "icon.png"]
    files = [assets.files[assets.addresses[name].rpartition("/")[2]] for name in needed]
    total = len(gzip.compress(page, 5)) + sum(len(one.packed or one.body) for one in files)
    assert total <= FIRST_LOAD_BYTES
