"""Sign-in through a provider from end to end, with a small provider of our own."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser

from tests.support.browser import browser, open_page  # noqa: F401 - a fixture
from tests.support.server import app_server

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parent / "apps" / "shows_role.py"
# The redirect address has to be known before the port is: the server takes it from here.
SERVE_ON_PORT = """
import sys
from pathlib import Path
from core.settings import Settings
from web.serve import serve
serve("127.0.0.1", int(sys.argv[2]), False, Settings.from_environment(), False,
      ping=lambda: None, script=Path(sys.argv[1]))
"""


class Provider(BaseHTTPRequestHandler):
    """Signs everybody in as ann@uni.example, without asking."""

    key = RSAKey.generate_key(2048, {"kid": "1"})
    nonce = ""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/auth":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            type(self).nonce = asked["nonce"]
            self.send_response(302)
            answer = urlencode({"code": "c", "state": asked["state"]})
            self.send_header("Location", f"{asked['redirect_uri']}?{answer}")
            self.end_headers()
        elif address.path == "/jwks":
            self.answer({"keys": [self.key.as_dict(private=False)]})
        else:
            self.answer(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/auth",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/jwks",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "1",
            "aud": "id",
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonce,
            "email": "ann@uni.example",
            "email_verified": True,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def answer(self, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Keeps the test's output readable."""


@pytest.fixture
def provider() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        return server.server_port


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ("@uni.example", "role is researcher"),
        ("@other.example", "You are signed in as ann@uni.example, who is not on the list."),
    ],
)
def test_person_signs_in_through_the_provider_and_out_again(
    browser: Browser,  # noqa: F811
    provider: str,
    tmp_path: Path,
    allowed: str,
    expected: str,
) -> None:
    port = free_port()
    env = {
        "TASKANCHOR_OIDC_CLIENT_ID": "id",
        "TASKANCHOR_OIDC_CLIENT_SECRET": "hush",
        "TASKANCHOR_OIDC_SERVER_METADATA_URL": f"{provider}/.well-known/openid-configuration",
        "TASKANCHOR_OIDC_REDIRECT_URI": f"http://127.0.0.1:{port}/oauth2callback",
        "TASKANCHOR_OIDC_ALLOWED": allowed,
    }
    command = [sys.executable, "-c", SERVE_ON_PORT, str(SCRIPT), str(port)]
    with app_server(tmp_path, command=command, env=env) as server:
        page = open_page(browser, server.url()).page
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text(expected).wait_for()

        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in").wait_for()
        page.context.close()
