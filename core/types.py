"""The nouns that travel between rooms. Plain frozen values; nothing here does work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
RaterKind = Literal["human", "judge"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
RatingSource = Literal["direct", "grouping", "import"]


class Question(StrEnum):
    """What a rater is asked about an item. Imported ratings may use other names.

    EQUIVALENCE: a pair, by the category's definition. USEFULNESS: an ordered pair, no definition:
    would the second still add something? SAME: a pair, no definition. QUALITY: a response, 1 to 5.
    GROUPING: a set sorted into groups that say the same. COUNT: how many meaningfully different
    responses a set holds. CATEGORY: which task category a prompt is of.
    """

    EQUIVALENCE = "equivalence"
    USEFULNESS = "usefulness"
    SAME = "same"
    QUALITY = "quality"
    GROUPING = "grouping"
    COUNT = "count"
    CATEGORY = "category"


# Asked of judges only: does a response give the reference answer of its prompt?
ACCURACY = "accuracy"


# Pairs asked for each direction: "ab" and "ba" are two questions, never two answers to one.
DIRECTED_QUESTIONS = frozenset({Question.USEFULNESS})

# Asked without telling what "different" means; always before any question that does.
UNDEFINED_QUESTIONS = frozenset({Question.USEFULNESS, Question.SAME, Question.COUNT})


class Verdict(StrEnum):
    """The two answers to `equivalence`."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class SamplingParameters:
    """What a condition asks of a model. None means: not sent at all."""

    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    seed: int | None = None

    def as_dict(self) -> dict[str, float | int]:
        """Only what is set, under the names used throughout the project."""
        pairs = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_output_tokens": self.max_output_tokens,
            "seed": self.seed,
        }
        return {name: value for name, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class RecordingKey:
    """How a recorded reply is found without knowing the exact request.

    Attributes:
        kind: generate, classify or judge.
        prompt: text of the prompt, without surrounding white space.
        strategy: strategy id of the responses concerned; "" for classify and for checklists.
        index: sample index of a response ("0"), of a set ("set"), of a pair in the order shown
            ("0,3"), of a regeneration turn ("2"); "checklist" for a quality checklist;
            "" for classify.
        question: equivalence, usefulness, quality or category; "" for generate.
    """

    kind: Literal["generate", "classify", "judge"]
    prompt: str
    strategy: str = ""
    index: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One call to a model.

    Attributes:
        model: name after the colon of `provider:model`.
        key: for `replay` only; live providers ignore it and never send it.
        call_id: what the call is for, the same in every process; only batches go by it.
    """

    model: str
    messages: tuple[Message, ...]
    parameters: SamplingParameters
    key: RecordingKey
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back, and what was really asked.

    Attributes:
        text: the reply; may be empty.
        finish_reason: normalised: stop, length, refusal, other.
        raw_finish_reason: as the provider spelled it.
        parameters_sent: sampling parameters of the request that succeeded.
        parameters_dropped: name -> the provider's words when it refused that parameter.
        attempts: HTTP attempts this reply took, failed ones included.
        latency_ms: of the successful attempt.
        served_model: model name the server says it used; "" if it does not say.
    """

    text: str
    finish_reason: Literal["stop", "length", "refusal", "other"] = "stop"
    raw_finish_reason: str = ""
    usage: Usage = field(default_factory=Usage)
    parameters_sent: Mapping[str, Any] = field(default_factory=dict)
    parameters_dropped: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    latency_ms: int = 0
    served_model: str = ""
