"""What the alternative annotator test is told beforehand, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.errors import InvalidRatingsError

Variant = Literal["clustered", "published"]
Score = Literal["accuracy", "rmse"]
Test = Literal["t", "wilcoxon"]

# What a judge may cost, by who the people are; fixed before results are seen (section 4.2).
EPSILON_OF_ANNOTATORS = {"expert": 0.2, "skilled": 0.15, "crowd": 0.1}
MIN_ITEMS = 30


@dataclass(frozen=True)
class AltTestPlan:
    """What is settled before anyone looks at results.

    Attributes:
        epsilon: what the judge may cost on the scale of mean(W_h - W_f), 0 to 1.
        variant: `clustered` by prompt, or `published`.
        score: `accuracy` (share of the other people with the same answer) or `rmse` (minus the
            root of the mean squared distance to their answers; needs numbers).
        test: `t`, or `wilcoxon` (signed ranks; of items, or of prompt means when clustered).
        q: false discovery rate of the Benjamini-Yekutieli procedure.
        min_items: a person with fewer comparable items is skipped and named.
    """

    epsilon: float
    variant: Variant = "clustered"
    score: Score = "accuracy"
    test: Test = "t"
    q: float = 0.05
    min_items: int = MIN_ITEMS

    def __post_init__(self) -> None:
        for name, allowed in (("variant", Variant), ("score", Score), ("test", Test)):
            if getattr(self, name) not in get_args(allowed):
                raise InvalidRatingsError(
                    f"The alternative annotator test got {name} {getattr(self, name)!r}; expected "
                    f"{' or '.join(get_args(allowed))}."
                )
        if not 0 <= self.epsilon < 1:
            raise InvalidRatingsError(
                f"epsilon is {self.epsilon:g}; expected 0 or more and below 1. Usual values: "
                ".2 for experts, .15 for skilled people, .1 for a crowd."
            )
        if not 0 < self.q < 1:
            raise InvalidRatingsError(
                f"The false discovery rate q is {self.q:g}; expected between 0 and 1, usually .05."
            )


@dataclass(frozen=True)
class RaterTest:
    """The judge in the place of one person.

    Attributes:
        rho: mean of W_f. Ties win for both sides, so this is not the chance of beating her.
        difference: mean of W_h - W_f; the judge costs this much.
        ties: share of items on which she and the judge score alike.
        p: one-sided, that the difference is epsilon or more.
        rejected: whether less than epsilon is shown; None where the whole test is undefined.
    """

    rater: str
    n_items: int
    n_prompts: int
    rho: float
    difference: float
    ties: float
    p: float
    rejected: bool | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "n_items": self.n_items,
            "rho": self.rho,
            "p": self.p,
            "rejected": self.rejected,
            "difference": self.difference,
            "ties": self.ties,
            "n_prompts": self.n_prompts,
        }


@dataclass(frozen=True)
class AltTest:
    """The test of one judge, over all items or in one category.

    Attributes:
        judge, category: whom and where; category "all" for every item.
        omega: share of tested people for whom less than epsilon is shown; None if undefined.
        rho: mean over tested people of their `rho`; None without any.
        difference: mean over tested people of mean(W_h - W_f); None without any.
        ties: mean share of ties; None without any.
        passed: omega >= .5; None if undefined. False means "not shown".
        n_tests: size of the family of the correction.
        family: what the correction runs over, in words.
        skipped: people with too few items (or prompts), in order.
        skip_reasons: why, one per skipped person.
        power: chance that a judge exactly as good as each person passes on as much data, by
            simulation with the covariance seen here; None if undefined.
        coin_difference: mean(W_h - W_f) of a coin that gives every option alike. Where it is not
            above epsilon, people are too unreliable for this epsilon: a coin could pass.
        reason: why omega is None.
    """

    judge: str
    category: str
    plan: AltTestPlan
    omega: float | None
    rho: float | None
    difference: float | None
    ties: float | None
    passed: bool | None
    n_tests: int
    family: str
    skipped: tuple[str, ...]
    skip_reasons: tuple[str, ...]
    per_rater: tuple[RaterTest, ...]
    power: float | None
    coin_difference: float | None
    reason: str = ""

    @property
    def people_reliable(self) -> bool | None:
        """Whether people beat a coin by more than epsilon: the floor below which anyone passes."""
        return None if self.coin_difference is None else self.coin_difference > self.plan.epsilon

    def to_dict(self) -> dict[str, Any]:
        """The `alt_test` object of `agreement --json`; what goes beyond it stands in `details`."""
        result: dict[str, Any] = {
            "variant": self.plan.variant,
            "epsilon": self.plan.epsilon,
            "omega": self.omega,
            "rho": self.rho,
            "passed": self.passed,
            "q": self.plan.q,
            "n_tests": self.n_tests,
            "skipped": list(self.skipped),
            "per_rater": [rater.to_dict() for rater in self.per_rater],
            "details": {
                "score": self.plan.score,
                "test": self.plan.test,
                "family": self.family,
                "difference": self.difference,
                "ties": self.ties,
                "power": self.power,
                "coin_difference": self.coin_difference,
                "people_reliable": self.people_reliable,
                "skip_reasons": list(self.skip_reasons),
            },
        }
        if self.reason:
            result["reason"] = self.reason
        return result
