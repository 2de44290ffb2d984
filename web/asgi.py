"""The web application: Streamlit's own, with our routes and headers around it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from anyio import to_thread
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config, file_util
from streamlit.runtime.pages_manager import PagesManager
from streamlit.starlette import App

from core.security import check_password_hash, is_loopback, load_secret_key
from core.settings import PROJECT_DIR, Settings
from web.annotate import annotate_routes
from web.compression import CompressedStatic
from web.headers import SameOriginWebsockets, SecurityHeaders, streamlit_policy
from web.index_page import IndexPage
from web.login import LoginRoutes
from web.oidc import oidc_secrets

_LOG = logging.getLogger(__name__)
APP_SCRIPT = PROJECT_DIR / "app.py"
# Whatever a config file or variable says: no page calls out, no visitor reads a traceback.
_MUST_HOLD = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
}


def build_app(
    settings: Settings,
    *,
    host: str,
    ping: Callable[[], None],
    script: Path = APP_SCRIPT,
) -> App:
    """The ASGI application for one address.

    Args:
        settings: from the environment.
        host: address the server will listen on. The pages decide by it who counts as local, so
            it has to be the true one.
        ping: asks the database something; any exception means it is not well.
        script: the Streamlit script.

    Raises:
        UserError: no usable secret key, password hash or provider settings.
    """
    key = load_secret_key(
        settings.secret_key, settings.data_dir, bound_to_loopback=is_loopback(host)
    )
    routes = [_health_route(ping), *annotate_routes(settings, key)]
    if settings.password_hash:
        check_password_hash(settings.password_hash)
        routes += LoginRoutes(settings.password_hash, key).routes()
    static_dir = Path(file_util.get_static_dir())
    app = App(
        script,
        secrets=oidc_secrets(settings.oidc, key),
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders, policy=streamlit_policy()),
            Middleware(SameOriginWebsockets),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(CompressedStatic, directory=static_dir),
            Middleware(IndexPage, directory=static_dir),
        ],
    )
    # Only now: the first option read loads the config file beside the script App was given.
    for name, value in {"server.address": host, **_MUST_HOLD}.items():
        config.set_option(name, value)
    # app.py registers its pages itself. Streamlit would learn that from its first run only, and
    # until then take a personal link for a page that does not exist.
    PagesManager.uses_pages_directory = False
    return app


def app_version() -> str:
    """The installed version; "unknown" when run from a tree that was never installed."""
    try:
        return version("taskanchor")
    except PackageNotFoundError:
        return "unknown"


def _health_route(ping: Callable[[], None]) -> Route:
    async def health(_request: Request) -> Response:
        try:
            await to_thread.run_sync(ping)
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is 503
            _LOG.exception("health check: the database did not answer")
            database, status_code = "unreachable", 503
        else:
            database, status_code = "ok", 200
        body = {
            "status": "ok" if status_code == 200 else "degraded",
            "version": app_version(),
            "database": database,
        }
        return JSONResponse(body, status_code, headers={"cache-control": "no-store"})

    return Route("/health", health, methods=["GET"])
