"""The application as a whole, on a real socket, asked by plain HTTP and websockets."""

import gzip
import http.client
import json
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from core.errors import UserError
from core.security import SESSION_COOKIE, hash_password
from core.settings import Settings
from tests.support.server import AppServer, app_server, visit
from web.asgi import build_app

SCRIPT = Path(__file__).parent / "apps" / "shows_role.py"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """Without sign-in, on loopback."""
    with app_server(tmp_path_factory.mktemp("data"), script=SCRIPT) as server:
        yield server


@pytest.fixture(scope="module")
def guarded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """With a password."""
    env = {"TASKANCHOR_PASSWORD_HASH": hash_password(PASSWORD)}
    with app_server(tmp_path_factory.mktemp("data"), script=SCRIPT, env=env) as server:
        yield server


def ask(
    server: AppServer,
    path: str,
    *,
    method: str = "GET",
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    try:
        sent = dict(headers or {})
        body = None
        if form is not None:
            body = urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def sign_in(server: AppServer, *, target: str = "/", peer: str | None = None, **form: str):
    # Loopback is a trusted proxy for uvicorn, so tests can come from many addresses.
    headers = {"X-Forwarded-For": peer} if peer else {}
    form = {"password": PASSWORD, "next": target} | form
    return ask(server, "/login", method="POST", form=form, headers=headers)


def session_cookie(server: AppServer) -> str:
    _, headers, _ = sign_in(server)
    return headers["set-cookie"].partition(";")[0]


def test_health_tells_version_and_database(open_server: AppServer) -> None:
    status, headers, body = ask(open_server, "/health")

    assert status == 200
    assert json.loads(body) == {"status": "ok", "version": "0.1.0", "database": "ok"}
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/some/page", "/health", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(open_server: AppServer, path: str) -> None:
    _, headers, _ = ask(open_server, path)

    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_shell_is_ours_at_every_address(open_server: AppServer) -> None:
    for path in ("/", "/compare"):
        _, headers, body = ask(open_server, path)
        assert b"<title>Taskanchor</title>" in body
        assert b"SourceSans" not in body
        assert int(headers["content-length"]) == len(body)


def test_scripts_are_compressed_and_kept_for_ever(open_server: AppServer) -> None:
    _, _, page = ask(open_server, "/")
    script = page.decode().split('src="./static/js/', 1)[1].partition('"')[0]
    path = f"/static/js/{script}"

    _, plain_headers, plain = ask(open_server, path)
    status, headers, packed = ask(open_server, path, headers={"Accept-Encoding": "gzip"})

    assert status == 200
    assert gzip.decompress(packed) == plain
    assert headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_headers
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]


def test_password_signs_in_with_a_cookie_scripts_cannot_read(guarded_server: AppServer) -> None:
    status, headers, _ = sign_in(guarded_server, target="/compare?study=sample")

    assert status == 303
    assert headers["location"] == "/compare?study=sample"
    cookie = headers["set-cookie"].lower()
    assert cookie.startswith(SESSION_COOKIE)
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


def test_cookie_is_secure_behind_https(guarded_server: AppServer) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
    form = {"password": PASSWORD}
    _, answer, _ = ask(guarded_server, "/login", method="POST", form=form, headers=headers)

    assert "secure" in answer["set-cookie"].lower()


def test_wrong_password_gets_no_cookie(guarded_server: AppServer) -> None:
    status, headers, body = sign_in(guarded_server, password="wrong", peer="203.0.113.2")

    assert status == 401
    assert "set-cookie" not in headers
    assert b"not the password" in body


def test_guessing_is_slowed_down_for_that_peer_only(guarded_server: AppServer) -> None:
    peer = "203.0.113.3"
    statuses = [sign_in(guarded_server, password="no", peer=peer)[0] for _ in range(3)]
    status, headers, _ = sign_in(guarded_server, peer=peer)

    assert statuses == [401, 401, 401]
    assert status == 429
    assert int(headers["retry-after"]) >= 1
    assert sign_in(guarded_server, peer="203.0.113.4")[0] == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        "/login?next=/",
    ],
)
def test_sign_in_leads_nowhere_else(guarded_server: AppServer, target: str) -> None:
    _, headers, _ = sign_in(guarded_server, target=target, peer="203.0.113.5")

    assert headers["location"] == "/"


