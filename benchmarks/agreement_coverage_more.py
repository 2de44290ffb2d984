"""Coverage of the intervals of scores, of crossed prompts and raters, and of corrected means.

A companion of `agreement_coverage.py`, which holds the settings of pair verdicts. Every interval
here is what a report shows; each cell is the share of simulated studies whose 95% interval holds
the true value.

    python benchmarks/agreement_coverage_more.py --replicates 1000 >> docs/coverage.md

Scores: responses of a prompt share its difficulty, raters round a noisy impression to 1 to 5.
Crossed: ten to thirty raters of unequal skill, three on each item, and the true value is that of
all raters of their kind. Corrected: 200 prompts, of which people rated some, drawn at random; the
true value is the mean answer of the rater pool over the study.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np

from core.agreement import Resampler, Statistic, default_interval, icc, kendall_tau_b, spearman
from core.agreement.coefficients import alpha_of, percent_of
from core.agreement.corrected import answer_means, corrected_mean
from core.agreement.crossed import changes_of_counts, crossed_interval
from core.agreement.observations import Counts, count_answers
from core.diversity import distinct_count

PROMPTS = (10, 14, 23, 50, 200)
RATER_NUMBERS = (10, 15, 30)
LABELLED = (20, 40, 100)
STUDY_PROMPTS, PAIRS, SET_SIZE = 200, 10, 5
MIN_GIVEN = 50
HEADING = """
# Scores, crossed raters, corrected means

Made by `python benchmarks/agreement_coverage_more.py --replicates {replicates}`, which says what is
simulated. Every interval is the one a report shows; simulation error about {error:.3f}. With few
prompts and many raters the crossed interval of per cent is on the wide side."""


def held(found: Iterable[Statistic], truth: float | Iterable[float], replicates: int) -> str:
    """A cell: coverage among the intervals given, in brackets how many where not all are."""
    truths = [truth] * replicates if isinstance(truth, float) else list(truth)
    hits = [
        one.low <= true <= one.high
        for one, true in zip(found, truths, strict=True)
        if one.low is not None and one.high is not None
    ]
    if len(hits) < min(MIN_GIVEN, replicates):
        return f"– ({len(hits)})" if hits else "none"
    given = "" if len(hits) == replicates else f" ({len(hits)})"
    return f"{np.mean(hits):.3f}{given}"


def scores(n_prompts: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Three raters' scores 1 to 5 of five responses per prompt, shape (3, n), and the prompts."""
    prompt = np.repeat(np.arange(n_prompts), SET_SIZE)
    worth = 3.4 + rng.normal(0, 0.6, n_prompts)[prompt] + rng.normal(0, 0.8, len(prompt))
    seen = worth + rng.normal(0, 0.7, (3, len(prompt)))
    return np.clip(np.rint(seen), 1, 5), prompt


SCORES: dict[str, Callable[[np.ndarray], object]] = {
    "Spearman": lambda said: spearman(said[0], said[1], options=(1, 2, 3, 4, 5)),
    "Kendall's tau-b": lambda said: kendall_tau_b(said[0], said[1], options=(1, 2, 3, 4, 5)),
    "ICC(1,1)": lambda said: icc(said, form="1,1"),
    "ICC(2,1)": lambda said: icc(said, form="2,1"),
}


def score_rows(replicates: int) -> Iterable[list[str]]:
    """One line per statistic, a column per number of prompts."""
    many, _ = scores(80_000, np.random.default_rng(1))
    for name, build in SCORES.items():
        truth = build(many).value  # type: ignore[attr-defined]
        cells = []
        for n_prompts in PROMPTS:
            rng = np.random.default_rng([2, n_prompts])
            resampler = Resampler(rng)
            found = []
            for _ in range(replicates):
                said, prompt = scores(n_prompts, rng)
                found.append(default_interval(build(said), prompt, resampler=resampler))  # type: ignore[arg-type]
            cells.append(held(found, float(truth), replicates))
        yield [name, *cells]


