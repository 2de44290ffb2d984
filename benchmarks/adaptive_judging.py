"""Judge calls saved by asking adaptively, and what that does to the counts.

    .venv/bin/python benchmarks/adaptive_judging.py RESPONSES.jsonl [--seed 0] [--json]

RESPONSES.jsonl: NoveltyBench's sets, a row each with `generations` and `partition`. The partition
plays the judge: two responses are equivalent if they are in one class. With noise, each verdict is
flipped with that probability, once per pair, so that every way of asking meets the same judge.

Ways of asking: all pairs; the first-member rule (each response against the first member of each
class so far); `graph`; `transitive`, with what its audit adds. Optimum: the fewest questions that
could tell this partition in the mode, had the judge no noise.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from core.diversity import distinct_count
from core.diversity.adaptive import (
    AdaptiveMode,
    PairChooser,
    choose_audit,
    complete_verdicts,
    first_copies,
    inferred_pairs,
)

NOISE = (0.0, 0.02, 0.05, 0.10)
Verdicts = Mapping[tuple[int, int], bool]


@dataclass
class Tally:
    """Over all sets. differ: sets whose count is not that of all pairs under the same verdicts."""

    calls: int = 0
    audits: int = 0
    contradicted: int = 0
    differ: int = 0
    counts: list[int] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("responses", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sets = [json.loads(line) for line in options.responses.read_text("utf-8").splitlines()]
    started = time.perf_counter()
    report = {
        "sets": len(sets),
        "optimum": {mode: sum(optimum(one["partition"], mode) for one in sets) for mode in MODES},
        "noise": [measure(sets, noise, options.seed) for noise in NOISE],
    }
    report["elapsed_s"] = round(time.perf_counter() - started, 1)
    print(json.dumps(report, indent=1) if options.json else as_text(report))


MODES: tuple[AdaptiveMode, ...] = ("graph", "transitive")


def optimum(partition: Sequence[int], mode: AdaptiveMode) -> int:
    """Fewest questions that tell this partition, its texts taken to be all different."""
    sizes = [partition.count(label) for label in set(partition)]
    across = sum(a * b for a, b in combinations(sizes, 2))
    classes = len(sizes)
    return len(partition) - classes + (across if mode == "graph" else classes * (classes - 1) // 2)


def measure(sets: Sequence[Mapping[str, Any]], noise: float, seed: int) -> dict[str, Any]:
    """One level of noise; the mean count of the true partitions stands beside the others."""
    tallies = {
        name: Tally() for name in ("all pairs", "first member", *MODES, "graph, copies free")
    }
    rng = np.random.default_rng([seed, round(noise * 1000)])
    for one in sets:
        texts, partition = one["generations"], one["partition"]
        verdicts = {
            (i, j): bool((partition[i] == partition[j]) != (rng.random() < noise))
            for i, j in combinations(range(len(texts)), 2)
        }
        count_set(tallies, texts, verdicts, rng)
    return {
        "noise": noise,
        "true_mean_count": float(np.mean([len(set(one["partition"])) for one in sets])),
        **{
            name: {
                "calls": tally.calls,
                "mean_count": round(float(np.mean(tally.counts)), 3),
                "differ": tally.differ,
                **(
                    {"audits": tally.audits, "contradicted": tally.contradicted}
                    if tally.audits
                    else {}
                ),
            }
            for name, tally in tallies.items()
        },
    }


def count_set(
    tallies: Mapping[str, Tally], texts: Sequence[str], verdicts: Verdicts, rng: np.random.Generator
) -> None:
    n = len(texts)
    reference = distinct_count(n, verdicts).value
    assert reference is not None

    def add(name: str, calls: int, count: int) -> None:
        tallies[name].calls += calls
        tallies[name].counts.append(count)
        tallies[name].differ += count != reference

    add("all pairs", len(verdicts), reference)
    add("first member", *first_member(n, verdicts))
    # Numbered, so that no two texts are the same: that is how the published figures count.
    numbered = [f"{index} {text}" for index, text in enumerate(texts)]
    for mode in MODES:
        asked = ask(PairChooser(numbered, mode), verdicts.__getitem__)
        completed = distinct_count(n, complete_verdicts(numbered, asked, mode))
        assert completed.value is not None
        add(mode, len(asked), completed.value)
        if mode == "transitive":
            inferred = inferred_pairs(numbered, asked)
            audit = choose_audit(list(inferred), rng)
            tallies[mode].audits += len(audit)
            tallies[mode].contradicted += sum(verdicts[pair] != inferred[pair] for pair in audit)
    asked = ask(PairChooser(texts, "graph"), verdicts.__getitem__)
    completed = distinct_count(n, complete_verdicts(texts, asked, "graph"))
    assert completed.value is not None
    assert all(first_copies(texts)[i] == i for pair in asked for i in pair)
    add("graph, copies free", len(asked), completed.value)


def ask(
    chooser: PairChooser, judge: Callable[[tuple[int, int]], bool]
) -> dict[tuple[int, int], bool]:
    asked: dict[tuple[int, int], bool] = {}
    while (pair := chooser.next_pair(asked)) is not None:
        asked[pair] = judge(pair)
    return asked


def first_member(n: int, verdicts: Verdicts) -> tuple[int, int]:
    """(calls, classes) of NoveltyBench's greedy rule, in order of generation."""
    firsts: list[int] = []
    calls = 0
    for response in range(n):
        for first in firsts:
            calls += 1
            if verdicts[first, response]:
                break
        else:
            firsts.append(response)
    return calls, len(firsts)


def as_text(report: Mapping[str, Any]) -> str:
    best = report["optimum"]
    lines = [
        f"{report['sets']} sets; optimum graph {best['graph']}, transitive "
        f"{best['transitive']} calls; {report['elapsed_s']} s"
    ]
    for level in report["noise"]:
        lines.append(f"\nnoise {level['noise']:.0%} (true mean {level['true_mean_count']:.2f})")
        for name, row in level.items():
            if isinstance(row, dict):
                audit = (
                    f", audit {row['audits']} more, {row['contradicted']} contradicted"
                    if "audits" in row
                    else ""
                )
                lines.append(
                    f"  {name:18} {row['calls']:5} calls, mean count {row['mean_count']:5.2f}, "
                    f"{row['differ']:3} sets differ from all pairs{audit}"
                )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
