"""Runs the web app and one worker until told to stop."""

from __future__ import annotations

import errno
import os
import platform
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from streamlit import config

from core.errors import UserError
from core.security import is_loopback, is_sign_in_configured
from core.settings import Settings
from web.asgi import APP_SCRIPT, build_app
from web.worker_process import WORKER_COMMAND, WorkerProcess

_MAX_MESSAGE_BYTES = 200 * 2**20
_SHUTDOWN_S = 3


def serve(
    host: str,
    port: int,
    open_browser: bool,
    settings: Settings,
    worker: bool,
    *,
    ping: Callable[[], None],
    worker_command: Sequence[str] = WORKER_COMMAND,
    script: Path = APP_SCRIPT,
) -> None:
    """Serves the app on one address; returns after SIGINT or SIGTERM, everything ended.

    Args:
        host: address or name to bind; anything but loopback needs sign-in and a secret key.
        port: TCP port; 0 takes a free one.
        open_browser: opens a browser window once the app answers, where there is one.
        settings: from the environment.
        worker: also runs one worker process.
        ping: asks the database something, for /health.
        worker_command: command line of the worker.
        script: the Streamlit script.

    Raises:
        UserError: the address may not or cannot be served.
    """
    _refuse_open_door(host, settings)
    app = build_app(settings, host=host, ping=ping, script=script)
    with _bound_socket(host, port) as listener, _signals_as_interrupt():
        port = listener.getsockname()[1]
        config.set_option("server.port", port)
        address = local_address(host, port)
        supervisor = WorkerProcess(worker_command) if worker else None
        server = _Server(_uvicorn_config(app), lambda: _announce(address, host, open_browser))
        try:
            if supervisor:
                supervisor.start()
            server.run(sockets=[listener])
            if not server.was_ready:
                raise UserError("The web server could not start; its log above says why.")
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)
        finally:
            if supervisor:
                supervisor.stop()


def local_address(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    if host in {"", "0.0.0.0", "::"}:
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, settings: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(settings)
        self._on_ready = on_ready
        self.was_ready = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.was_ready = True
            self._on_ready()


def _uvicorn_config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        ws="websockets-sansio",
        ws_max_size=_MAX_MESSAGE_BYTES,
        # Packing small messages costs a crowded server more than it spares the line.
        ws_per_message_deflate=False,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        # Open tabs hold their websocket for ever; without a limit they would hold us, too.
        timeout_graceful_shutdown=_SHUTDOWN_S,
        access_log=False,
        log_level="warning",
        server_header=False,
    )


def _refuse_open_door(host: str, settings: Settings) -> None:
    if not is_loopback(host) and not is_sign_in_configured(settings):
        raise UserError(
            f"Serving on {host!r} would let anybody on the network into the researcher pages. Set "
            "TASKANCHOR_PASSWORD_HASH (taskanchor hash-password) or TASKANCHOR_OIDC_*, "
            "or serve on 127.0.0.1."
        )


@contextmanager
def _bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    if not 0 <= port <= 65535:
        raise UserError(f"Port is {port}; expected 0 to 65535. Change --port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            remedy = "Something listens there already: stop it or choose another with --port."
        elif error.errno == errno.EACCES:
            remedy = "Ports below 1024 need special rights: choose another with --port."
        else:
            remedy = "Choose an address of this machine with --host."
        reason = error.strerror or str(error)
        raise UserError(f"Cannot listen on {host}, port {port}: {reason}. {remedy}") from error
    # Accepted connections inherit it. asyncio would set it itself only where the socket names its
    # protocol; without it an answer's body waits 40 ms for the reader to confirm its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listener:
        yield listener


@contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """SIGTERM ends us like Ctrl-C: with the worker stopped, not orphaned.

    uvicorn puts its own handlers in while it runs, and afterwards raises the signal it caught
    again for ours. Only the first one counts: ending takes a few seconds and must be finished.
    """
    interrupted = False

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise KeyboardInterrupt

    previous = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _announce(address: str, host: str, open_browser: bool) -> None:
    everywhere = "" if is_loopback(host) else f", and on {host} for other machines"
    print(f"Taskanchor is ready at {address}{everywhere}. Ctrl-C stops it.", flush=True)
    if open_browser and _has_display():
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _has_display() -> bool:
    """On Linux without a display `webbrowser` would start a text browser in this terminal."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
