"""A person who rates, without a browser: Streamlit's own protocol over a bare websocket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

START = "start"
ANSWER = "answer-"
_QUIET_S = 1.0


@dataclass
class Screen:
    """What one run of the script sent.

    Attributes:
        buttons: widget key -> widget id, in drawing order.
        fragment: part of the page that pressing one of them runs.
    """

    buttons: dict[str, str] = field(default_factory=dict)
    fragment: str = ""
    messages: list[ForwardMsg] = field(default_factory=list)

    def answers(self) -> list[str]:
        """Keys of the answer buttons, in drawing order."""
        return [key for key in self.buttons if key.startswith(ANSWER)]

    def everything(self) -> str:
        """All that came over the wire, as text."""
        return "\n".join(str(message) for message in self.messages)


class RatingClient:
    """One connection that opens a personal link and presses buttons.

    Args:
        link: as handed out, http://HOST/rate?link=TOKEN.
    """

    def __init__(self, link: str) -> None:
        self._link = link
        self._address = urlsplit(link)
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            f"ws://{self._address.netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            proxy=None,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connected().close()

    async def open(self) -> Screen:
        """Asks for the page, as a browser does that opens the link."""
        return await self._run("", "")

    async def press(self, screen: Screen, key: str) -> Screen:
        """Presses a button of the screen; returns what is drawn then."""
        return await self._run(screen.buttons[key], screen.fragment)

    async def press_twice(self, screen: Screen, key: str) -> Screen:
        """Presses a button again before anything was drawn, as an impatient thumb does."""
        await self._send(screen.buttons[key], screen.fragment)
        drawn = await self._run(screen.buttons[key], screen.fragment)
        # The server may make one run of it or two; the second may begin a moment later.
        while True:
            try:
                async with asyncio.timeout(_QUIET_S):
                    first = await self._connected().recv(decode=False)
            except TimeoutError:
                return drawn
            # What a finished run still says of itself is no new run.
            if ForwardMsg.FromString(first).WhichOneof("type") == "new_session":
                drawn = await self._read(first)

    async def _run(self, widget_id: str, fragment: str) -> Screen:
        await self._send(widget_id, fragment)
        return await self._read()

    async def _read(self, first: bytes | None = None) -> Screen:
        """What is drawn until the running script ends; `first` was received already."""
        screen = Screen()
        data = first
        while True:
            message = ForwardMsg.FromString(data or await self._connected().recv(decode=False))
            data = None
            screen.messages.append(message)
            element = message.delta.new_element
            if message.WhichOneof("type") == "delta" and element.WhichOneof("type") == "button":
                # Ids are $$ID-<hash>-<key>.
                screen.buttons[element.button.id.split("-", 2)[2]] = element.button.id
                screen.fragment = message.delta.fragment_id
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    screen = Screen(messages=screen.messages)
                    continue
                return screen

    async def _send(self, widget_id: str, fragment: str) -> None:
        request = BackMsg()
        run = request.rerun_script
        run.query_string = self._address.query
        run.page_name = self._address.path.strip("/")
        run.context_info.url = self._link
        run.fragment_id = fragment
        if widget_id:
            state = run.widget_states.widgets.add()
            state.id, state.trigger_value = widget_id, True
        await self._connected().send(request.SerializeToString())

    def _connected(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("Not connected; use `async with`.")
        return self._socket
