import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import browser, open_page  # noqa: F401 - a fixture
from tests.support.server import app_server

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parent / "apps" / "hostile_responses.py"
HOSTILE = [
    "![x](http://evil.example/a.png)",
    "![x][r]\n\n[r]: http://evil.example/b.png",
    "<img src=http://evil.example/c.png>",
    "<iframe src='http://evil.example/'></iframe>",
    "<style>*{background:url(http://evil.example/d.png)}</style>",
    "[click](javascript:document.title='taken')",
    "<script>document.title='taken'</script><svg onload=\"document.title='taken'\">",
    "http://evil.example/bare and <http://evil.example/auto>",
    "</div></div><img src=http://evil.example/m.png>",
    "abc \u202e txt.exe",
]


def test_model_text_reaches_no_other_host_and_fires_nothing(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    env = {"HOSTILE_TEXTS": json.dumps(HOSTILE)}
    with app_server(tmp_path, script=SCRIPT, env=env) as server:
        watched = open_page(browser, server.url())
        page = watched.page

        # Positive control: the renderer did run, and in this page.
        assert page.locator(".ta-response strong", has_text="control").count() == 1
        assert page.locator(".ta-card").count() == len(HOSTILE) + 1
        assert page.locator(".ta-card :is(a, img, iframe, script, style, svg, form)").count() == 0
        assert page.locator(".ta-bidi", has_text="RLO").count() >= 1
        assert "taken" not in page.title()
        assert watched.foreign_requests(server.address) == []
        assert not [line for line in watched.console if "Content Security Policy" in line]
        page.context.close()


def test_the_watch_would_have_seen_a_leak(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The policy stops the request; that the attempt shows up proves the test above can fail."""
    env = {"HOSTILE_TEXTS": "[]", "LEAK": "1"}
    with app_server(tmp_path, script=SCRIPT, env=env) as server:
        watched = open_page(browser, server.url())
        watched.page.wait_for_selector("img", state="attached")
        watched.page.wait_for_function("document.images.length > 0 && document.images[0].complete")

        assert any("evil.example/leak.png" in line for line in watched.console)
        watched.page.context.close()
