"""Plans to start from: each is a whole study that only lacks what nobody else can know."""

from __future__ import annotations

from dataclasses import dataclass

from core.crowd.plan import (
    Arm,
    ClosingQuestion,
    Consent,
    CrowdPlan,
    ExclusionRules,
    ItemPlan,
    Pay,
    QuestionPlan,
    Recruiting,
    WorkPlan,
)
from core.types import Question

# What a researcher has to put in stands in square brackets; `unfilled` finds what is left.
CONSENT_TEXT = """\
You are invited to take part in a study by [institution]. You will read answers that computer \
programs wrote to requests and tell us what you think of them. We want your own view; a few items \
check that they are read.

It takes about [minutes] minutes, and you are paid [amount].

Taking part is voluntary. You may stop at any time, and you may withdraw by your link: your \
answers are then emptied.

We keep your answers, how long they took, and the id your recruiting platform gives us. The id is \
kept apart from the answers and is erased by [date]. Published data carry pseudonyms only.

Questions: [name and e-mail address]. Ethics approval: [number or "not required"]."""

DEBRIEF_TEXT = """\
The answers you read came from language models. We ask how often such models say the same thing \
again, and whether people notice a difference where a computer program does."""

_REMARKS = ClosingQuestion(
    key="remarks", kind="text", text="Was anything unclear, or did anything not work?"
)
_LANGUAGE = ClosingQuestion(
    key="reading",
    kind="scale",
    text="How easily do you read texts like these in this language?",
    options=("with effort", "without effort"),
    required=True,
)


@dataclass(frozen=True, slots=True)
class Preset:
    """A plan to start from.

    Attributes:
        key: stable name. name, about: what it is, for the one who chooses.
    """

    key: str
    name: str
    about: str
    plan: CrowdPlan


def _asks(question: Question, n_items: int, *, confidence: bool = False) -> QuestionPlan:
    cannot_tell = question != Question.QUALITY
    return QuestionPlan(
        question=question, n_items=n_items, confidence=confidence, cannot_tell=cannot_tell
    )


def _arm(name: str, *questions: QuestionPlan) -> Arm:
    return Arm(name=name, questions=questions)


_PILOT = CrowdPlan(
    arms=(_arm("defined", _asks(Question.EQUIVALENCE, 48)),),
    work=WorkPlan(ratings_per_item=3, items_per_person=24),
    closing=(_REMARKS,),
    allow_comments=True,
)

# Undefined questions before any definition: different people answer them (measurement.md 20), and
# nobody of them gets practice, which would teach what counts.
_THREE_ARMS = CrowdPlan(
    arms=(
        _arm("useful", _asks(Question.USEFULNESS, 120)),
        _arm("same", _asks(Question.SAME, 120)),
        _arm("defined", _asks(Question.EQUIVALENCE, 120)),
    ),
    items=ItemPlan(seed=1),
    work=WorkPlan(
        ratings_per_item=5,
        items_per_person=30,
        repeats_per_person=2,
        attention_checks=2,
        max_failed_checks=1,
        break_every=15,
        lease_minutes=60,
    ),
    consent=Consent(text=CONSENT_TEXT),
    closing=(_LANGUAGE, _REMARKS),
    debrief=DEBRIEF_TEXT,
    recruiting=Recruiting(platform="prolific"),
    pay=Pay(hourly=9.0, currency="GBP", fee_share=0.333, screened_out_minutes=3.0),
    exclusion=ExclusionRules(min_check_share=0.5, max_fast_share=0.3),
)

_LAB = CrowdPlan(
    arms=(_arm("defined", _asks(Question.EQUIVALENCE, 200, confidence=True)),),
    work=WorkPlan(
        ratings_per_item=3,
        items_per_person=0,
        max_people=3,
        repeats_per_person=10,
        break_every=40,
        lease_minutes=14 * 24 * 60,
    ),
    closing=(_REMARKS,),
    allow_comments=True,
)

_SETS = CrowdPlan(
    arms=(
        _arm("count", _asks(Question.COUNT, 60)),
        _arm("groups", _asks(Question.GROUPING, 60)),
    ),
    work=WorkPlan(ratings_per_item=3, items_per_person=20, break_every=10),
    closing=(_REMARKS,),
    allow_comments=True,
)

PRESETS: tuple[Preset, ...] = (
    Preset(
        "pilot",
        "Pilot, 48 pairs",
        "A first look with colleagues: 48 pairs, three ratings each, six people by personal "
        "link. It describes the study as a whole, not single categories.",
        _PILOT,
    ),
    Preset(
        "three-arms",
        "Prolific, three arms",
        "60 people from Prolific. One arm says whether a second response adds something, one "
        "whether two are the same, one judges by the category's definition: 120 pairs and five "
        "ratings each.",
        _THREE_ARMS,
    ),
    Preset(
        "lab",
        "Lab, three people",
        "Three people rate the same 200 pairs over several evenings, with repeats that show how "
        "steady each one is.",
        _LAB,
    ),
    Preset(
        "sets",
        "Sets: count and sort",
        "One arm says how many different responses a set holds, another sorts it into groups: "
        "what counts of distinct responses are validated by.",
        _SETS,
    ),
)


def find_preset(key: str) -> Preset | None:
    """The preset of that key."""
    return next((preset for preset in PRESETS if preset.key == key), None)


def unfilled(text: str) -> tuple[str, ...]:
    """What stands in [square brackets] of a text for participants and still has to be filled in.

    >>> unfilled("A study by [institution].")
    ('institution',)
    """
    parts = text.split("[")[1:]
    return tuple(part.split("]", 1)[0].strip() for part in parts if "]" in part)
