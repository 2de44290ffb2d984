"""A person who rates, without a browser: asks for the page and sends answers as its script does."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp

_ASSIGNMENT = re.compile(r'data-assignment="(\d+)"')
_ANSWER = re.compile(r'name="answer" value="([^"]+)"')


@dataclass(frozen=True)
class Screen:
    """What was drawn. assignment: None where nothing is asked. answers: in drawing order."""

    html: str
    assignment: int | None
    answers: tuple[str, ...]

    @classmethod
    def of(cls, html: str) -> Screen:
        found = _ASSIGNMENT.search(html)
        return cls(html, int(found[1]) if found else None, tuple(_ANSWER.findall(html)))


@dataclass
class RatingClient:
    """One visitor with a connection of its own.

    Attributes:
        link: as handed out, http://HOST/rate?link=TOKEN; a recruiting link becomes a personal one
            when it is opened.
        acknowledged: assignment -> answer, of every answer the server said that it has.
        waits_s: from sending an answer to having the next screen, one for each.
    """

    link: str
    acknowledged: dict[int, str] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # The server hangs up after 5 s; a browser notices and connects anew.
        connector = aiohttp.TCPConnector(limit=1, keepalive_timeout=3)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connected().close()

    async def open(self) -> Screen:
        """Opens the link, past the welcome."""
        async with self._connected().get(f"{self.link}&go=1") as reply:
            reply.raise_for_status()
            link = parse_qs(reply.url.query_string)["link"][0]
            self.link = f"{reply.url.origin()}/rate?link={link}"
            return Screen.of(await reply.text())

    async def give(self, screen: Screen, answer: str, **values: Any) -> Screen:
        """Sends an answer; the screen that follows."""
        address = urlsplit(self.link)
        body = {
            "link": parse_qs(address.query)["link"][0],
            "assignment": screen.assignment,
            "answer": answer,
            "client_id": f"{screen.assignment}-{answer}",
            "elapsed_ms": 4_000,
            **values,
        }
        started = time.perf_counter()
        where = f"{address.scheme}://{address.netloc}/rate/answer"
        async with self._connected().post(where, json=body) as reply:
            reply.raise_for_status()
            data = await reply.json()
        self.waits_s.append(time.perf_counter() - started)
        if data["saved"] and screen.assignment is not None:
            self.acknowledged[screen.assignment] = answer
        return Screen.of(data["screen"])

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("Not connected; use `async with`.")
        return self._session
