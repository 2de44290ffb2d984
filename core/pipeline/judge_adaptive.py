"""Asking a judge about the pairs of a set one after the other, as few as the mode allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from core.diversity.adaptive import (
    AdaptiveMode,
    PairChooser,
    choose_audit,
    inferred_pairs,
)
from core.diversity.equivalence_graph import Pair
from core.judges import Equivalence
from core.pipeline.judge_pairs import open_equivalence, pair_request
from core.pipeline.judge_units import JudgeUnit, Judging
from core.pipeline.records import NewJudgedSet, StoredResponse
from core.pipeline.runner import HELD_ELSEWHERE_POLL_S, Emit
from core.templates import text_hash
from core.types import Question, Verdict

MODES: dict[str, AdaptiveMode] = {"adaptive": "graph", "transitive": "transitive"}


@dataclass(frozen=True, slots=True)
class SetUnit:
    """One set of responses. item_ids: of its pairs, in the order of `itertools.combinations`."""

    rater_id: int
    template: str
    mode: AdaptiveMode
    orders: tuple[str, ...]
    members: tuple[StoredResponse, ...]
    item_ids: tuple[int, ...]

    @property
    def key(self) -> str:
        first = self.members[0]
        return (
            f"adaptive:{self.rater_id}:{first.prompt_id}:{first.condition_id}:{self.template}:"
            f"{self.mode}:{','.join(self.orders)}"
        )

    @property
    def n_questions(self) -> int:
        """As many as all pairs in all orders would take."""
        return len(self.item_ids) * len(self.orders)


async def judge_adaptively(judging: Judging) -> None:
    """Asks about every set; counted in questions, those that need no asking as skipped."""
    judge = open_equivalence(judging)
    units = _set_units(judging, judge.template)
    progress = judging.workshop.progress
    progress.planned += sum(unit.n_questions for unit in units)

    # The questions of a set are leased too: an ordinary run may be asking all pairs. They are
    # given back when all answers are on disk.
    held: set[str] = set()

    async def perform(unit: SetUnit, emit: Emit) -> None:
        questions = _questions(judging, unit)
        if await _hold(judging, [one.key for asked in questions.values() for one in asked], held):
            await _SetJudging(judging, judge, unit, questions, emit).run()

    def take_all(claimed: Sequence[SetUnit]) -> Sequence[SetUnit]:
        return claimed

    try:
        await judging.workshop.run(units, perform, take_all, lambda _planned, _left: None)
    finally:
        await asyncio.to_thread(judging.workshop.store.release, sorted(held))


async def _hold(judging: Judging, keys: Sequence[str], held: set[str]) -> bool:
    """Leases all of these, adding them to `held`; False if told to stop before that."""
    waiting = set(keys)
    while not judging.workshop.control.should_stop():
        got = await asyncio.to_thread(judging.workshop.store.claim, sorted(waiting))
        held |= got
        waiting -= got
        if not waiting:
            return True
        await asyncio.sleep(HELD_ELSEWHERE_POLL_S)
    return False


def _set_units(judging: Judging, template: str) -> list[SetUnit]:
    sets = [members for members in judging.sets() if len(members) > 1]
    pairs = [pair for members in sets for pair in combinations(members, 2)]
    items = judging.workshop.store.list_pair_items(pairs)
    return [
        SetUnit(
            rater_id=judging.rater_id,
            template=template,
            mode=MODES[judging.spec.pairs],
            orders=judging.spec.orders,
            members=tuple(members),
            item_ids=tuple(items[a.id, b.id] for a, b in combinations(members, 2)),
        )
        for members in sets
    ]


class _SetJudging:
    """One set. What is stored already is used as if it had just been said, and not asked again."""

    def __init__(
        self,
        judging: Judging,
        judge: Equivalence,
        unit: SetUnit,
        questions: dict[Pair, list[JudgeUnit]],
        emit: Emit,
    ) -> None:
        self._judging = judging
        self._judge = judge
        self._unit = unit
        self._questions = questions
        self._emit = emit
        self._stored: dict[tuple[int, str], tuple[str | None, int]] = {}
        self._n_asked = 0
        self._n_lost = 0

    async def run(self) -> None:
        """Asks until nothing is left that matters, audits, and records the set."""
        unit, judging = self._unit, self._judging
        self._stored = await asyncio.to_thread(
            judging.workshop.store.list_values,
            unit.rater_id,
            Question.EQUIVALENCE,
            unit.template,
            list(unit.item_ids),
        )
        texts = [member.text for member in unit.members]
        chooser = PairChooser(texts, unit.mode)
        asked: dict[Pair, bool | None] = {}
        while (pair := chooser.next_pair(asked)) is not None:
            if judging.workshop.control.should_stop():
                return
            asked[pair] = await self._verdict(pair)
        audited, n_inferred = await self._audit(texts, asked)
        progress = judging.workshop.progress
        progress.skipped += unit.n_questions - self._n_asked
        if self._n_lost:
            return  # a call that never came back is asked by the next run, which closes the set
        first = unit.members[0]
        self._emit(
            NewJudgedSet(
                rater_id=unit.rater_id,
                template=unit.template,
                prompt_id=first.prompt_id,
                condition_id=first.condition_id,
                mode=unit.mode,
                orders=unit.orders,
                asked=tuple(self._ids(pair) for pair in asked),
                audited={self._ids(pair): verdict for pair, verdict in audited.items()},
                n_inferred=n_inferred,
            )
        )

    async def _audit(
        self, texts: Sequence[str], asked: dict[Pair, bool | None]
    ) -> tuple[dict[Pair, bool], int]:
        """Asks about a random part of what was inferred; (pair -> inferred verdict, how many)."""
        if self._unit.mode != "transitive":
            return {}, 0
        import numpy as np

        inferred = inferred_pairs(texts, asked)
        # The same set draws the same audit, so that a run that goes on asks nothing anew.
        rng = np.random.default_rng(int(text_hash("audit", self._unit.key), 16))
        chosen = choose_audit(sorted(inferred), rng)
        for pair in chosen:
            await self._verdict(pair)
        return {pair: inferred[pair] for pair in chosen}, len(inferred)

    async def _verdict(self, pair: Pair) -> bool | None:
        """What the judge says of a pair; None where it cannot be read or changes with the order."""
        said = {await self._answer(question) for question in self._questions[pair]}
        return said == {Verdict.EQUIVALENT.value} if len(said) == 1 and None not in said else None

    async def _answer(self, question: JudgeUnit) -> str | None:
        known = self._stored.get((question.item_id, question.order))
        if known is not None:
            value, revision = known
            if value is not None or not self._judging.spec.retry_failed:
                return value
            question = replace(question, revision=revision + 1)
        self._n_asked += 1
        request = pair_request(self._judging, self._judge, question)
        parsed = await self._judging.ask(question, request, self._judge.parse, self._emit)
        if parsed is None:
            self._n_lost += 1
            return None
        return None if parsed.value is None else str(parsed.value)

    def _ids(self, pair: Pair) -> tuple[int, int]:
        members = self._unit.members
        return members[pair[0]].id, members[pair[1]].id


def _questions(judging: Judging, unit: SetUnit) -> dict[Pair, list[JudgeUnit]]:
    places = combinations(range(len(unit.members)), 2)
    return {
        (i, j): [
            JudgeUnit(
                rater_id=unit.rater_id,
                item_id=item_id,
                template=unit.template,
                order=order,
                revision=0,
                prompt=judging.prompts[unit.members[i].prompt_id],
                first=unit.members[i],
                second=unit.members[j],
            )
            for order in unit.orders
        ]
        for (i, j), item_id in zip(places, unit.item_ids, strict=True)
    }
