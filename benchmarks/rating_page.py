"""What the rating page costs the server, how it bears many people at once, and its first visit.

    python benchmarks/rating_page.py [--answers 300] [--people 50] [--thinking 200] [--sessions 200]

Starts the real server on a copy of the sample study of its own. Prints one JSON object:

- cpu_ms_per_answer: CPU of the web process from /proc/PID/stat over answers given one after the
  other, each saved and the next item sent.
- at_once: so many people of a crowd study without a moment to think, who come by its recruiting
  link and find just enough work for all: answers/s, median and 95th percentile of the time from
  sending an answer to having the next item; afterwards acknowledged answers missing from the
  database, and items with more people than wanted.
- thinking: the same with 5 s between a person's answers.
- client_cpu_ms_per_answer: what this program takes meanwhile from the same processors.
- memory_mb: resident size of the web process before, and after each tenth of `--sessions`
  visitors who opened the link, answered once and went.
- first_visit: bytes over the wire, requests, and milliseconds until the first item is drawn, in
  Chromium with an empty cache at 4 Mbit/s, 100 ms round trip and a processor slowed four times.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rating_client import RatingClient

PROJECT = Path(__file__).resolve().parent.parent
THINKING_S = 5.0
WARM_UP = 20
RATINGS_PER_ITEM = 5
CHROMIUM = "/usr/bin/chromium"


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
        "from core.settings import Settings; from web.serve import serve; "
        "serve('127.0.0.1', 0, False, Settings.from_environment(), False, ping=lambda: None)"
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


async def rate(
    link: str, answers: int, *, pid: int | None = None, thinking_s: float = 0.0
) -> tuple[RatingClient, float]:
    """A person's answers, and CPU milliseconds of the server over all but the first few."""
    before = 0.0
    async with RatingClient(link) as client:
        if thinking_s:
            await asyncio.sleep(random.uniform(0, thinking_s))
        screen = await client.open()
        for number in range(answers):
            if screen.assignment is None:
                break  # The last to come find what others left, which may be less.
            if pid is not None and number == WARM_UP:
                before = cpu_ms(pid)
            if thinking_s:
                await asyncio.sleep(random.uniform(0.5, 1.5) * thinking_s)
            screen = await client.give(screen, screen.answers[number % 2])
    return client, cpu_ms(pid) - before if pid is not None else 0.0


