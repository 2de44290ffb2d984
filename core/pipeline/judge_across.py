"""Asking a judge about pairs of two models' responses: a seeded sample of each prompt's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from core.pipeline.judge_pairs import ask_about_pairs
from core.pipeline.judge_units import Judging
from core.pipeline.records import StoredResponse
from core.templates import text_hash

Pair = tuple[StoredResponse, StoredResponse]


async def judge_across(judging: Judging) -> None:
    """Asks about the sampled pairs; the same seed draws the same ones, so nothing is asked twice.

    Every two conditions of one strategy and different models are a stratum of each prompt. Of its
    n × n pairs `per_two` are drawn at random without replacement, each equally likely, so that the
    mean over a prompt's sampled pairs estimates that over all of them.
    """
    await ask_about_pairs(judging, list(_sampled(judging)))


def _sampled(judging: Judging) -> Iterator[Pair]:
    of_prompt: dict[tuple[int, str], dict[tuple[str, int], list[StoredResponse]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for response in judging.responses:
        by_condition = of_prompt[response.prompt_id, response.strategy]
        by_condition[response.model, response.condition_id].append(response)
    for (prompt_id, strategy), by_condition in sorted(of_prompt.items()):
        name = judging.prompts[prompt_id].external_id
        for first, second in combinations(sorted(by_condition), 2):
            if first[0] != second[0]:
                key = f"{judging.spec.seed}:{name}:{strategy}:{first[0]}:{second[0]}"
                yield from draw_pairs(
                    by_condition[first], by_condition[second], judging.spec.per_two, key
                )


def draw_pairs(
    first: Sequence[StoredResponse], second: Sequence[StoredResponse], size: int, key: str
) -> list[Pair]:
    """`size` of the pairs with one member of each, or all if there are fewer.

    Args:
        key: what the draw follows from, apart from the numbers of responses.
    """
    import numpy as np

    n_pairs = len(first) * len(second)
    rng = np.random.default_rng(int(text_hash("across", key), 16))
    chosen = rng.choice(n_pairs, size=min(size, n_pairs), replace=False)
    places = [divmod(int(place), len(second)) for place in sorted(chosen)]
    return [(first[row], second[column]) for row, column in places]
