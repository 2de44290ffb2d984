"""A chat-completions server for load tests, on loopback, with chosen latency and troubles.

    python benchmarks/fake_server.py --latency 0.2 --p429 0.05 --p500 0.02 --pdrop 0.01

Prints its address on the first line. GET /stats gives what it has answered, as JSON. Troubles are
drawn from a seed, after the latency except for 429, which real servers answer at once.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
from collections import Counter

from aiohttp import web


class FakeServer:
    """Answers every request with a text of its own, or with a trouble."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.counts: Counter[str] = Counter()
        self.in_flight = 0
        self.peak_in_flight = 0
        self.rng = random.Random(options.seed)

    def trouble(self) -> str:
        """The kind of trouble the next request meets, or ok."""
        drawn, options = self.rng.random(), self.options
        for kind in ("429", "500", "drop", "malformed"):
            drawn -= getattr(options, f"p{kind}")
            if drawn < 0:
                return kind
        return "ok"

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        kind = self.trouble()
        self.counts[kind] += 1
        if kind == "429":
            error = {"error": {"message": "slow down", "type": "rate_limit"}}
            return web.json_response(error, status=429, headers={"Retry-After": "1"})
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.options.latency)
        finally:
            self.in_flight -= 1
        if kind == "500":
            return web.json_response({"error": {"message": "sorry"}}, status=500)
        if kind == "drop":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if kind == "malformed":
            return web.Response(text='{"choices": [{"mess', content_type="application/json")
        return web.json_response(self.reply(body["model"], body["messages"][-1]["content"]))

    def reply(self, model: str, asked: str) -> dict[str, object]:
        digest = hashlib.sha256(f"{self.counts['ok']} {asked}".encode()).hexdigest()
        message = {"role": "assistant", "content": f"{digest} " * 6}
        return {
            "id": digest[:12],
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 100, "total_tokens": 120},
        }

    async def stats(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "requests": self.counts.total(),
                "answered": self.counts["ok"],
                "peak_in_flight": self.peak_in_flight,
                **{f"n_{kind}": self.counts[kind] for kind in ("429", "500", "drop", "malformed")},
            }
        )


async def serve(options: argparse.Namespace) -> None:
    server = FakeServer(options)
    app = web.Application(client_max_size=2**25)
    app.router.add_post("/v1/chat/completions", server.complete)
    app.router.add_get("/stats", server.stats)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", options.port, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    for kind in ("429", "500", "drop", "malformed"):
        parser.add_argument(f"--p{kind}", type=float, default=0.0, help="share of requests")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
