"""Preference pairs with the columns TRL's DPOTrainer reads: prompt, chosen, rejected.

Source for the columns: TRL documentation, dataset formats, type "preference", conversational.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.alignment.data import CandidateSet, Floor, provenance, reward
from core.taxonomy import Taxonomy


def dpo_rows(
    sets: Iterable[CandidateSet],
    taxonomy: Taxonomy,
    *,
    study: str,
    rater: str,
    floor: Floor,
    margin: float = 0.25,
) -> Iterator[dict[str, Any]]:
    """One row per prompt and condition: the response of highest reward before the one of lowest.

    Ties are broken by quality, then by the order of sampling, so that the same study gives the same
    rows. The chosen response meets the floor of quality; the rejected one may, and then it was
    rejected for what it adds.

    Args:
        margin: least difference of the two rewards; pairs that are nearly alike teach nothing.

    Yields:
        `prompt`, `chosen`, `rejected` as conversations, `score_chosen`, `score_rejected` (the
        rewards), and `provenance`.
    """
    for one in sets:
        places = range(len(one.candidates))
        rewards = [reward(one, place, taxonomy, floor) for place in places]
        ranked = sorted(
            places,
            key=lambda place: (-rewards[place], -(one.candidates[place].quality or 0.0), place),
        )
        if len(ranked) < 2:
            continue
        best, worst = ranked[0], ranked[-1]
        chosen, rejected = one.candidates[best], one.candidates[worst]
        enough = rewards[best] - rewards[worst] >= margin
        if not enough or not floor.holds(chosen) or chosen.text == rejected.text:
            continue
        yield {
            "prompt": [{"role": "user", "content": one.prompt}],
            "chosen": [{"role": "assistant", "content": chosen.text}],
            "rejected": [{"role": "assistant", "content": rejected.text}],
            "score_chosen": rewards[best],
            "score_rejected": rewards[worst],
            "provenance": provenance(study, rater, floor, one)
            | {
                "chosen_response": chosen.id,
                "rejected_response": rejected.id,
                "chosen_quality": chosen.quality,
                "rejected_quality": rejected.quality,
            },
        }
