"""Rewarded groups: TRL's `prompt` column, with the group and its rewards beside it.

TRL's GRPOTrainer samples completions itself and reads `prompt` only; it hands every further column
to the reward functions. So `completions` and `rewards` serve to fit or to check such a function,
and for trainers that take groups made beforehand. `advantages` are GRPO's own: rewards less the
group's mean, over its standard deviation.

Source: TRL documentation, dataset formats, type "prompt-only"; Shao et al. (arXiv 2402.03300).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import fmean, stdev
from typing import Any

from core.alignment.data import CandidateSet, Floor, diversity_wanted, provenance, reward
from core.taxonomy import Taxonomy


def grpo_rows(
    sets: Iterable[CandidateSet], taxonomy: Taxonomy, *, study: str, rater: str, floor: Floor
) -> Iterator[dict[str, Any]]:
    """One row per prompt and condition; groups whose rewards are all alike have no signal.

    Yields:
        `prompt` and each of `completions` as conversations, `rewards` 0 to 1, `advantages`,
        `qualities`, `diversity_wanted`, and `provenance`.
    """
    for one in sets:
        rewards = [reward(one, place, taxonomy, floor) for place in range(len(one.candidates))]
        if len(set(rewards)) < 2:
            continue
        middle, spread = fmean(rewards), stdev(rewards)
        yield {
            "prompt": [{"role": "user", "content": one.prompt}],
            "completions": [
                [{"role": "assistant", "content": candidate.text}] for candidate in one.candidates
            ],
            "rewards": rewards,
            "advantages": [(value - middle) / spread for value in rewards],
            "qualities": [candidate.quality for candidate in one.candidates],
            "diversity_wanted": diversity_wanted(one.category, taxonomy),
            "provenance": provenance(study, rater, floor, one)
            | {"responses": [candidate.id for candidate in one.candidates]},
        }
