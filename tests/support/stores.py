"""Storage for tests: databases copied from one that was built once, and a Store in memory."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.pipeline.records import (
    KnownParaphrases,
    NewChecklist,
    NewJudgedSet,
    NewParaphrases,
    NewRating,
    NewResponse,
    Record,
    StoredPrompt,
    StoredResponse,
    StoredSlot,
)
from core.settings import Settings
from core.strategies import Condition
from db.engine import close_databases, open_database


def settings_in(folder: Path) -> Settings:
    """Settings of a SQLite database in `folder`, whatever the environment says."""
    return Settings.from_environment({"TASKANCHOR_DATA_DIR": str(folder)})


def build_sqlite(folder: Path) -> Path:
    """A SQLite file built by the migrations, closed, so that it can be copied."""
    open_database(settings_in(folder))
    close_databases()
    return folder / "taskanchor.sqlite3"


def build_sample(folder: Path) -> Path:
    """A SQLite file with the sample study, closed, so that it can be copied."""
    from db.demo import load_demo

    settings = replace(settings_in(folder), concurrency=50)
    load_demo(open_database(settings), settings)
    close_databases()
    return folder / "taskanchor.sqlite3"


def copy_database(source: Path, settings: Settings) -> None:
    """Puts a copy of a closed SQLite file where `settings` expect the database."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, settings.data_dir / "taskanchor.sqlite3")