def open_crowd_study(folder: Path, address: str, slug: str, count: int, answers: int) -> str:
    """Recruiting link of a new study in which so many people find so many items each, no more."""
    n_items = -(-count * answers // RATINGS_PER_ITEM)
    ends = ("complete", "screened_out", "failed_attention", "full")
    plan = {
        "arms": [{"questions": [{"question": "equivalence", "n_items": n_items}]}],
        "work": {"ratings_per_item": RATINGS_PER_ITEM, "items_per_person": answers},
        "show_instructions": False,
        "recruiting": {"platform": "prolific", **{end: {"code": "C0DE"} for end in ends}},
    }
    bundle, file = folder / "sample.zip", folder / f"{slug}.json"
    if not bundle.exists():
        taskanchor(folder, "export", "sample", "--out", str(bundle))
    taskanchor(folder, "import", str(bundle), "--as", slug)
    file.write_text(json.dumps(plan))
    taskanchor(folder, "people", "plan", slug, "--file", str(file))
    taskanchor(folder, "people", "open", slug)
    printed = taskanchor(folder, "people", "recruit", slug, "--base-url", address, "--json")
    return str(json.loads(printed)["link"]).partition("&")[0]


async def crowd(
    folder: Path, address: str, count: int, answers: int, *, thinking_s: float = 0.0
) -> dict[str, Any]:
    """People who all rate at the same time."""
    slug = f"crowd-{count}-{answers}"
    link = open_crowd_study(folder, address, slug, count, answers)
    links = [f"{link}&PROLIFIC_PID={number:024d}" for number in range(count)]
    started, own = time.perf_counter(), time.process_time()
    results = await asyncio.gather(*(rate(link, answers, thinking_s=thinking_s) for link in links))
    elapsed, own = time.perf_counter() - started, time.process_time() - own
    waits = sorted(wait for client, _ in results for wait in client.waits_s)
    acknowledged = {
        key: value for client, _ in results for key, value in client.acknowledged.items()
    }
    return {
        "people": count,
        "answers": len(waits),
        "answers_per_s": round(len(waits) / elapsed, 1),
        "median_ms": round(1000 * waits[len(waits) // 2]),
        "p95_ms": round(1000 * waits[int(0.95 * len(waits))]),
        "client_cpu_ms_per_answer": round(1000 * own / len(waits), 2),
        "acknowledged_missing": missing(folder, acknowledged),
        "items_beyond_k": beyond_k(folder, slug),
    }


def missing(folder: Path, acknowledged: dict[int, str]) -> int:
    """How many acknowledged answers are not the current ones in the database."""
    query = (
        "SELECT a.id, r.value FROM rating r JOIN assignment a ON a.rater_id = r.rater_id "
        "AND a.item_id = r.item_id AND a.question = r.question ORDER BY r.revision"
    )
    with sqlite3.connect(folder / "taskanchor.sqlite3") as connection:
        stored = dict(connection.execute(query).fetchall())
    return sum(stored.get(key) != value for key, value in acknowledged.items())


def beyond_k(folder: Path, slug: str) -> int:
    """How many items of a study are with more people than it wants."""
    query = (
        "SELECT count(*) FROM (SELECT a.item_id FROM assignment a JOIN item i ON i.id = a.item_id "
        "JOIN study s ON s.id = i.study_id WHERE s.slug = ? AND a.purpose = 'rating' "
        "AND a.state IN ('open', 'done') GROUP BY a.item_id, a.question HAVING count(*) > ?)"
    )
    with sqlite3.connect(folder / "taskanchor.sqlite3") as connection:
        return int(connection.execute(query, (slug, RATINGS_PER_ITEM)).fetchone()[0])


def cpu_ms(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def come_and_go(folder: Path, address: str, pid: int, sessions: int) -> list[float]:
    """Memory before, and after each tenth of visitors who answer once and leave."""
    link = invite(folder, address, 1, sessions + 1)[0]
    found = [resident_mb(pid)]
    step = max(1, sessions // 10)
    for number in range(1, sessions + 1):
        asyncio.run(rate(link, 1))
        if number % step == 0:
            found.append(resident_mb(pid))
    return found


def first_visit(link: str) -> dict[str, Any]:
    """What a slow phone waits for, until the first item stands there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        speed = 4_000_000 / 8
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 100,
                "downloadThroughput": speed,
                "uploadThroughput": speed,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        sizes: list[int] = []
        session.on(
            "Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"])
        )
        started = time.perf_counter()
        page.goto(f"{link}&go=1", wait_until="commit")
        page.locator("main[data-assignment] .response").first.wait_for()
        until_item = time.perf_counter() - started
        page.wait_for_load_state("networkidle")
        browser.close()
    return {
        "bytes": int(sum(sizes)),
        "requests": len(sizes),
        "first_item_ms": round(1000 * until_item),
    }


def measure(
    answers: int, people: Sequence[int], thinking: Sequence[int], sessions: int
) -> dict[str, Any]:
    """All measurements, on one server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        taskanchor(folder, "demo")
        with server(folder) as (address, pid):
            link = invite(folder, address, 1, WARM_UP + answers + 1)[0]
            client, cpu = asyncio.run(rate(link, WARM_UP + answers, pid=pid))
            waits = sorted(client.waits_s)
            return {
                "cpu_ms_per_answer": round(cpu / answers, 2),
                "median_ms": round(1000 * waits[len(waits) // 2], 1),
                "load_average": round(os.getloadavg()[0], 1),
                "at_once": [asyncio.run(crowd(folder, address, count, 20)) for count in people],
                "thinking": [
                    asyncio.run(crowd(folder, address, count, 6, thinking_s=THINKING_S))
                    for count in thinking
                ],
                "memory_mb": come_and_go(folder, address, pid, sessions),
                "first_visit": first_visit(invite(folder, address, 1, 2)[0]),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--people", type=int, nargs="*", default=[50])
    parser.add_argument("--thinking", type=int, nargs="*", default=[200])
    parser.add_argument("--sessions", type=int, default=200)
    options = parser.parse_args()
    found = measure(options.answers, options.people, options.thinking, options.sessions)
    print(json.dumps(found, indent=2))


def _environment(folder: Path) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    return own | {"TASKANCHOR_DATA_DIR": str(folder)}


if __name__ == "__main__":
    main()
