"""What is to be asked for one prompt of a condition, given what is stored of it already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.pipeline.records import StoredPrompt, StoredSlot
from core.pipeline.slots import LASTING_REASONS, current_slots
from core.strategies import Strategy

EARLIER_TURN_FAILED = "earlier_turn_failed"


@dataclass(frozen=True, slots=True)
class GenerateUnit:
    """One call, or one chain of calls, and the slots it fills.

    earlier: texts of a chain that are on disk already.
    """

    prompt: StoredPrompt
    condition_id: int
    replicate: int
    indices: tuple[int, ...]
    earlier: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        # Independent samples are leased one by one. A set or a chain is leased as a whole, so its
        # key must not depend on how much of it is there.
        which = self.indices[0] if len(self.indices) == 1 and not self.earlier else "set"
        return f"generate:{self.condition_id}:{self.prompt.id}:{self.replicate}:{which}"


@dataclass(frozen=True, slots=True)
class PromptPlan:
    """What is to be done for one prompt: units, slots that are there, failures that stand."""

    units: tuple[GenerateUnit, ...] = ()
    n_stored: int = 0
    standing: tuple[str, ...] = ()


def plan_prompt(
    prompt: StoredPrompt,
    condition_id: int,
    strategy: Strategy,
    n: int,
    slots: Sequence[StoredSlot],
    *,
    retry_failed: bool,
) -> PromptPlan:
    """Decides what to ask for, given what is stored.

    A call that never came back is asked again. What the model itself gave short, empty or refused
    stands, until `retry_failed` asks for it as a new replicate.
    """
    current = {
        index: slot for index, slot in current_slots(slots, strategy.kind).items() if index < n
    }
    if strategy.kind == "independent":
        return _plan_independent(prompt, condition_id, n, current, retry_failed=retry_failed)
    stored = [index for index in range(n) if index in current and current[index].ok]
    lasting = [
        str(slot.reason)
        for _, slot in sorted(current.items())
        if not slot.ok and slot.reason in LASTING_REASONS
    ]
    replicate = max((slot.replicate for slot in current.values()), default=0)
    everything = tuple(range(n))
    if len(stored) == n:
        return PromptPlan(n_stored=n)
    if lasting and retry_failed:
        unit = GenerateUnit(prompt, condition_id, replicate + 1, everything)
        return PromptPlan(units=(unit,))
    if lasting:
        missing = n - len(stored)
        reasons = [*lasting, *[EARLIER_TURN_FAILED] * missing][:missing]
        return PromptPlan(n_stored=len(stored), standing=tuple(reasons))
    if strategy.kind == "set":
        return PromptPlan(units=(GenerateUnit(prompt, condition_id, replicate, everything),))
    # A chain goes on after the turns that are there.
    earlier: list[str] = []
    while len(earlier) in current and current[len(earlier)].ok:
        earlier.append(current[len(earlier)].text)
    unit = GenerateUnit(
        prompt, condition_id, replicate, tuple(range(len(earlier), n)), tuple(earlier)
    )
    return PromptPlan(units=(unit,), n_stored=len(earlier))


def _plan_independent(
    prompt: StoredPrompt,
    condition_id: int,
    n: int,
    current: Mapping[int, StoredSlot],
    *,
    retry_failed: bool,
) -> PromptPlan:
    units: list[GenerateUnit] = []
    standing: list[str] = []
    n_stored = 0
    for index in range(n):
        slot = current.get(index)
        if slot is None:
            units.append(GenerateUnit(prompt, condition_id, 0, (index,)))
        elif slot.ok:
            n_stored += 1
        elif slot.reason not in LASTING_REASONS:
            units.append(GenerateUnit(prompt, condition_id, slot.replicate, (index,)))
        elif retry_failed:
            units.append(GenerateUnit(prompt, condition_id, slot.replicate + 1, (index,)))
        else:
            standing.append(str(slot.reason))
    return PromptPlan(tuple(units), n_stored, tuple(standing))
