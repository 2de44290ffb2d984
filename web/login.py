"""Sign-in with the researcher password: a plain form and a signed cookie.

A gate kept in Streamlit's session would be lost on every reload and break shared addresses.
"""

from __future__ import annotations

import math
from html import escape
from urllib.parse import parse_qs, urlencode

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.security import (
    SESSION_COOKIE,
    SESSION_MAX_AGE_S,
    is_researcher_token,
    researcher_token,
    verify_password,
)
from web.headers import is_same_origin
from web.throttle import Throttle

_MAX_FORM_BYTES = 8192
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class LoginRoutes:
    """`/login` and `/logout` for one password.

    Args:
        password_hash: made by `core.security.hash_password`.
        key: signs the cookie.
        throttle: slows down guessing; one for the whole process.
    """

    def __init__(self, password_hash: str, key: bytes, throttle: Throttle | None = None) -> None:
        self._password_hash = password_hash
        self._key = key
        self._throttle = throttle or Throttle()
        # Each check takes 16 MiB and 60 ms of CPU; strangers must not be able to fill the machine.
        self._checks: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """The routes, for `build_app`."""
        return [
            Route("/login", self.show, methods=["GET"]),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/logout", self.sign_out, methods=["GET", "POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form, or the way on for those already signed in."""
        target = safe_path(request.query_params.get("next"))
        cookie = request.cookies.get(SESSION_COOKIE)
        if cookie and is_researcher_token(cookie, self._key, self._password_hash):
            return RedirectResponse(target, status_code=303)
        return _page(target)

    async def sign_in(self, request: Request) -> Response:
        """Checks the password and sets the cookie."""
        if not _is_own_form(request):
            return _page("/", "Please sign in from this page.", status_code=403)
        form = await _read_form(request)
        if form is None:
            return _page("/", "That was too long. Please try again.", status_code=413)
        target = safe_path(form.get("next"))
        peer = request.client.host if request.client else None
        wait_s = math.ceil(self._throttle.attempt(peer))
        if wait_s:
            message = f"Too many wrong passwords. Please wait {wait_s} s and try again."
            page = _page(target, message, status_code=429)
            page.headers["retry-after"] = str(wait_s)
            return page
        if not await self._is_right(form.get("password", "")):
            return _page(target, "That is not the password.", status_code=401)
        self._throttle.succeeded(peer)
        response = RedirectResponse(target, status_code=303)
        self._set_cookie(response, secure=request.url.scheme == "https")
        return response

    async def sign_out(self, request: Request) -> Response:
        """Forgets the cookie; only on this site's own wish, so no other page can sign one out."""
        if not _is_own_form(request):
            return _page("/", "Please sign out from the app itself.", status_code=403)
        response = RedirectResponse("/login?" + urlencode({"next": "/"}), status_code=303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response

    async def _is_right(self, password: str) -> bool:
        if self._checks is None:
            self._checks = CapacityLimiter(2)
        return await to_thread.run_sync(
            verify_password, password, self._password_hash, limiter=self._checks
        )

    def _set_cookie(self, response: Response, *, secure: bool) -> None:
        response.set_cookie(
            SESSION_COOKIE,
            researcher_token(self._key, self._password_hash),
            max_age=SESSION_MAX_AGE_S,
            httponly=True,
            samesite="lax",
            secure=secure,
        )


def safe_path(target: str | None) -> str:
    """`target` if it is a path on this server, else "/".

    Browsers read backslashes as slashes and drop control characters, so both are refused.
    """
    if (
        not target
        or not target.startswith("/")
        or target.startswith("//")
        or "\\" in target
        or any(ord(char) < 0x20 or ord(char) == 0x7F for char in target)
        or target.partition("?")[0].rstrip("/") in {"/login", "/logout"}
    ):
        return "/"
    return target


def _is_own_form(request: Request) -> bool:
    """Whether no other site's page caused this request.

    Browsers say so themselves, but over plain HTTP only through Origin.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return is_same_origin(request.headers.get("origin"), request.headers.get("host"))


async def _read_form(request: Request) -> dict[str, str] | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def _page(target: str, message: str = "", *, status_code: int = 200) -> HTMLResponse:
    alert = f'<p role="alert" id="message">{escape(message)}</p>' if message else ""
    html = _TEMPLATE.replace("{{alert}}", alert).replace("{{next}}", escape(target))
    headers = {
        "content-security-policy": _POLICY,
        "cache-control": "no-store",
        # Without a referrer browsers send forms with the origin "null".
        "referrer-policy": "same-origin",
    }
    return HTMLResponse(html, status_code=status_code, headers=headers)


_TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Taskanchor</title>
<style>
@font-face { font-family: Inter; font-weight: 100 900;
  src: url(/app/static/fonts/inter-5.3.0-latin.woff2) format("woff2"); }
:root { color-scheme: light dark; --ground: #fcfbf9; --text: #1f2328; --line: #b9b4aa;
  --accent: #4f46a5; --trouble: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --text: #e6e4df;
  --line: #5a5f69; --accent: #6c66c9; --trouble: #f28b82; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--text); font: 1rem/1.5 Inter, system-ui, sans-serif; }
main { width: min(22rem, calc(100vw - 2rem)); }
h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -.015em; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; }
label { display: block; font-weight: 550; margin-bottom: .35rem; }
input, button { box-sizing: border-box; width: 100%; min-height: 3rem; padding: 0 .85rem;
  border-radius: .5rem; font: inherit; }
input { border: 1px solid var(--line); background: transparent; color: inherit; }
button { margin-top: 1rem; border: 0; background: var(--accent); color: #fff; font-weight: 600;
  cursor: pointer; }
:focus-visible { outline: 3px solid #d55e00; outline-offset: 2px; }
[role=alert] { margin: .75rem 0 0; color: var(--trouble); }
</style>
<main>
<h1>Sign in</h1>
<p>For researchers. If you came to rate responses, use the link you were given.</p>
<form method="post" action="/login">
<input type="hidden" name="next" value="{{next}}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
  required autofocus aria-describedby="message">
{{alert}}
<button>Sign in</button>
</form>
</main>
</html>
"""
