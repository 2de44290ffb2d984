"""The addresses of people who rate. Requests are read here and answered by threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVarTuple

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from core.settings import Settings
from pages.annotator.frame import NORMAL_SIZE, TEXT_SIZES, draw_page
from web.annotate.assets import PREFIX, serve_asset
from web.annotate.bodies import Body, read_body, whole
from web.annotate.desk import Desk, Reply
from web.annotate.joining import JoinDesk
from web.annotate.person import Asked
from web.annotate.preview import PreviewDesk
from web.annotate.setup import Setup
from web.headers import is_same_origin

SIZE_COOKIE = "taskanchor_text"
_A_YEAR_S = 365 * 24 * 3600
# Nothing from anywhere else, and no script or style but our two files.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cache-control": "no-store",
    # The address holds the personal link, which no other site is told. Without any referrer,
    # browsers send forms with the origin "null".
    "referrer-policy": "same-origin",
}

# More threads than this only wait for each other: for the interpreter, and for the one writer of
# SQLite, who has to win the interpreter back after each of its statements.
N_THREADS = 8

Handler = Callable[[Body, str], Reply]
Given = TypeVarTuple("Given")


def annotate_routes(settings: Settings, key: bytes) -> list[Route]:
    """All routes, for `build_app`.

    Args:
        key: signs personal links.
    """
    setup = Setup(settings, key)
    desk = Desk(setup)
    routes = _Routes(desk, JoinDesk(setup), PreviewDesk(setup))
    posts = {"answer": desk.answer, "note": desk.note, "step": desk.step, "closing": desk.close}
    return [
        Route("/rate", routes.look, methods=["GET"]),
        Route("/join", routes.join, methods=["GET"]),
        Route("/preview", routes.preview, methods=["GET"]),
        Route("/rate/size", routes.size, methods=["POST"]),
        Route(PREFIX + "{name}", serve_asset, methods=["GET"]),
        *[
            Route(f"/rate/{name}", partial(routes.take, handler), methods=["POST"])
            for name, handler in posts.items()
        ],
    ]


class _Routes:
    def __init__(self, desk: Desk, joining: JoinDesk, preview: PreviewDesk) -> None:
        self._desk, self._joining, self._preview = desk, joining, preview
        self._threads: CapacityLimiter | None = None

    async def _in_thread(self, serve: Callable[[*Given], Reply], *given: *Given) -> Reply:
        """First come, first served, by few threads."""
        if self._threads is None:
            self._threads = CapacityLimiter(N_THREADS)
        return await to_thread.run_sync(serve, *given, limiter=self._threads)

    async def look(self, request: Request) -> Response:
        """A person's page."""
        query = request.query_params
        asked = Asked(
            go="go" in query,
            at=whole(query.get("at")),
            feedback=whole(query.get("feedback")),
            pause="pause" in query,
            again="again" in query,
            leave="leave" in query,
            saved="saved" in query,
            noted="noted" in query,
        )
        reply = await self._in_thread(
            self._desk.look, query.get("link", ""), asked, _text_size(request)
        )
        return _page(reply)

    async def take(self, handler: Handler, request: Request) -> Response:
        """Something a person sends; handed to its handler if it comes from our own pages."""
        body = await read_body(request)
        size = _text_size(request)
        if not _is_own(request):
            reply = self._desk.refuse(body, size, "foreign", 403)
        elif body.is_too_long:
            reply = self._desk.refuse(body, size, "too_long", 413)
        else:
            reply = await self._in_thread(handler, body, size)
        return _json(reply) if body.is_json else _after_form(reply)

    async def join(self, request: Request) -> Response:
        """Somebody comes from a recruiting platform."""
        query = dict(request.query_params)
        reply = await self._in_thread(self._joining.join, query, _text_size(request))
        return _after_form(reply)

    async def preview(self, request: Request) -> Response:
        """A researcher looks at the screens."""
        query = dict(request.query_params)
        reply = await self._in_thread(self._preview.look, query, _text_size(request))
        return _page(reply)

    async def size(self, request: Request) -> Response:
        """Remembers the size of the texts, for browsers without the script."""
        body = await read_body(request)
        if not _is_own(request):
            return _after_form(self._desk.refuse(body, NORMAL_SIZE, "foreign", 403))
        asked = Asked(go=True, at=body.whole("at"))
        size = body.text("size") if body.text("size") in TEXT_SIZES else NORMAL_SIZE
        reply = await self._in_thread(self._desk.look, body.text("link"), asked, size)
        way = {"go": 1} if asked.at is None else {"go": 1, "at": asked.at}
        response: Response = _page(reply)
        if reply.status == 200:
            response = _redirect(reply.frame.address(**way))
        secure = request.url.scheme == "https"
        response.set_cookie(SIZE_COOKIE, size, max_age=_A_YEAR_S, samesite="lax", secure=secure)
        return response


def _page(reply: Reply) -> Response:
    if reply.screen is None:
        return _redirect(reply.address)
    return HTMLResponse(draw_page(reply.frame, reply.screen), reply.status, headers=_HEADERS)


def _after_form(reply: Reply) -> Response:
    """A browser that sent a form is led on, so that a reload sends nothing twice."""
    return _redirect(reply.address) if reply.address else _page(reply)


def _json(reply: Reply) -> Response:
    body = {
        "saved": reply.status == 200,
        "problem": reply.problem,
        "said": reply.said,
        "address": reply.address,
        "screen": reply.screen.html if reply.screen else "",
        "title": reply.screen.title if reply.screen else "",
    }
    return JSONResponse(body, reply.status, headers=_HEADERS)


def _redirect(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers=_HEADERS)


def _is_own(request: Request) -> bool:
    """Whether no other site's page sent this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return is_same_origin(request.headers.get("origin"), request.headers.get("host"))


def _text_size(request: Request) -> str:
    return request.cookies.get(SIZE_COOKIE, NORMAL_SIZE)