def test_login_page_escapes_where_it_leads(guarded_server: AppServer) -> None:
    query = urlencode({"next": '/"><script>alert(1)</script>'})
    status, headers, body = ask(guarded_server, f"/login?{query}")

    assert status == 200
    assert b"<script" not in body
    assert "default-src 'none'" in headers["content-security-policy"]


def test_form_posted_by_another_site_is_refused(guarded_server: AppServer) -> None:
    headers = {"Origin": "https://evil.example"}
    form = {"password": PASSWORD}
    status, answer, _ = ask(guarded_server, "/login", method="POST", form=form, headers=headers)

    assert status == 403
    assert "set-cookie" not in answer


def test_huge_form_is_refused(guarded_server: AppServer) -> None:
    status, _, _ = sign_in(guarded_server, password="x" * 10_000, peer="203.0.113.6")

    assert status == 413


def test_signing_out_deletes_the_cookie_unless_another_site_asks(
    guarded_server: AppServer,
) -> None:
    status, headers, _ = ask(guarded_server, "/logout", headers={"Sec-Fetch-Site": "same-origin"})
    foreign, foreign_headers, _ = ask(
        guarded_server, "/logout", headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert status == 303
    assert "max-age=0" in headers["set-cookie"].lower()
    assert foreign == 403
    assert "set-cookie" not in foreign_headers


def test_local_visit_is_a_researcher_without_sign_in(open_server: AppServer) -> None:
    assert "role is researcher" in visit(open_server.address)


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"X-Forwarded-For": "127.0.0.1"}, None),
        ({"Forwarded": "for=127.0.0.1"}, None),
        ({"Via": "1.1 proxy"}, None),
        ({"CF-Connecting-IP": "127.0.0.1"}, None),
        ({"X-Real-IP": "127.0.0.1"}, None),
        ({}, "evil.example"),
        ({}, "127.0.0.1.evil.example"),
    ],
)
def test_visit_through_a_proxy_or_another_name_is_a_stranger(
    open_server: AppServer, headers: dict[str, str], host: str | None
) -> None:
    assert "role is stranger" in visit(open_server.address, headers=headers, host=host)


def test_password_is_asked_even_of_local_visits(guarded_server: AppServer) -> None:
    drawn = visit(guarded_server.address)

    assert "role is stranger" in drawn
    assert "/login?next=" in drawn


def test_cookie_from_the_form_opens_the_pages(guarded_server: AppServer) -> None:
    cookie = session_cookie(guarded_server)

    assert "role is researcher" in visit(guarded_server.address, headers={"Cookie": cookie})
    forged = cookie[:-3] + "abc"
    assert "role is stranger" in visit(guarded_server.address, headers={"Cookie": forged})


def test_another_servers_cookie_opens_nothing(guarded_server: AppServer, tmp_path: Path) -> None:
    env = {"TASKANCHOR_PASSWORD_HASH": hash_password(PASSWORD)}
    with app_server(tmp_path, script=SCRIPT, env=env) as other:
        cookie = session_cookie(other)

    assert "role is stranger" in visit(guarded_server.address, headers={"Cookie": cookie})


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1", "null"])
def test_websocket_opened_by_another_site_is_refused(open_server: AppServer, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        visit(open_server.address, origin=origin)


def test_websocket_of_the_own_page_is_let_in(open_server: AppServer) -> None:
    assert "role is researcher" in visit(open_server.address, origin=open_server.address)


def test_public_address_without_secret_key_is_refused(tmp_path: Path) -> None:
    settings = Settings("sqlite://", tmp_path, password_hash=hash_password("a"))

    with pytest.raises(UserError, match="TASKANCHOR_SECRET_KEY"):
        build_app(settings, host="0.0.0.0", ping=lambda: None)


def test_unreadable_password_hash_is_refused_at_start(tmp_path: Path) -> None:
    settings = Settings("sqlite://", tmp_path, password_hash="swordfish")

    with pytest.raises(UserError, match="TASKANCHOR_PASSWORD_HASH"):
        build_app(settings, host="127.0.0.1", ping=lambda: None)
