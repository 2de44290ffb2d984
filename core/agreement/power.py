"""How many items show that a judge as good as people passes the alternative annotator test.

There is no closed form: the test counts people for whom a loss of less than epsilon is shown, and
their tests lean on one another. So studies are simulated and given to the test itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.agreement.alternative import alternative_test
from core.agreement.alternative_rows import AltTestPlan
from core.agreement.observations import IntArray
from core.agreement.planning import within
from core.agreement.weights import FloatArray

MIN_POWER_STUDIES = 50
# How much prompts differ in difficulty: the concentration of a Beta distribution of error rates.
ERROR_CONCENTRATION = 8.0
LARGEST_PLAN = 20_000


@dataclass(frozen=True)
class PowerPlan:
    """Items at which a judge as good as people passes the alternative annotator test.

    Attributes:
        epsilon, wanted: as asked.
        n_items: the smallest number found; None where it lies beyond the largest plan.
        n_prompts: they come from.
        power: estimated there.
        curve: (items, power) of every size tried, in order.
        n_studies: simulated studies per size; the error of a power is about .5 / sqrt(n_studies).
    """

    epsilon: float
    wanted: float
    n_items: int | None
    n_prompts: int | None
    power: float
    curve: tuple[tuple[int, float], ...]
    n_studies: int


def alternative_power(
    n_items: int,
    *,
    plan: AltTestPlan,
    n_raters: int = 3,
    accuracy: float = 0.85,
    judge_accuracy: float | None = None,
    pairs_per_prompt: int = 1,
    same_share: float = 0.5,
    n_studies: int = 400,
    seed: int = 0,
) -> float:
    """Share of simulated studies in which a judge passes the alternative annotator test.

    Everyone sees every item and errs independently given the prompt. When it has more than one
    pair, prompts differ in how hard they are, for people and, apart from that, for the judge.

    Args:
        n_items: per study.
        plan: epsilon and variant.
        n_raters: people.
        accuracy: of a person.
        judge_accuracy: of the judge; None takes a person's.
        pairs_per_prompt: items per prompt.
        same_share: of pairs that are the same.
        n_studies: simulated; the error is about .5 / sqrt(n_studies).
        seed: of the simulation.

    Raises:
        InvalidRatingsError: a share outside 0 to 1, or fewer than 50 studies.
    """
    within("accuracy", accuracy, 0.5, 0.999)
    within("judge_accuracy", accuracy if judge_accuracy is None else judge_accuracy, 0.001, 0.999)
    within("same_share", same_share, 0.0, 1.0)
    within("n_studies", n_studies, MIN_POWER_STUDIES, 100_000)
    rng = np.random.default_rng(seed)
    prompt = np.arange(n_items) // pairs_per_prompt
    passed = 0
    for _study in range(n_studies):
        truth = rng.random(n_items) < same_share
        error = _errors(accuracy, prompt, pairs_per_prompt, rng)
        judge_error = _errors(judge_accuracy or accuracy, prompt, pairs_per_prompt, rng)
        people = truth ^ (rng.random((n_raters, n_items)) < error)
        judge = truth ^ (rng.random(n_items) < judge_error)
        test = alternative_test(
            people.astype(np.int64),
            judge.astype(np.int64),
            plan,
            clusters=prompt,
            options=(0, 1),
            with_power=False,
        )
        passed += bool(test.passed)
    return passed / n_studies


def plan_power(
    *,
    plan: AltTestPlan,
    wanted: float = 0.8,
    n_raters: int = 3,
    accuracy: float = 0.85,
    pairs_per_prompt: int = 1,
    same_share: float = 0.5,
    n_studies: int = 200,
    seed: int = 0,
) -> PowerPlan:
    """The number of items at which a judge as good as people passes with the wanted power.

    Doubles the number of items until the power is reached, then halves the step three times.

    Args and errors as `alternative_power`; `wanted` lies between 0 and 1.
    """
    within("wanted", wanted, 0.01, 0.99)

    def power(prompts: int) -> float:
        return alternative_power(
            prompts * pairs_per_prompt,
            plan=plan,
            n_raters=n_raters,
            accuracy=accuracy,
            pairs_per_prompt=pairs_per_prompt,
            same_share=same_share,
            n_studies=n_studies,
            seed=seed,
        )

    size = max(math.ceil(plan.min_items / pairs_per_prompt), 10)
    tried = {size: power(size)}
    while tried[size] < wanted and 2 * size * pairs_per_prompt <= LARGEST_PLAN:
        size *= 2
        tried[size] = power(size)
    enough = size if tried[size] >= wanted else None
    step = size // 4 if enough is not None and len(tried) > 1 else 0
    for _halving in range(3):
        if step < 1 or enough is None:
            break
        middle = enough - step
        tried[middle] = power(middle)
        if tried[middle] >= wanted:
            enough = middle
        step //= 2
    best = enough if enough is not None else size
    return PowerPlan(
        plan.epsilon,
        wanted,
        None if enough is None else enough * pairs_per_prompt,
        enough,
        tried[best],
        tuple((prompts * pairs_per_prompt, tried[prompts]) for prompts in sorted(tried)),
        n_studies,
    )


def _errors(accuracy: float, prompt: IntArray, pairs: int, rng: np.random.Generator) -> FloatArray:
    """Chance of a wrong answer to each item, alike within a prompt."""
    if pairs == 1:
        return np.full(len(prompt), 1 - accuracy)
    wrong = (1 - accuracy) * ERROR_CONCENTRATION
    drawn = rng.beta(wrong, ERROR_CONCENTRATION - wrong, int(prompt.max()) + 1)
    return np.asarray(drawn[prompt], dtype=np.float64)
