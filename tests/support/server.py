"""The real web server in a process of its own, and a visitor that is no browser."""

from __future__ import annotations

import asyncio
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.settings import PROJECT_DIR

START_TIMEOUT_S = 60


@dataclass(frozen=True)
class AppServer:
    """A running server. `address` has no trailing slash."""

    address: str
    data_dir: Path
    process: subprocess.Popen[str]

    def url(self, path: str = "/") -> str:
        return self.address + path


@contextmanager
def app_server(
    data_dir: Path,
    *,
    script: Path = PROJECT_DIR / "app.py",
    host: str = "127.0.0.1",
    env: Mapping[str, str] | None = None,
    command: list[str] | None = None,
) -> Iterator[AppServer]:
    """Starts the server on a free port and ends it afterwards.

    Args:
        data_dir: its `TASKANCHOR_DATA_DIR`; use a temporary folder.
        script: Streamlit script to serve.
        host: address to bind.
        env: further environment variables.
        command: instead of the bare server, any command that prints "ready at ADDRESS".
    """
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    own |= {"TASKANCHOR_DATA_DIR": str(data_dir), "PYTHONPATH": str(PROJECT_DIR)} | dict(env or {})
    runner = str(Path(__file__).with_name("run_server.py"))
    process = subprocess.Popen(
        command or [sys.executable, runner, str(script), host],
        cwd=data_dir,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read_lines, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield AppServer(_wait_for_address(lines), data_dir, process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stdout.close()


def visit(
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    page: str = "",
    query: str = "",
    host: str | None = None,
    origin: str | None = None,
) -> str:
    """Runs the app once over a bare websocket and returns all that it drew, as protobuf text.

    Args:
        address: of the server.
        headers: added to the handshake, such as Cookie or X-Forwarded-For.
        page: name of the page asked for, as in the address.
        query: query string without "?".
        host: sent as Host instead of the server's own.
        origin: sent as Origin; none is sent without it, as by any client that is no browser.

    Raises:
        websockets.exceptions.InvalidStatus: the server refused the connection.
    """
    return asyncio.run(_visit(address, dict(headers or {}), page, query, host, origin))


async def _visit(
    address: str,
    headers: dict[str, str],
    page: str,
    query: str,
    host: str | None,
    origin: str | None,
) -> str:
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.asyncio.client import connect

    server = urlsplit(address)
    # The library derives Host from the address, so another Host means connecting by hand.
    uri = f"ws://{host or server.netloc}/_stcore/stream"
    async with connect(
        uri,
        host=server.hostname,
        port=server.port,
        additional_headers=headers,
        origin=origin,
        subprotocols=["streamlit"],
        max_size=None,
        proxy=None,
    ) as socket:
        request = BackMsg()
        request.rerun_script.query_string = query
        request.rerun_script.page_name = page
        await socket.send(request.SerializeToString())
        drawn = []
        async with asyncio.timeout(30):
            async for data in socket:
                message = ForwardMsg.FromString(data)
                drawn.append(str(message.delta))
                if message.WhichOneof("type") == "script_finished":
                    break
        return "\n".join(drawn)


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _wait_for_address(lines: queue.Queue[str | None]) -> str:
    seen = []
    while True:
        line = lines.get(timeout=START_TIMEOUT_S)
        if line is None:
            raise AssertionError("The server ended before it was ready:\n" + "".join(seen))
        seen.append(line)
        if "ready at " in line:
            return line.split("ready at ", 1)[1].split()[0].rstrip(".,")
