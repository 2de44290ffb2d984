"""The figures behind the app's rules for judges, simulated with the app's own code.

Why a judge without skill needs to be shown beside a real one, why a judge is not compared with a
majority of people, and why the alternative annotator test resamples prompts. Each line gives what
is claimed and what comes out; the claims are those the report's sentences rest on.

    python benchmarks/agreement_claims.py --studies 1000 >> docs/coverage.md

At 1,000 studies the simulation error of a share near one half is about .016.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from core.agreement import AltTestPlan, alternative_test, percent_agreement
from core.agreement.alternative_rows import Score, Variant
from core.agreement.coefficients import gwet_of
from core.agreement.observations import Pairs, one_hot

RATERS = 3
HEADING = """
## What the rules for judges rest on

Made by `python benchmarks/agreement_claims.py --studies {studies}`. People err independently of one
another unless stated; three people rate every item.

| what | setting | expected | found |
| --- | --- | --- | --- |"""

# Error rates that vary between prompts: concentration of their Beta distribution.
CONCENTRATION = 4.0
TYPE_ONE_PROMPTS, TYPE_ONE_PAIRS = 14, 10


def right_this_often(
    truth: np.ndarray, accuracy: float | np.ndarray, rng: np.random.Generator, raters: int = 1
) -> np.ndarray:
    """Answers to yes-no items, shape (raters, n)."""
    return (truth ^ (rng.random((raters, len(truth))) >= accuracy)).astype(np.int64)


def pass_rate(
    study: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]],
    epsilon: float,
    studies: int,
    *,
    score: Score = "accuracy",
    options: tuple[int, ...] = (0, 1),
) -> float:
    """Share of simulated studies in which the judge passes the published test."""
    plan = AltTestPlan(epsilon, variant="published", score=score)
    rng = np.random.default_rng(0)
    passed = [
        alternative_test(*study(rng), plan, options=options, with_power=False).passed
        for _ in range(studies)
    ]
    return float(np.mean(passed))


def constant_on_lopsided_pairs(studies: int) -> tuple[float, float]:
    """95% same, people 90% right, always "same": pass rate at epsilon .2, and AC1 with people.

    AC1 is the judge's with each item's true answer, as with a majority that is nearly always right.
    """

    def study(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.random(100) < 0.95
        return right_this_often(truth, 0.9, rng, RATERS), np.ones(100, dtype=np.int64)

    truth = (np.arange(10_000) < 9_500).astype(np.int64)
    pairs = Pairs(one_hot(truth, 2), one_hot(np.ones(10_000, dtype=np.int64), 2))
    return pass_rate(study, 0.2, studies), gwet_of(pairs, np.eye(2)).value


def constant_score(studies: int) -> float:
    """Quality mostly 4, people within one point of it: how often a constant 4 passes."""

    def study(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.choice([3, 4, 5], size=100, p=[0.15, 0.6, 0.25])
        noise = rng.choice([-1, 0, 1], size=(RATERS, 100), p=[0.2, 0.6, 0.2])
        return np.clip(truth + noise, 1, 5), np.full(100, 4)

    return pass_rate(study, 0.2, studies, score="rmse", options=(1, 2, 3, 4, 5))


def equal_skill() -> tuple[float, float, float]:
    """Person with person, judge with a majority of three, member with a majority with her in it."""
    rng = np.random.default_rng(1)
    truth = rng.random(400_000) < 0.5
    people = right_this_often(truth, 0.85, rng, RATERS)
    judge = right_this_often(truth, 0.85, rng)[0]
    majority = (people.sum(axis=0) >= 2).astype(np.int64)
    return (
        percent_agreement(people).value,
        float(np.mean(judge == majority)),
        float(np.mean(people[0] == majority)),
    )


def coin(accuracy: float, epsilon: float, studies: int) -> tuple[float, float]:
    """rho of a coin, and how often it passes, with 100 items."""

    def study(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.random(100) < 0.5
        return right_this_often(truth, accuracy, rng, RATERS), rng.integers(2, size=100)

    rng = np.random.default_rng(2)
    truth = rng.random(100_000) < 0.5
    people = right_this_often(truth, accuracy, rng, RATERS)
    plan = AltTestPlan(epsilon, variant="published")
    flips = rng.integers(2, size=100_000)
    rho = alternative_test(people, flips, plan, options=(0, 1), with_power=False).rho
    assert rho is not None
    return rho, pass_rate(study, epsilon, studies)


def equal_judge(n_items: int, studies: int) -> float:
    """How often a judge exactly as good as people passes at epsilon .1."""

    def study(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.random(n_items) < 0.5
        answers = right_this_often(truth, 0.85, rng, RATERS + 1)
        return answers[:RATERS], answers[RATERS]

    return pass_rate(study, 0.1, studies)


def type_one(epsilon: float, studies: int, seed: int) -> dict[Variant, float]:
    """Share of single tests that reject although the judge costs exactly epsilon.

    The judge's and people's errors vary by prompt; the judge's accuracy is set so that the mean
    of W_h - W_f over all prompts is epsilon.
    """
    rng = np.random.default_rng(seed)

    def study(prompts: int, accuracy: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        prompt = np.repeat(np.arange(prompts), TYPE_ONE_PAIRS)
        truth = rng.random(len(prompt)) < 0.5
        right = rng.beta(accuracy * CONCENTRATION, (1 - accuracy) * CONCENTRATION, prompts)
        skill = rng.beta(0.87 * 2 * CONCENTRATION, 0.13 * 2 * CONCENTRATION, prompts)
        people = right_this_often(truth, skill[prompt], rng, RATERS)
        return people, right_this_often(truth, right[prompt], rng)[0], prompt

    def cost(accuracy: float) -> float:
        people, judge, _prompt = study(20_000, accuracy)
        plan = AltTestPlan(epsilon, variant="published")
        found = alternative_test(people, judge, plan, options=(0, 1), with_power=False).difference
        assert found is not None
        return found

    low, high = 0.3, 0.95
    for _halving in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(middle) > epsilon else (low, middle)
    rejected: dict[Variant, list[bool]] = {"published": [], "clustered": []}
    for _study in range(studies):
        people, judge, prompt = study(TYPE_ONE_PROMPTS, (low + high) / 2)
        for variant, seen in rejected.items():
            test = alternative_test(
                people,
                judge,
                AltTestPlan(epsilon, variant=variant),
                clusters=prompt,
                options=(0, 1),
                with_power=False,
            )
            seen.append(test.per_rater[0].p < 0.05)
    return {variant: float(np.mean(seen)) for variant, seen in rejected.items()}


def lines(studies: int) -> list[tuple[str, str, str, str]]:
    """What, setting, expected, found."""
    passes, ac1 = constant_on_lopsided_pairs(studies)
    pair, with_majority, member = equal_skill()
    rho, _ = coin(0.85, 0.2, 1)
    _, coin_passes = coin(0.6, 0.2, studies)
    lopsided = "95% same, people 90% right, 100 items"
    found = [
        ('always "same" passes at epsilon .2', lopsided, ".99", f"{passes:.2f}"),
        ('AC1 of always "same" with the truth', lopsided, ".95", f"{ac1:.2f}"),
        (
            "a constant 4 passes with RMSE at epsilon .2",
            "quality 3, 4, 5 in 15, 60, 25%, people off by one in 40%, 100 items",
            "over .73",
            f"{constant_score(studies):.2f}",
        ),
        ("person with person", "everyone 85% right", ".745", f"{pair:.3f}"),
        ("judge with a majority of three", "everyone 85% right", ".807", f"{with_majority:.3f}"),
        ("member with a majority with her in it", "everyone 85% right", ".873", f"{member:.3f}"),
        ("rho of a coin", "people 85% right", ".69", f"{rho:.2f}"),
        ("a coin passes at epsilon .2", "people 60% right", ".95", f"{coin_passes:.2f}"),
    ]
    for n_items, expected in ((50, ".34"), (100, ".59"), (200, ".88")):
        setting = f"everyone 85% right, {n_items} items"
        share = equal_judge(n_items, studies)
        found.append(("an equal judge passes at epsilon .1", setting, expected, f"{share:.2f}"))
    for epsilon in (0.1, 0.2):
        errors = type_one(epsilon, studies, seed=3)
        setting = f"{TYPE_ONE_PROMPTS} prompts × {TYPE_ONE_PAIRS} pairs, epsilon {epsilon:g}"
        for variant, expected in (("published", ".11 to .23"), ("clustered", "at most .06")):
            what = f"type-I error of one {variant} test at .05"
            found.append((what, setting, expected, f"{errors[variant]:.3f}"))
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--studies", type=int, default=300, help="simulated studies per line")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    print(HEADING.format(studies=options.studies))
    for cells in lines(options.studies):
        print("| " + " | ".join(cells) + " |")
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