@dataclass
class MemoryData:
    """What several `MemoryStore`s share: the rows, and who is alive."""

    prompts: list[StoredPrompt]
    responses: dict[tuple[int, int, int, int], NewResponse] = field(default_factory=dict)
    ratings: list[NewRating] = field(default_factory=list)
    checklists: dict[tuple[int, int, str], NewChecklist] = field(default_factory=dict)
    paraphrases: dict[tuple[int, int], NewParaphrases] = field(default_factory=dict)
    given_paraphrases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    judged_sets: dict[tuple[int, int], NewJudgedSet] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)
    names: list[object] = field(default_factory=list)
    saves: list[list[Record]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def id_of(self, thing: object) -> int:
        """A number for anything that is named: the same for the same thing."""
        if thing not in self.names:
            self.names.append(thing)
        return self.names.index(thing)

    def category_ratings(self) -> list[NewRating]:
        return [row for row in self.ratings if row.question == "category"]


class MemoryStore:
    """The pipeline's Store in memory. `broken` is raised by every further save."""

    def __init__(self, data: MemoryData, executor: str = "one") -> None:
        self.data = data
        self.executor = executor
        self.broken: Exception | None = None

    def list_prompts(self, prompt_ids: Sequence[int] | None = None) -> list[StoredPrompt]:
        return [p for p in self.data.prompts if prompt_ids is None or p.id in prompt_ids]

    def add_condition(self, condition: Condition) -> int:
        with self.data.lock:
            known = [one.hash for one in self.data.conditions]
            if condition.hash not in known:
                self.data.conditions.append(condition)
                return len(known)
            return known.index(condition.hash)

    def add_judge(self, model_id: str) -> int:
        with self.data.lock:
            return self.data.id_of(("judge", model_id))

    def list_slots(
        self, condition_id: int, prompt_ids: Sequence[int], *, with_text: bool
    ) -> list[StoredSlot]:
        with self.data.lock:
            return [
                StoredSlot(
                    row.prompt_id,
                    row.sample_index,
                    row.replicate,
                    row.reason is None,
                    row.reason,
                    row.text if with_text else "",
                )
                for row in self.data.responses.values()
                if row.condition_id == condition_id and row.prompt_id in prompt_ids
            ]

    def find_categories(self, model_id: str, prompt_ids: Sequence[int]) -> dict[int, str]:
        rater_id = self.add_judge(model_id)
        items = self.list_prompt_items(prompt_ids)
        return {
            prompt_id: row.value
            for prompt_id, item_id in items.items()
            for row in self.data.category_ratings()
            if row.item_id == item_id and row.rater_id == rater_id and row.value is not None
        }

    def find_paraphrases(
        self, condition_id: int, prompt_ids: Sequence[int]
    ) -> dict[int, KnownParaphrases]:
        with self.data.lock:
            found = {}
            for prompt_id in prompt_ids:
                made = self.data.paraphrases.get((prompt_id, condition_id))
                given = self.data.given_paraphrases.get(prompt_id, ())
                found[prompt_id] = KnownParaphrases(given, made.texts if made else None)
            return found

    def list_prompt_items(self, prompt_ids: Sequence[int]) -> dict[int, int]:
        with self.data.lock:
            return {one: self.data.id_of(("prompt", one)) for one in prompt_ids}

    def list_responses(
        self, prompt_ids: Sequence[int], condition_labels: Sequence[str] | None
    ) -> list[StoredResponse]:
        truth = {prompt.id: prompt.category for prompt in self.data.prompts}
        found = []
        for row in self.data.responses.values():
            condition = self.data.conditions[row.condition_id]
            wanted = condition_labels is None or condition.label in condition_labels
            if row.reason is None and row.prompt_id in prompt_ids and wanted:
                category = truth[row.prompt_id] or row.category_used
                found.append(
                    StoredResponse(
                        self.data.id_of(
                            ("slot", row.prompt_id, row.condition_id, row.sample_index)
                        ),
                        row.prompt_id,
                        row.condition_id,
                        condition.strategy,
                        row.sample_index,
                        row.text,
                        category,
                        "truth" if truth[row.prompt_id] else "unconfirmed",
                        condition.model_id,
                    )
                )
        return sorted(found, key=lambda one: (one.prompt_id, one.condition_id, one.sample_index))

    def list_pair_items(
        self, pairs: Sequence[tuple[StoredResponse, StoredResponse]]
    ) -> dict[tuple[int, int], int]:
        with self.data.lock:
            return {(a.id, b.id): self.data.id_of(("pair", a.id, b.id)) for a, b in pairs}

    def list_response_items(self, responses: Sequence[StoredResponse]) -> dict[int, int]:
        with self.data.lock:
            return {one.id: self.data.id_of(("response", one.id)) for one in responses}

    def list_judged(
        self,
        rater_id: int,
        question: str,
        template: str,
        item_ids: Sequence[int],
        repeat: int = 0,
    ) -> dict[tuple[int, str], tuple[bool, int]]:
        asked = (rater_id, question, template, repeat)
        newest = self._newest(asked, item_ids)
        return {key: (value is not None, revision) for key, (value, revision) in newest.items()}

    def list_values(
        self, rater_id: int, question: str, template: str, item_ids: Sequence[int]
    ) -> dict[tuple[int, str], tuple[str | None, int]]:
        return self._newest((rater_id, question, template, 0), item_ids)

    def _newest(
        self, asked: tuple[int, str, str, int], item_ids: Sequence[int]
    ) -> dict[tuple[int, str], tuple[str | None, int]]:
        with self.data.lock:
            rows = [
                row
                for row in self.data.ratings
                if (row.rater_id, row.question, row.template, row.repeat) == asked
                and row.item_id in item_ids
            ]
        rows.sort(key=lambda row: row.revision)
        return {(row.item_id, row.order): (row.value, row.revision) for row in rows}

    def find_checklists(
        self, rater_id: int, template: str, prompt_ids: Sequence[int]
    ) -> Mapping[int, tuple[str, ...]]:
        with self.data.lock:
            return {
                prompt_id: row.factors
                for (prompt_id, rater, words), row in self.data.checklists.items()
                if (rater, words) == (rater_id, template) and prompt_id in prompt_ids
            }

    def claim(self, unit_keys: Sequence[str]) -> set[str]:
        with self.data.lock:
            free = {
                key
                for key in unit_keys
                if key not in self.data.leases or self.data.leases[key] in self.data.dead
            }
            self.data.leases.update(dict.fromkeys(free, self.executor))
            return free

    def release(self, unit_keys: Sequence[str]) -> None:
        with self.data.lock:
            for key in unit_keys:
                if self.data.leases.get(key) == self.executor:
                    del self.data.leases[key]

    def save(self, records: Sequence[Record]) -> None:
        if self.broken is not None:
            raise self.broken
        with self.data.lock:
            self.data.saves.append(list(records))
            for record in records:
                if isinstance(record, NewResponse):
                    slot = (record.prompt_id, record.condition_id)
                    key = (*slot, record.sample_index, record.replicate)
                    there = self.data.responses.get(key)
                    if there is None or there.reason is not None:
                        self.data.responses[key] = record
                elif isinstance(record, NewRating):
                    self.data.ratings.append(record)
                elif isinstance(record, NewParaphrases):
                    self.data.paraphrases[record.prompt_id, record.condition_id] = record
                elif isinstance(record, NewJudgedSet):
                    self.data.judged_sets[record.prompt_id, record.condition_id] = record
                else:
                    named = (record.prompt_id, record.rater_id, record.template)
                    known = self.data.checklists.get(named)
                    if known is None or known.reason:
                        self.data.checklists[named] = record
