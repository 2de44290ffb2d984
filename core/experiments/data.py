"""What an analysis reads of a study, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.results import PairVerdict, SetMeasures

# response ids -> their table of similarities, shape (n, n).
Similarities = Callable[[tuple[int, ...]], "object"]


@dataclass(frozen=True, slots=True)
class StudiedPrompt:
    """A prompt with what is known of it.

    Attributes:
        by_model: model -> its classification.
        is_example: whether its text is an example of the taxonomy, so that it is not held out.
        translation_of: external id of the prompt it translates; "" for an original.
    """

    id: int
    external_id: str
    source: str
    language: str
    truth: str | None
    by_model: Mapping[str, str]
    is_example: bool = False
    translation_of: str = ""


@dataclass(frozen=True, slots=True)
class StudyData:
    """One study as one rater sees it.

    Attributes:
        rater: whose verdicts and scores these are.
        measured: every prompt × condition, with vocabulary.
        by_judge: judge -> the same sets as that judge alone sees them.
        verdicts: judges' verdicts on pairs.
        temperatures: condition -> temperature asked for, or None.
        families: condition -> the condition without its hash, to find it again in another study.
        categories_used: (condition, prompt id) -> category whose instruction was given.
        served: condition -> model names the servers said they used.
        first_day: condition -> day of its first response, ISO.
    """

    slug: str
    prompts: tuple[StudiedPrompt, ...]
    measured: tuple[SetMeasures, ...]
    rater: str = ""
    by_judge: Mapping[str, tuple[SetMeasures, ...]] = field(default_factory=dict)
    verdicts: tuple[PairVerdict, ...] = ()
    temperatures: Mapping[str, float | None] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    categories_used: Mapping[tuple[str, int], str] = field(default_factory=dict)
    served: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_day: Mapping[str, str] = field(default_factory=dict)


def relabelled(one: SetMeasures, condition: str, prompt_id: str | int) -> SetMeasures:
    """The set under another condition's name and another prompt's id, for pairing."""
    return replace(one, set=replace(one.set, condition=condition, prompt_id=prompt_id))
