"""Coverage of the 95% intervals, by method, number of prompts and prevalence.

Simulates three people who judge pairs of responses. Prompts differ in how often their pairs are
the same and in how hard they are, so pairs of a prompt are not independent. For each setting the
share of simulated studies is given whose interval holds the true value, counted among the
intervals given. "default" is what a report shows.

    python benchmarks/agreement_coverage.py --replicates 1000 > docs/coverage.md

At 1,000 replicates the simulation error of a coverage near .95 is about .007, and a cell whose
interval is given in few studies has a larger one: it is shown with the number of studies it rests
on, and left blank below 50.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.agreement.coefficients import alpha_of, cohen_of, fleiss_of, gwet_of, percent_of
from core.agreement.estimate import Estimate
from core.agreement.intervals import (
    bca_interval,
    bootstrap_interval,
    cluster_totals,
    default_interval,
    jackknife_interval,
    wilson_interval,
)
from core.agreement.observations import Counts, Pairs, one_hot
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic

OPTIONS = ("equivalent", "different")
RATERS = 3
# Beta concentrations: how much prompts differ in prevalence and in difficulty.
PREVALENCE_CONCENTRATION = 2.0
ERROR_CONCENTRATION = 8.0
TRUTH_PROMPTS = 400_000
MIN_GIVEN = 50
HEADING = """# How often the intervals hold

Made by `python benchmarks/agreement_coverage.py --replicates {replicates}`; do not edit by hand.

Share of simulated studies whose 95% interval holds the true value: three people, {pairs} pairs per
prompt, a person right in {accuracy:.0%}; prompts differ in how often their pairs are the same and
in how hard they are. **default** is what a report shows: below 50 prompts Wilson with effective n
and t for proportions and atanh-t on the cluster jackknife for coefficients, from 50 on the
percentile bootstrap of prompts. Kappas and alpha get no interval where the rarer answers are below
a fifth of all and below 8 prompts' worth: they would hold too rarely (.80 to .91 there). The
number in brackets counts the studies of {replicates} that get an interval, where not all do; with
fewer than 50 no coverage is given. The simulation error is about {error:.3f} for a full cell.

