"""What the pipeline needs of a storage, and nothing more. `db.store` implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.pipeline.records import (
    KnownParaphrases,
    Record,
    StoredPrompt,
    StoredResponse,
    StoredSlot,
)
from core.strategies.condition import Condition


class Store(Protocol):
    """Storage of one study. Every method is one short transaction and may be called from any
    thread; what `save` was given is on disk when it returns."""

    def list_prompts(self, prompt_ids: Sequence[int] | None = None) -> list[StoredPrompt]:
        """Prompts in the order they were added; all of the study for None."""
        ...

    def add_condition(self, condition: Condition) -> int:
        """Id of the condition, added if it is new."""
        ...

    def add_judge(self, model_id: str) -> int:
        """Rater id of a judge, added if it is new."""
        ...

    def list_slots(
        self, condition_id: int, prompt_ids: Sequence[int], *, with_text: bool
    ) -> list[StoredSlot]:
        """Slots on disk, failed ones too; texts only where a chain needs them."""
        ...

    def find_categories(self, model_id: str, prompt_ids: Sequence[int]) -> dict[int, str]:
        """prompt id -> category this model assigned; prompts it did not classify are absent."""
        ...

    def find_paraphrases(
        self, condition_id: int, prompt_ids: Sequence[int]
    ) -> dict[int, KnownParaphrases]:
        """prompt id -> paraphrases that came with it or were made for this condition."""
        ...

    def list_prompt_items(self, prompt_ids: Sequence[int]) -> dict[int, int]:
        """prompt id -> id of the prompt as an item, added where it is new."""
        ...

    def list_responses(
        self, prompt_ids: Sequence[int], condition_labels: Sequence[str] | None
    ) -> list[StoredResponse]:
        """The responses that count (answered, not surplus, newest replicate), by slot."""
        ...

    def list_pair_items(
        self, pairs: Sequence[tuple[StoredResponse, StoredResponse]]
    ) -> dict[tuple[int, int], int]:
        """(response id, response id) -> item id, added where new."""
        ...

    def list_response_items(self, responses: Sequence[StoredResponse]) -> dict[int, int]:
        """response id -> item id, added where new."""
        ...

    def list_judged(
        self,
        rater_id: int,
        question: str,
        template: str,
        item_ids: Sequence[int],
        repeat: int = 0,
    ) -> dict[tuple[int, str], tuple[bool, int]]:
        """(item id, order) -> (was it scored, its revision), for what this judge was asked."""
        ...

    def list_values(
        self, rater_id: int, question: str, template: str, item_ids: Sequence[int]
    ) -> dict[tuple[int, str], tuple[str | None, int]]:
        """(item id, order) -> (current answer, its revision); None for an unreadable answer."""
        ...

    def find_checklists(
        self, rater_id: int, template: str, prompt_ids: Sequence[int]
    ) -> Mapping[int, tuple[str, ...]]:
        """prompt id -> factors; empty factors mean the judge's checklist was unreadable."""
        ...

    def claim(self, unit_keys: Sequence[str]) -> set[str]:
        """Takes the right to do these units; what a living process holds is not returned."""
        ...

    def release(self, unit_keys: Sequence[str]) -> None:
        """Gives units back, done or not."""
        ...

    def save(self, records: Sequence[Record]) -> None:
        """Writes records in one transaction; one that is there already is left as it is,
        except that a response takes the place of the failed call it makes good, a checklist that
        of an unreadable one, paraphrases that of fewer, and a set's record that of an earlier
        one."""
        ...