def crowd(
    n_prompts: int, n_raters: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Item, rater and answer of each rating, three per item, and the prompt of each item."""
    prompt = np.repeat(np.arange(n_prompts), PAIRS)
    n_items = len(prompt)
    same = rng.random(n_items) < rng.beta(1.0, 1.0, n_prompts)[prompt]
    hard = rng.beta(0.96, 7.04, n_prompts)
    careless = rng.beta(1.0, 12.0, n_raters)
    if n_raters > 100:  # for the true value: hardly anybody meets an item twice
        rater = rng.integers(n_raters, size=n_items * 3)
    else:
        rater = np.argsort(rng.random((n_items, n_raters)), axis=1)[:, :3].ravel()
    item = np.repeat(np.arange(n_items), 3)
    wrong = rng.random(len(item)) < np.minimum(hard[prompt[item]] + careless[rater], 0.5)
    return item, rater, (same[item] ^ wrong).astype(np.int64), prompt


CROSSED: dict[str, Callable[[Counts], object]] = {
    "per cent": percent_of,
    "alpha": lambda seen: alpha_of(seen, "nominal", ("different", "equivalent")),
}


def crossed_rows(replicates: int) -> Iterable[list[str]]:
    """One line per statistic and number of prompts, a column per number of raters."""
    item, _, value, _ = crowd(3_000, 50_000, np.random.default_rng(3))
    truth = {
        name: build(Counts(count_answers(item, value, 30_000, 2))).value  # type: ignore[attr-defined]
        for name, build in CROSSED.items()
    }
    for n_prompts in (14, 50):
        lines: dict[str, list[str]] = {name: [] for name in CROSSED}
        for n_raters in RATER_NUMBERS:
            rng = np.random.default_rng([4, n_prompts, n_raters])
            found: dict[str, list[Statistic]] = {name: [] for name in CROSSED}
            for _ in range(replicates):
                item, rater, value, prompt = crowd(n_prompts, n_raters, rng)
                counts = count_answers(item, value, len(prompt), 2)
                for name, build in CROSSED.items():
                    estimate = build(Counts(counts))
                    changes = changes_of_counts(estimate, counts, item, value, build)  # type: ignore[arg-type]
                    found[name].append(crossed_interval(estimate, changes, item, rater, prompt))  # type: ignore[arg-type]
            for name in CROSSED:
                lines[name].append(held(found[name], float(truth[name]), replicates))
        for name, cells in lines.items():
            yield [f"{name}, {n_prompts} prompts", *cells]


def corrected_pairs(
    n_labelled: int, error: float, rng: np.random.Generator
) -> tuple[Statistic, float]:
    """A study of pairs: the corrected mean, and the mean answer of the pool over the study."""
    prompt = np.repeat(np.arange(STUDY_PROMPTS), PAIRS)
    same = rng.random(len(prompt)) < rng.beta(1.2, 0.8, STUDY_PROMPTS)[prompt]
    judge = same ^ (rng.random(len(prompt)) < error)
    chance = np.where(same, 0.88, 0.12)
    rated = np.isin(prompt, rng.choice(STUDY_PROMPTS, n_labelled, replace=False))
    item = np.repeat(np.flatnonzero(rated), 3)
    answer = (rng.random(len(item)) < chance[item]).astype(np.float64)
    human, noise = answer_means(item, answer, len(prompt))
    share = np.full(len(prompt), n_labelled / STUDY_PROMPTS)
    found = corrected_mean(judge.astype(np.float64), human, prompt, share, human_variance=noise)
    return found.corrected, float(chance.mean())


def corrected_counts(
    n_labelled: int, error: float, rng: np.random.Generator
) -> tuple[Statistic, float]:
    """A study of sets: components by a judge's pairs, people's counts of some, corrected."""
    truth, judge = np.empty(STUDY_PROMPTS), np.empty(STUDY_PROMPTS)
    for prompt in range(STUDY_PROMPTS):
        labels = rng.integers(0, rng.integers(1, SET_SIZE + 1), SET_SIZE)
        verdicts = {
            (i, j): bool((labels[i] == labels[j]) ^ (rng.random() < error))
            for i, j in combinations(range(SET_SIZE), 2)
        }
        truth[prompt] = len(set(labels.tolist()))
        judge[prompt] = distinct_count(SET_SIZE, verdicts).high
    slips = np.array([-1, 0, 0, 0, 1])
    expected = np.clip(truth[:, None] + slips, 1, SET_SIZE).mean(axis=1)
    rated = rng.choice(STUDY_PROMPTS, n_labelled, replace=False)
    item = np.repeat(rated, 3)
    answer = np.clip(truth[item] + rng.choice(slips, len(item)), 1, SET_SIZE)
    human, noise = answer_means(item, answer, STUDY_PROMPTS)
    found = corrected_mean(
        judge, human, np.arange(STUDY_PROMPTS), np.full(STUDY_PROMPTS, n_labelled / STUDY_PROMPTS),
        human_variance=noise, limits=(1.0, float(SET_SIZE)),
    )  # fmt: skip
    return found.corrected, float(expected.mean())


def corrected_rows(replicates: int) -> Iterable[list[str]]:
    """One line per target and judge, a column per number of rated prompts."""
    for what, study in (("share of same", corrected_pairs), ("distinct count", corrected_counts)):
        for error in (0.05, 0.3):
            cells = []
            for n_labelled in LABELLED:
                rng = np.random.default_rng([5, n_labelled, round(100 * error)])
                pairs = [study(n_labelled, error, rng) for _ in range(replicates)]
                truths = [true for _, true in pairs]
                cells.append(held([one for one, _ in pairs], truths, replicates))
            yield [f"{what}, judge wrong on {error:.0%} of pairs", *cells]


def table(title: str, first: str, columns: Iterable[str], rows: Iterable[list[str]]) -> None:
    """Prints a heading and a table, line by line as it is computed."""
    names = [first, *columns]
    print(f"\n## {title}\n\n| " + " | ".join(names) + " |")
    print("|" + " --- |" * len(names))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--replicates", type=int, default=200, help="simulated studies per cell")
    replicates = parser.parse_args(arguments).replicates
    start = time.perf_counter()
    print(HEADING.format(replicates=replicates, error=(0.95 * 0.05 / replicates) ** 0.5))
    table(
        "Scores: rank correlations and intraclass correlations",
        "statistic",
        (f"{n} prompts" for n in PROMPTS),
        score_rows(replicates),
    )
    table(
        "Prompts and raters crossed: intervals that speak for other raters",
        "statistic",
        (f"{n} raters" for n in RATER_NUMBERS),
        crossed_rows(replicates),
    )
    table(
        f"Judges corrected by people, {STUDY_PROMPTS} prompts in the study",
        "what",
        (f"{n} rated prompts" for n in LABELLED),
        corrected_rows(replicates),
    )
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
