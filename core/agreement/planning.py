"""How many items, prompts and raters a study needs, and what they cost.

A share p is known to within E (half the width of its 95% interval) from n = z² p (1 - p) / E²
independent items. Two things make it more. Pairs of one prompt resemble one another: with m of
them and correlation ρ, n grows by the design effect 1 + (m - 1) ρ. And raters differ: if the
share differs between raters with standard deviation s, R raters leave s² / R of variance that no
number of items takes away. More items beat more raters on each item; more raters beat both once
s² / R is what is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.agreement.coefficients import Table, percent_agreement
from core.agreement.explanations import CATEGORY_CLAIM_ITEMS, CATEGORY_CLAIM_PROMPTS
from core.agreement.intervals import cluster_totals
from core.agreement.observations import IntArray
from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

Z = 1.959963984540054


@dataclass(frozen=True)
class Pilot:
    """What earlier ratings say of a planned study.

    Attributes:
        expected: mean pairwise agreement, 0 to 1.
        correlation: of items within a prompt, ρ, at least 0.
        pairs_per_prompt: items per prompt in the pilot.
        rater_sd: standard deviation between raters of the share they agree with others; 0 where
            fewer than 3 raters can be compared.
        n_items, n_prompts, n_raters: what this rests on.
    """

    expected: float
    correlation: float
    pairs_per_prompt: float
    rater_sd: float
    n_items: int
    n_prompts: int
    n_raters: int


@dataclass(frozen=True)
class SampleDesign:
    """What is wanted, and what is assumed.

    Attributes:
        half_width: E, wanted half width of the 95% interval.
        expected: p, the share expected (agreement, or a rate).
        pairs_per_prompt: m, items from each prompt.
        correlation: ρ of items within a prompt; 0 is independent, .1 moderate.
        n_raters: people in the pool.
        raters_per_item: k, answers to each item.
        rater_sd: s between raters; 0 speaks for these raters alone.
        n_categories: categories each of which shall be known this well.
    """

    half_width: float = 0.1
    expected: float = 0.8
    pairs_per_prompt: int = 1
    correlation: float = 0.0
    n_raters: int = 3
    raters_per_item: int = 3
    rater_sd: float = 0.0
    n_categories: int = 1

    def __post_init__(self) -> None:
        within("half_width", self.half_width, 0.001, 0.5)
        within("expected", self.expected, 0.01, 0.99)
        within("correlation", self.correlation, 0.0, 1.0)
        within("rater_sd", self.rater_sd, 0.0, 0.5)
        for name in ("pairs_per_prompt", "n_raters", "raters_per_item", "n_categories"):
            within(name, getattr(self, name), 1, 100_000)
        if self.raters_per_item > self.n_raters:
            raise InvalidRatingsError(
                f"{self.raters_per_item} raters per item cannot come from a pool of "
                f"{self.n_raters}. Plan more raters, or fewer per item."
            )


@dataclass(frozen=True)
class Effort:
    """What a plan costs.

    Attributes:
        n_ratings: answers of people.
        person_hours: of rating, and of those who are screened out (they are paid too).
        people_cost: in the currency of the hourly rate, fees included.
        judge_calls: questions to judges, orders counted.
        judge_tokens: in and out together.
        judge_cost: in the currency of the token prices.
    """

    n_ratings: int
    person_hours: float
    people_cost: float
    judge_calls: int
    judge_tokens: int
    judge_cost: float


@dataclass(frozen=True)
class SamplePlan:
    """Items, prompts and ratings that reach the wanted half width.

    Attributes:
        n_independent: items needed if all were independent and raters alike.
        design_effect: 1 + (m - 1) ρ.
        n_items, n_prompts: per category; None where no number of items is enough.
        total_items, total_prompts: over all categories; None likewise.
        exploratory: below 50 items in 30 prompts per category, for more than one category.
        notes: what a reader should know, in full sentences.
    """

    design: SampleDesign
    n_independent: int
    design_effect: float
    n_items: int | None
    n_prompts: int | None
    total_items: int | None
    total_prompts: int | None
    exploratory: bool
    notes: tuple[str, ...]


def plan_sample(design: SampleDesign) -> SamplePlan:
    """Items by closed form: z² p (1 - p) D / (E² - z² s² / R), D the design effect.

    p = .8 and E = .05 need 246 independent items, E = .10 needs 62.
    """
    z2 = Z**2
    spread = design.expected * (1 - design.expected)
    # Rounding up must not turn 61.9999999 + 1e-13 into 63.
    independent = math.ceil(z2 * spread / design.half_width**2 - 1e-9)
    effect = 1 + (design.pairs_per_prompt - 1) * design.correlation
    room = design.half_width**2 - z2 * design.rater_sd**2 / design.n_raters
    notes = []
    if room <= 0:
        needed = math.floor(z2 * design.rater_sd**2 / design.half_width**2) + 1
        notes.append(
            f"With {design.n_raters} raters no number of items is enough: raters differ by "
            f"{design.rater_sd:.2f}, which takes at least {needed} raters."
        )
        return SamplePlan(design, independent, effect, None, None, None, None, True, tuple(notes))
    prompts = math.ceil(z2 * spread * effect / room / design.pairs_per_prompt - 1e-9)
    items = prompts * design.pairs_per_prompt
    few = design.n_categories > 1 and (
        items < CATEGORY_CLAIM_ITEMS or prompts < CATEGORY_CLAIM_PROMPTS
    )
    if few:
        notes.append(
            f"Exploratory per category: a claim about one category needs at least "
            f"{CATEGORY_CLAIM_ITEMS} items from {CATEGORY_CLAIM_PROMPTS} prompts."
        )
    if prompts < 10:
        notes.append("Below 10 prompts no interval is given, however many pairs each has.")
    if design.rater_sd == 0:
        notes.append(f"Speaks for these {design.n_raters} raters: how raters differ is left out.")
    if design.raters_per_item < 3:
        notes.append("At least 3 answers per item are advised, 5 where ties matter.")
    return SamplePlan(
        design,
        independent,
        effect,
        items,
        prompts,
        items * design.n_categories,
        prompts * design.n_categories,
        few,
        tuple(notes),
    )


def half_width(design: SampleDesign, n_prompts: int) -> float:
    """The half width that a number of prompts (per category) gives, by the same formula."""
    items = n_prompts * design.pairs_per_prompt
    effect = 1 + (design.pairs_per_prompt - 1) * design.correlation
    spread = design.expected * (1 - design.expected) * effect / items
    return Z * math.sqrt(spread + design.rater_sd**2 / design.n_raters)


def effort(
    n_items: int,
    *,
    raters_per_item: int = 3,
    seconds_per_rating: float = 20.0,
    hourly_rate: float = 12.0,
    fee_share: float = 0.0,
    screened_out_share: float = 0.0,
    judges: int = 1,
    orders: int = 2,
    tokens_per_call: int = 900,
    price_per_million_tokens: float = 0.0,
) -> Effort:
    """People's hours and money, and judges' calls, for a number of items.

    Args:
        n_items: over all categories.
        raters_per_item: answers to each.
        seconds_per_rating: median time of an answer, reading included.
        hourly_rate: pay of a person.
        fee_share: what a recruiting platform adds, 0.33 for a third.
        screened_out_share: of answers bought, those of people who are screened out.
        judges: asked about the same items.
        orders: in which a judge is asked; two show flips.
        tokens_per_call: in and out.
        price_per_million_tokens: mean of in and out.

    Raises:
        InvalidRatingsError: a share outside 0 to 1, or a negative amount.
    """
    within("screened_out_share", screened_out_share, 0.0, 0.95)
    for name, amount in (
        ("n_items", n_items), ("raters_per_item", raters_per_item), ("fee_share", fee_share),
        ("seconds_per_rating", seconds_per_rating), ("hourly_rate", hourly_rate),
        ("judges", judges), ("orders", orders), ("tokens_per_call", tokens_per_call),
        ("price_per_million_tokens", price_per_million_tokens),
    ):  # fmt: skip
        within(name, amount, 0, 1e12)
    ratings = n_items * raters_per_item
    hours = ratings * seconds_per_rating / 3600 / (1 - screened_out_share)
    calls = n_items * judges * orders
    tokens = calls * tokens_per_call
    return Effort(
        ratings,
        hours,
        hours * hourly_rate * (1 + fee_share),
        calls,
        tokens,
        tokens * price_per_million_tokens / 1e6,
    )


def pilot_of(ratings: Table, clusters: Any) -> Pilot:
    """Agreement, correlation within prompts and differences between raters of earlier ratings.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        clusters: prompt of each item, shape (n_items,).

    Raises:
        InvalidRatingsError: no item with two ratings, or fewer than two prompts.
    """
    estimate = percent_agreement(ratings)
    codes = np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    totals = cluster_totals(estimate.rows, codes)
    if len(totals) < 2:
        raise InvalidRatingsError(
            f"A pilot needs items with two ratings from two prompts, got {len(totals)} prompt(s)."
        )
    n, m = float(totals[:, 0].sum()), float(totals[:, 0].mean())
    counted = estimate.rows[:, 0] > 0
    return Pilot(
        expected=estimate.value,
        correlation=_correlation(estimate.rows[counted, 1], codes[counted]),
        pairs_per_prompt=m,
        rater_sd=_rater_sd(ratings),
        n_items=int(n),
        n_prompts=len(totals),
        n_raters=len(ratings),
    )


def design_from_pilot(pilot: Pilot, design: SampleDesign) -> SampleDesign:
    """A design with what the pilot has measured in the place of what was assumed."""
    return replace(
        design,
        expected=min(max(pilot.expected, 0.01), 0.99),
        correlation=pilot.correlation,
        rater_sd=min(pilot.rater_sd, 0.5),
    )


def _correlation(scores: FloatArray, codes: IntArray) -> float:
    """Intraclass correlation of items within prompts, by a one-way analysis of variance; >= 0."""
    size = np.bincount(codes)
    size = size[size > 0].astype(np.float64)
    code = np.unique(codes, return_inverse=True)[1]
    n, groups = float(size.sum()), len(size)
    if n <= groups:
        return 0.0
    means = np.bincount(code, weights=scores) / size
    between = float(np.sum(size * (means - scores.mean()) ** 2)) / (groups - 1)
    within = float(np.sum((scores - means[code]) ** 2)) / (n - groups)
    k0 = (n - float(np.sum(size**2)) / n) / (groups - 1)
    whole = between + (k0 - 1) * within
    return min(max((between - within) / whole, 0.0), 1.0) if whole > 0 else 0.0


def _rater_sd(ratings: Table) -> float:
    """Standard deviation between raters of their agreement with the others, above chance noise.

    Leaves out the part that would be there if raters did not differ: p (1 - p) over the items.
    """
    table = ratings if isinstance(ratings, np.ndarray) else np.asarray(ratings, dtype=object)
    given = np.array([[answer is not None and answer == answer for answer in row] for row in table])
    shares, noise = [], []
    for rater in range(len(table)):
        others = np.delete(np.arange(len(table)), rater)
        both = given[others] & given[rater]
        partners = both.sum(axis=0)
        items = partners > 0
        if items.sum() < 2:
            continue
        alike = np.sum(both & (table[others] == table[rater]), axis=0)[items] / partners[items]
        shares.append(float(alike.mean()))
        noise.append(float(alike.var(ddof=1)) / len(alike))
    if len(shares) < 3:
        return 0.0
    return math.sqrt(max(float(np.var(shares, ddof=1)) - float(np.mean(noise)), 0.0))


def within(name: str, value: float, low: float, high: float) -> None:
    """Refuses a number of a plan that lies outside its bounds.

    Raises:
        InvalidRatingsError: it does.
    """
    if not low <= value <= high:
        raise InvalidRatingsError(
            f"{name} is {value:g}; expected between {low:g} and {high:g}. Change the plan."
        )
