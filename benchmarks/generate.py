"""How long `taskanchor generate` takes beside what its calls alone must take.

    python benchmarks/generate.py

Runs the command line as a process against `fake_server.py`, once with a clean server and once
with troubles (5% 429 with Retry-After 1 s, 2% 500, 1% dropped, 1% malformed), into a database of
its own. Prints one JSON object:

- elapsed_s: first call to last commit, as the command reports it; ideal_s: calls × latency /
  concurrency; ratio: the one by the other.
- process_s: the whole process; outside_s: process_s less elapsed_s, so start-up and end.
- failed: responses that failed; lost: responses planned and not stored; doubled: replies the
  server gave beyond one for each response.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TROUBLES = ("--p429", "0.05", "--p500", "0.02", "--pdrop", "0.01", "--pmalformed", "0.01")
SAMPLES = 5


@contextmanager
def fake_server(*options: str) -> Iterator[str]:
    """Address of a running server."""
    command = [sys.executable, str(HERE / "fake_server.py"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def taskanchor(env: Mapping[str, str], *arguments: str) -> str:
    """What a command printed; raises if it did not end well."""
    command = [sys.executable, "-m", "cli", *arguments]
    done = subprocess.run(
        command, cwd=HERE.parent, env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def measure(calls: int, latency_s: float, concurrency: int, troubles: tuple[str, ...]) -> Any:
    """Generates `calls` responses and reports the times and counts described above."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fake_server("--latency", str(latency_s), *troubles) as address,
    ):
        env = {name: text for name, text in os.environ.items() if "TASKANCHOR" not in name}
        env |= {
            "TASKANCHOR_DATA_DIR": folder,
            "TASKANCHOR_CONCURRENCY": str(concurrency),
            "OPENAI_BASE_URL": f"{address}/v1",
        }
        prompts = Path(folder) / "prompts.jsonl"
        rows = [json.dumps({"prompt": f"Write a line about {i}."}) for i in range(calls // SAMPLES)]
        prompts.write_text("\n".join(rows), encoding="utf-8")
        taskanchor(env, "study", "create", "bench")
        taskanchor(env, "prompts", "import", "bench", str(prompts))
        started = time.monotonic()
        report = json.loads(
            taskanchor(
                env,
                "generate",
                "bench",
                "--model",
                "openai:fake",
                "--strategy",
                "temperature",
                "-n",
                str(SAMPLES),
                "--json",
            )
        )
        process_s = time.monotonic() - started
        stored = json.loads(taskanchor(env, "study", "show", "bench", "--json"))["responses"]
        with urllib.request.urlopen(f"{address}/stats") as reply:
            served = json.load(reply)
    ideal_s = calls * latency_s / concurrency
    return {
        "elapsed_s": report["elapsed_s"],
        "ideal_s": ideal_s,
        "ratio": round(report["elapsed_s"] / ideal_s, 3),
        "process_s": round(process_s, 3),
        "outside_s": round(process_s - report["elapsed_s"], 3),
        "failed": report["failed"],
        "lost": report["planned"] - stored,
        "doubled": served["answered"] - stored,
        "calls": report["calls"],
        "server": served,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=2000, help=f"a multiple of {SAMPLES}")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    parser.add_argument("--concurrency", type=int, default=100)
    options = parser.parse_args()
    print(
        json.dumps(
            {
                name: measure(options.calls, options.latency, options.concurrency, troubles)
                for name, troubles in {"clean": (), "faulty": TROUBLES}.items()
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
