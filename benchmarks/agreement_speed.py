"""Time and memory of the agreement code on a million ratings, beside other libraries.

Three raters answer every item; ten items share a prompt. `ours` runs in the project's own
environment. With --compare the same data go through krippendorff, irrCAC, statsmodels and
crowd-kit in a throw-away environment under a temporary folder, which is deleted at the end; none
of them is a dependency of the project.

    python benchmarks/agreement_speed.py
    python benchmarks/agreement_speed.py --compare
    python benchmarks/agreement_speed.py --compare --rivals-python ENVIRONMENT/bin/python

Other libraries have no bootstrap of prompts: to give an interval one draws prompts, copies their
rows and calls the library again. A few replicates are timed so (--replicates) and what 1,000
would take is extrapolated from them, which the output says.

Limits, on a machine with two cores: alpha below 1 s; alpha, AC1, kappa and per cent together with
1,000 bootstrap replicates of prompts below 3 s and 1 GB; Dawid-Skene below 3 s; and the time of
twice the items at most 2.6 times as long.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np

RATERS = 3
PAIRS_PER_PROMPT = 10
PACKAGES = ("krippendorff", "irrCAC", "statsmodels", "crowd-kit")
LIMITS_S = {"alpha": 1.0, "four coefficients, 1,000 replicates": 3.0, "Dawid-Skene": 3.0}
LIMIT_MB = 1024
LARGEST_GROWTH = 2.6

# Runs in the throw-away environment: a file of answers in, one JSON object of seconds out.
RIVALS = """
import json, sys, time
import numpy as np
import pandas as pd

ratings = np.load(sys.argv[1])
replicates, per_prompt = int(sys.argv[2]), int(sys.argv[3])
seconds = {}


def clock(name, run):
    start = time.perf_counter()
    try:
        run()
    except Exception as error:
        seconds[name] = f"{type(error).__name__}: {error}"[:120]
    else:
        seconds[name] = time.perf_counter() - start


def krippendorff_alpha(data=ratings):
    import krippendorff
    krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")


def irrcac(data=ratings):
    from irrCAC.raw import CAC
    CAC(pd.DataFrame(data.T)).gwet()


def statsmodels_fleiss(data=ratings):
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
    fleiss_kappa(aggregate_raters(data.T.astype(int))[0])


def bootstrap(name, run):
    # Time of 1,000 replicates over prompts, from a few of them.
    rng = np.random.default_rng(0)
    n_prompts = ratings.shape[1] // per_prompt
    start = time.perf_counter()
    try:
        for _ in range(replicates):
            drawn = rng.integers(0, n_prompts, n_prompts)
            rows = (drawn[:, None] * per_prompt + np.arange(per_prompt)).ravel()
            run(ratings[:, rows])
    except Exception as error:
        seconds[name] = f"{type(error).__name__}: {error}"[:120]
    else:
        seconds[name] = (time.perf_counter() - start) / replicates * 1000


def crowd_kit():
    from crowdkit.aggregation import DawidSkene
    raters, items = ratings.shape
    frame = pd.DataFrame({
        "task": np.tile(np.arange(items), raters),
        "worker": np.repeat(np.arange(raters), items),
        "label": ratings.ravel(),
    })
    DawidSkene(n_iter=50).fit(frame)


clock("alpha: krippendorff", krippendorff_alpha)
clock("AC1: irrCAC", irrcac)
clock("Fleiss: statsmodels", statsmodels_fleiss)
clock("Dawid-Skene: crowd-kit, 50 iterations", crowd_kit)
if replicates:
    said = f", 1,000 replicates from {replicates}"
    bootstrap("alpha: krippendorff" + said, krippendorff_alpha)
    bootstrap("AC1: irrCAC" + said, irrcac)
    bootstrap("Fleiss: statsmodels" + said, statsmodels_fleiss)
