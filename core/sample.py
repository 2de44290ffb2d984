"""The bundled sample study: its texts, and recordings in which two judges rate them.

Nobody measured anything here. The texts were written for illustration; every judgement follows
the groups and scores they were written to, with errors drawn from `SEED`. `make recordings`
writes the recordings anew, and a test keeps them equal to what this module would write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from core.settings import BUNDLED_PROMPTS, BUNDLED_RECORDINGS
from core.types import Question, Verdict

SEED = 20261123
MODEL = "replay:sample"
# The strategies that the loaded study shows; recordings exist for all five.
STRATEGIES = ("temperature", "system-general", "system-anchored")
STUDY_FILE = BUNDLED_PROMPTS / "sample" / "study.jsonl"

# Where a response stands: prompt id, strategy, sample index.
Slot = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class SimulatedRater:
    """How often a rater errs: verdicts turned round, scores off by one, replies unreadable."""

    verdict_error: float
    score_error: float
    unreadable: float = 0.0


JUDGES: Mapping[str, SimulatedRater] = {
    "replay:sample-judge-1": SimulatedRater(0.05, 0.25),
    "replay:sample-judge-2": SimulatedRater(0.12, 0.35, unreadable=0.01),
}
PERSON = SimulatedRater(0.10, 0.30)


@dataclass(frozen=True, slots=True)
class WrittenResponse:
    """group: responses of one list that say the same share it."""

    text: str
    group: str
    quality: int


@dataclass(frozen=True, slots=True)
class WrittenPrompt:
    """A prompt and the lists written for it, by strategy."""

    id: str
    text: str
    category: str
    classified_as: str
    reference: str
    language: str
    checklist: tuple[str, ...]
    responses: Mapping[str, tuple[WrittenResponse, ...]]


@dataclass(frozen=True, slots=True)
class SampleStudy:
    """All that was written."""

    prompts: tuple[WrittenPrompt, ...]

    def response(self, slot: Slot) -> WrittenResponse:
        prompt_id, strategy, index = slot
        prompt = next(prompt for prompt in self.prompts if prompt.id == prompt_id)
        return prompt.responses[strategy][index]

    def simulated_answer(
        self, question: str, first: Slot, second: Slot | None, rng: np.random.Generator
    ) -> str:
        """What a simulated person answers about one response or a pair."""
        if question == Question.QUALITY or second is None:
            return str(_simulated_score(self.response(first).quality, PERSON, rng))
        return _simulated_verdict(self.response(first), self.response(second), PERSON, rng)


def load_sample_study(path: Path = STUDY_FILE) -> SampleStudy:
    """Reads the texts; the file is part of the project, so a fault in it is a bug."""
    return _load(path)


@lru_cache(maxsize=1)
def _load(path: Path) -> SampleStudy:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return SampleStudy(tuple(_prompt(row) for row in rows))


def _prompt(row: Mapping[str, Any]) -> WrittenPrompt:
    return WrittenPrompt(
        id=row["id"],
        text=row["prompt"],
        category=row["category"],
        classified_as=row["classified_as"],
        reference=row["reference"],
        language=row["language"],
        checklist=tuple(row["checklist"]),
        responses={
            strategy: tuple(WrittenResponse(**response) for response in responses)
            for strategy, responses in row["responses"].items()
        },
    )


def recordings(study: SampleStudy) -> dict[str, list[dict[str, Any]]]:
    """File name without ending -> rows, in the format of the `replay` provider."""
    files = {MODEL.partition(":")[2]: list(_generations(study))}
    for number, (judge, skill) in enumerate(JUDGES.items()):
        # Each judge has a stream of its own, so that changing one leaves the other as it is.
        rng = np.random.default_rng([SEED, number])
        files[judge.partition(":")[2]] = list(_judgements(study, skill, rng))
    return files


def _generations(study: SampleStudy) -> Iterator[dict[str, Any]]:
    for prompt in study.prompts:
        yield {"kind": "classify", "prompt": prompt.text, "question": "category"} | {
            "reply": prompt.classified_as
        }
        for strategy, responses in prompt.responses.items():
            base = {"kind": "generate", "prompt": prompt.text, "strategy": strategy}
            if strategy.startswith("system-"):
                listed = "\n\n".join(
                    f"# Response {number}:\n{response.text}"
                    for number, response in enumerate(responses, start=1)
                )
                yield base | {"index": "set", "reply": listed}
            else:
                for index, response in enumerate(responses):
                    yield base | {"index": str(index), "reply": response.text}


def _judgements(
    study: SampleStudy, skill: SimulatedRater, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for prompt in study.prompts:
        base: dict[str, Any] = {"kind": "judge", "prompt": prompt.text}
        yield base | {"question": "category", "kind": "classify", "reply": prompt.category}
        listed = "\n".join(f"{i}. {factor}" for i, factor in enumerate(prompt.checklist, start=1))
        yield base | {"question": "quality", "index": "checklist", "reply": listed}
        for strategy, responses in prompt.responses.items():
            for index, response in enumerate(responses):
                score = _simulated_score(response.quality, skill, rng)
                yield base | {
                    "question": "quality",
                    "strategy": strategy,
                    "index": str(index),
                    "reply": f"{_answers(score, len(prompt.checklist))}\nScore: {score}",
                }
            for a, b in permutations(range(len(responses)), 2):
                verdict = _simulated_verdict(responses[a], responses[b], skill, rng)
                word = "YES" if verdict == Verdict.EQUIVALENT else "NO"
                if rng.random() < skill.unreadable:
                    word = "Both responses have their merits."
                yield base | {
                    "question": "equivalence",
                    "strategy": strategy,
                    "index": f"{a},{b}",
                    "reply": word,
                }


def _answers(score: int, n_factors: int) -> str:
    """Checklist answers that fit the score, so that the page has something true to show."""
    met = round((score - 1) / 4 * n_factors)
    return "\n".join(
        f"{number}. {'Yes' if number <= met else 'No'}. Simulated answer."
        for number in range(1, n_factors + 1)
    )


def _simulated_verdict(
    first: WrittenResponse,
    second: WrittenResponse,
    skill: SimulatedRater,
    rng: np.random.Generator,
) -> str:
    same = first.group == second.group
    # Identical texts are no matter of opinion: nobody errs on them.
    errs = first.text != second.text and rng.random() < skill.verdict_error
    return str(Verdict.EQUIVALENT if same != errs else Verdict.DIFFERENT)


def _simulated_score(written: int, skill: SimulatedRater, rng: np.random.Generator) -> int:
    if rng.random() >= skill.score_error:
        return written
    return int(np.clip(written + rng.choice([-1, 1]), 1, 5))


def as_lines(rows: list[dict[str, Any]]) -> str:
    """Rows of a recording as the text of its file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_recordings(folder: Path = BUNDLED_RECORDINGS) -> None:
    """Writes the recordings of the bundled study."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in recordings(load_sample_study()).items():
        (folder / f"{name}.jsonl").write_text(as_lines(rows), encoding="utf-8")


if __name__ == "__main__":
    write_recordings()