Read it as a warning too: none of the methods holds 95% everywhere, ignoring prompts ("items
independent") never does, and the percentile and BCa bootstrap do not with few prompts."""

STATISTICS: dict[str, Callable[[np.ndarray], Estimate]] = {
    "per cent": lambda answers: percent_of(_counts(answers)),
    "alpha": lambda answers: alpha_of(_counts(answers), "nominal", OPTIONS),
    "Fleiss": lambda answers: fleiss_of(_counts(answers)),
    "Cohen": lambda answers: cohen_of(
        Pairs(one_hot(answers[0], 2), one_hot(answers[1], 2)), np.eye(2)
    ),
    "AC1": lambda answers: gwet_of(_counts(answers), np.eye(2)),
}


@dataclass(frozen=True)
class Setting:
    """One simulated design.

    Attributes:
        prompts: number of clusters.
        pairs: items per prompt.
        prevalence: share of equivalent pairs, over all prompts.
        accuracy: mean share of right answers of a person.
    """

    prompts: int
    pairs: int
    prevalence: float
    accuracy: float


def simulate(setting: Setting, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Three people's answers, shape (3, items), 1 = equivalent, and the prompt of each item."""
    share = setting.prevalence * PREVALENCE_CONCENTRATION
    rest = (1 - setting.prevalence) * PREVALENCE_CONCENTRATION
    errors = (1 - setting.accuracy) * ERROR_CONCENTRATION
    prevalence = rng.beta(share, rest, setting.prompts)
    error = rng.beta(errors, ERROR_CONCENTRATION - errors, setting.prompts)
    prompt = np.repeat(np.arange(setting.prompts), setting.pairs)
    same = rng.random(len(prompt)) < prevalence[prompt]
    wrong = rng.random((RATERS, len(prompt))) < error[prompt]
    return (same ^ wrong).astype(np.int64), prompt


def _counts(answers: np.ndarray) -> Counts:
    says_same = answers.sum(axis=0)
    return Counts(np.column_stack([RATERS - says_same, says_same]).astype(np.float64))


def intervals(
    estimate: Estimate, prompt: np.ndarray, rare: int, resampler: Resampler
) -> dict[str, Statistic]:
    """Every method's interval for one simulated study; "default" is what the app reports."""
    totals = cluster_totals(estimate.rows, prompt)
    found = {"default": default_interval(estimate, prompt, resampler=resampler, rare=rare)}
    if not np.isfinite(estimate.value):
        return found
    sums = resampler.resample([totals])[0]
    found["percentile bootstrap"] = bootstrap_interval(estimate, totals, sums)
    found["BCa bootstrap"] = bca_interval(estimate, totals, sums)
    found["atanh-t, jackknife"] = jackknife_interval(estimate, totals)
    if estimate.scale == "proportion":
        found["Wilson, effective n, t"] = wilson_interval(estimate, totals)
        # Items as their own clusters: what ignoring the prompts would give.
        found["Wilson, items independent"] = wilson_interval(estimate, estimate.rows)
    return found


def coverage(
    setting: Setting, replicates: int, bootstrap: int, rng: np.random.Generator
) -> dict[tuple[str, str], tuple[float, int]]:
    """(statistic, method) to (coverage among intervals given, number of studies with one)."""
    many, _ = simulate(
        Setting(
            TRUTH_PROMPTS // setting.pairs, setting.pairs, setting.prevalence, setting.accuracy
        ),
        rng,
    )
    truth = {name: build(many).value for name, build in STATISTICS.items()}
    hits: dict[tuple[str, str], list[bool]] = {}
    resampler = Resampler(rng, bootstrap)
    for _ in range(replicates):
        answers, prompt = simulate(setting, rng)
        same = int(answers.sum())
        for name, build in STATISTICS.items():
            rare = min(same, answers.size - same)
            for method, result in intervals(build(answers), prompt, rare, resampler).items():
                given = hits.setdefault((name, method), [])
                if result.low is not None and result.high is not None:
                    given.append(result.low <= truth[name] <= result.high)
    return {
        key: (float(np.mean(given)) if given else float("nan"), len(given))
        for key, given in hits.items()
    }


def report(designs: list[Setting], replicates: int, bootstrap: int, seed: int) -> None:
    """One table per prevalence: a line per statistic and method, a column per prompts."""
    for prevalence in dict.fromkeys(design.prevalence for design in designs):
        columns = [design for design in designs if design.prevalence == prevalence]
        cells = [
            coverage(
                design,
                replicates,
                bootstrap,
                np.random.default_rng([seed, design.prompts, round(prevalence * 1000)]),
            )
            for design in columns
        ]
        print(f"\n## {prevalence:.0%} of pairs equivalent\n")
        print("| statistic | method |" + "".join(f" {d.prompts} prompts |" for d in columns))
        print("| --- | --- |" + " --- |" * len(columns))
        for name, method in cells[0]:
            # A statistic undefined in every study of a setting has the default's line alone.
            found = [column.get((name, method), (float("nan"), 0)) for column in cells]
            line = "".join(f" {_cell(*cell, replicates)} |" for cell in found)
            bold = f"**{method}**" if method == "default" else method
            print(f"| {name} | {bold} |{line}", flush=True)


def _cell(held: float, given: int, replicates: int) -> str:
    """A coverage; in brackets the studies with an interval; a dash where too few have one."""
    if given < min(MIN_GIVEN, replicates):
        return f"– ({given})" if given else "none"
    return f"{held:.3f}" if given == replicates else f"{held:.3f} ({given})"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--replicates", type=int, default=100, help="simulated studies per setting")
    parser.add_argument("--bootstrap", type=int, default=1000, help="bootstrap replicates")
    parser.add_argument("--prompts", type=int, nargs="+", default=[10, 14, 23, 50, 200])
    parser.add_argument("--prevalence", type=float, nargs="+", default=[0.5, 0.8, 0.9, 0.95])
    parser.add_argument("--pairs", type=int, default=10, help="items per prompt")
    parser.add_argument("--accuracy", type=float, default=0.88, help="of a person")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    settings = [
        Setting(prompts, options.pairs, prevalence, options.accuracy)
        for prevalence in options.prevalence
        for prompts in options.prompts
    ]
    print(
        HEADING.format(
            replicates=options.replicates,
            pairs=options.pairs,
            accuracy=options.accuracy,
            error=(0.95 * 0.05 / options.replicates) ** 0.5,
        )
    )
    report(settings, options.replicates, options.bootstrap, options.seed)
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