print(json.dumps(seconds))
"""


def answers(n_items: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three raters 85% right, shape (3, n_items), and the prompt of each item."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n_items) < 0.5
    wrong = rng.random((RATERS, n_items)) < 0.15
    return (truth ^ wrong).astype(np.float64), np.arange(n_items) // PAIRS_PER_PROMPT


def ours(ratings: np.ndarray, prompts: np.ndarray) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    from core.agreement import (
        Resampler,
        cohen_kappa,
        dawid_skene,
        default_intervals,
        gwet_ac,
        krippendorff_alpha,
        percent_agreement,
    )

    def four() -> object:
        estimates = [
            krippendorff_alpha(ratings, level="nominal"),
            gwet_ac(ratings),
            cohen_kappa(ratings[0], ratings[1]),
            percent_agreement(ratings),
        ]
        found = default_intervals(
            estimates, prompts, resampler=Resampler(np.random.default_rng(0), 1000)
        )
        assert all(statistic.has_interval for statistic in found)
        return found

    return {
        "alpha": lambda: krippendorff_alpha(ratings, level="nominal").value,
        "four coefficients, 1,000 replicates": four,
        "Dawid-Skene": lambda: dawid_skene(ratings).prevalence,
    }


def seconds_of(run: Callable[[], object], times: int = 3) -> float:
    """The best of a few runs, in seconds: what the machine does when left alone."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def rivals(ratings: np.ndarray, python: str, replicates: int) -> dict[str, float | str]:
    """Seconds of other libraries; without an environment of theirs, in one made and thrown away.

    Args:
        python: of an environment that has them; "" makes one.
    """
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        if not python:
            venv.create(where / "venv", with_pip=True)
            python = str(where / "venv" / "bin" / "python")
            for package in PACKAGES:
                done = subprocess.run(
                    [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package],
                    check=False,
                    capture_output=True,
                    text=True,
                )
                if done.returncode:
                    why = done.stderr.strip().splitlines()[-1:]
                    print(f"{package} cannot be installed and is left out: {why}", file=sys.stderr)
        np.save(where / "ratings.npy", ratings)
        script = where / "rivals.py"
        script.write_text(RIVALS)
        done = subprocess.run(
            [python, script, where / "ratings.npy", str(replicates), str(PAIRS_PER_PROMPT)],
            check=True,
            capture_output=True,
            text=True,
        )
        found: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
        return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=333_333)
    parser.add_argument("--compare", action="store_true", help="other libraries too")
    parser.add_argument("--rivals-python", default="", help="an environment that has them")
    parser.add_argument("--replicates", type=int, default=3, help="of theirs, to extrapolate from")
    options = parser.parse_args(arguments)
    missed = []
    timed: dict[str, dict[int, float]] = {}
    for n_items in (options.items // 4, options.items // 2, options.items):
        ratings, prompts = answers(n_items)
        for name, run in ours(ratings, prompts).items():
            timed.setdefault(name, {})[n_items] = seconds_of(run)
    sizes = list(next(iter(timed.values())))
    print(f"{'seconds, best of 3':<40}" + "".join(f"{RATERS * n:>12,}" for n in sizes) + " ratings")
    for name, seconds in timed.items():
        print(f"{name:<40}" + "".join(f"{seconds[n]:>12.3f}" for n in sizes))
        if seconds[sizes[-1]] > LIMITS_S[name]:
            missed.append(f"{name} took {seconds[sizes[-1]]:.2f} s, limit {LIMITS_S[name]:g} s")
        growth = seconds[sizes[-1]] / max(seconds[sizes[-2]], 0.05)
        if growth > LARGEST_GROWTH:
            missed.append(f"{name} takes {growth:.1f} times as long for twice the items")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{'peak memory of the process':<40}{peak:>12,} MB")
    if peak > LIMIT_MB:
        missed.append(f"{peak} MB, limit {LIMIT_MB} MB")
    if options.compare:
        print(f"\nother libraries, once, {ratings.size:,} ratings")
        theirs = rivals(ratings, options.rivals_python, options.replicates)
        for name, found in theirs.items():
            print(f"{name:<50}" + (f"{found:>10.2f}" if isinstance(found, float) else f"  {found}"))
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > 1:
        print(f"the machine is busy ({busy:.1f} processes per core): times are too long")
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
