"""What the rating page costs the server, and how it bears many people at once.

    python benchmarks/rating_page.py [--answers 200] [--people 20 50] [--sessions 200]

Starts the real server on a copy of the sample study of its own and rates over bare websockets.
Prints one JSON object:

- cpu_ms_per_answer: CPU of the web process from /proc/PID/stat over answers given one after the
  other, each saved and the next item drawn; pause_ms: waited between them.
- people: for each number of people at once: answers/s, median and 95th percentile of the time from
  pressing to the next item drawn, and whether every answer was found in the database afterwards.
- memory_mb: resident size of the web process before, and after each tenth of `--sessions`
  connections that came, answered once and went.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rating_client import START, RatingClient, Screen

PROJECT = Path(__file__).resolve().parent.parent
# The page takes faster presses for a held key.
PAUSE_S = 0.15
WARM_UP = 20


def taskanchor(folder: Path, *arguments: str) -> str:
    """What a command printed."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def invite(folder: Path, address: str, count: int, items: int) -> list[str]:
    """Links of so many new people, each with so many items."""
    sizes = ["--count", str(count), "--ratings-per-item", str(count), "--pairs", str(items)]
    printed = taskanchor(
        folder, "people", "invite", "sample", *sizes, "--base-url", address, "--json"
    )
    return [person["link"] for person in json.loads(printed)["people"]][-count:]


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Address and process id of `taskanchor serve`, without the worker."""
    script = (
        "import sys; from pathlib import Path; from core.settings import Settings; "
        "from web.serve import serve; "
        "serve('127.0.0.1', 0, False, Settings.from_environment(), False, ping=lambda: None, "
        f"script=Path({str(PROJECT / 'app.py')!r}))"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, cwd=PROJECT, env=_environment(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "ready at " in line:
                    yield line.split("ready at ", 1)[1].split()[0].rstrip(".,"), process.pid
                    break
        finally:
            process.terminate()


async def answer(client: RatingClient, screen: Screen) -> tuple[Screen, float]:
    """Gives the first answer; the next screen and the seconds until it was there."""
    await asyncio.sleep(PAUSE_S)
    started = time.perf_counter()
    screen = await client.press(screen, screen.answers()[0])
    return screen, time.perf_counter() - started


async def rate(link: str, answers: int, pid: int | None = None) -> tuple[list[float], float]:
    """Seconds of each answer, and CPU milliseconds of the server over all but the first few."""
    waits: list[float] = []
    before = 0.0
    async with RatingClient(link) as client:
        screen = await client.press(await client.open(), START)
        for number in range(answers):
            if pid is not None and number == WARM_UP:
                before = cpu_ms(pid)
            screen, wait = await answer(client, screen)
            waits.append(wait)
    return waits, cpu_ms(pid) - before if pid is not None else 0.0


async def crowd(folder: Path, address: str, count: int, answers: int) -> dict[str, Any]:
    """People who all rate at the same time."""
    links = invite(folder, address, count, answers + 1)
    started = time.perf_counter()
    results = await asyncio.gather(*(rate(link, answers) for link in links))
    elapsed = time.perf_counter() - started
    waits = sorted(wait for one, _ in results for wait in one)
    people = json.loads(taskanchor(folder, "people", "list", "sample", "--json"))["people"]
    return {
        "people": count,
        "answers_per_s": round(len(waits) / elapsed, 1),
        "median_ms": round(1000 * waits[len(waits) // 2]),
        "p95_ms": round(1000 * waits[int(0.95 * len(waits))]),
        "all_saved": sum(one["answered"] for one in people[-count:]) == len(waits),
    }


async def come_and_go(link: str) -> None:
    """A session that opens the link, answers once and leaves."""
    await rate(link, 1)


def cpu_ms(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def measure(answers: int, people: Sequence[int], sessions: int) -> dict[str, Any]:
    """All three measurements, on one server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        taskanchor(folder, "demo")
        with server(folder) as (address, pid):
            link = invite(folder, address, 1, WARM_UP + answers + 1)[0]
            waits, cpu = asyncio.run(rate(link, WARM_UP + answers, pid))
            crowds = [asyncio.run(crowd(folder, address, count, 20)) for count in people]
            memory = [resident_mb(pid)]
            step = max(1, sessions // 10)
            links = invite(folder, address, 1, sessions + 1) * sessions
            for number, one in enumerate(links, start=1):
                asyncio.run(come_and_go(one))
                if number % step == 0:
                    memory.append(resident_mb(pid))
    return {
        "cpu_ms_per_answer": round(cpu / answers, 2),
        "median_ms": round(1000 * sorted(waits)[len(waits) // 2], 1),
        "pause_ms": round(PAUSE_S * 1000),
        "load_average": os.getloadavg()[0],
        "people": crowds,
        "memory_mb": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--people", type=int, nargs="*", default=[20, 50])
    parser.add_argument("--sessions", type=int, default=200)
    options = parser.parse_args()
    print(json.dumps(measure(options.answers, options.people, options.sessions), indent=2))


def _environment(folder: Path) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    return own | {"TASKANCHOR_DATA_DIR": str(folder)}


if __name__ == "__main__":
    main()
