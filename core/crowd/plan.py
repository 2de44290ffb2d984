"""What a researcher settles before strangers rate: one document, kept with the study.

Everything a study asks of people, and promises them, stands in a `CrowdPlan`. It is frozen when
the study opens; what changes afterwards is a new plan and is recorded as an event.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import UserError
from core.types import UNDEFINED_QUESTIONS, Question

SETTINGS_KEY = "crowd"
# Of answers of people who were promised nothing else.
RETENTION_MONTHS = 120
Selection = Literal["random", "balanced", "disagreement"]
Order = Literal["random", "by_question"]
Platform = Literal["link", "prolific", "generic"]
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]


class Frozen(BaseModel):
    """Base of every part: immutable, and a misspelt name is an error, not a lost setting."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class QuestionPlan(Frozen):
    """One question of an arm.

    Attributes:
        n_items: items drawn for it from the frame.
        confidence: ask how sure people are.
        cannot_tell: offer "can't tell".
        ticks: the checklist of `quality`, one line each; empty for none.
    """

    question: Question
    n_items: int = Field(default=48, ge=1, le=100_000)
    confidence: bool = False
    cannot_tell: bool = True
    ticks: tuple[Short, ...] = ()


class Arm(Frozen):
    """The questions one person gets; different arms are answered by different people.

    Attributes:
        weight: share of people relative to the other arms.
    """

    name: Short = "main"
    questions: tuple[QuestionPlan, ...] = Field(
        default_factory=lambda: (QuestionPlan(question=Question.EQUIVALENCE),), min_length=1
    )
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _each_question_once(self) -> Arm:
        asked = [one.question for one in self.questions]
        if len(set(asked)) < len(asked):
            raise ValueError(f"arm {self.name!r} asks a question twice; expected each once")
        return self

    @property
    def has_carry_over(self) -> bool:
        """Whether undefined and defined questions meet in one person (measurement.md 20)."""
        asked = {one.question for one in self.questions}
        return bool(asked & UNDEFINED_QUESTIONS) and bool(asked - UNDEFINED_QUESTIONS)


class ItemPlan(Frozen):
    """Which items come before people, and how they are drawn.

    Attributes:
        conditions, categories: what the frame holds; None means all.
        selection: `random`; `balanced`: half of the pairs judged equivalent by `judge`;
            `disagreement`: pairs judges disagree on first, over a random floor.
        judge: rater whose verdicts `balanced` uses; "" takes the majority of judges.
        random_floor: share drawn at random whatever the judges say; at least 0.2 with
            `disagreement` (measurement.md 6).
    """

    conditions: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    selection: Selection = "random"
    judge: Short = ""
    random_floor: Share = 0.2
    seed: int = Field(default=0, ge=0, le=2**53 - 1)

    @model_validator(mode="after")
    def _keeps_its_floor(self) -> ItemPlan:
        if self.selection == "disagreement" and self.random_floor < 0.2:
            raise ValueError(
                f"random_floor is {self.random_floor}; with selection by disagreement expected at "
                "least 0.2, or no estimate about the study is possible"
            )
        return self


class WorkPlan(Frozen):
    """How much everybody does.

    Attributes:
        ratings_per_item: k, the answers wanted per item and question.
        items_per_person: most items one person gets; 0 for all of the arm's items.
        max_people: no more people than this are let in; 0 for as many as the items need.
        repeats_per_person: items asked a second time, for consistency; never counted as ratings.
        attention_checks: gold items mixed in per person, from those marked for it.
        break_every: a pause is offered after so many items; 0 for never.
        lease_minutes: silence after which an unanswered item goes back.
        partial_work_counts: whether answers of people who drop out stay in the results.
    """

    ratings_per_item: int = Field(default=3, ge=1, le=100)
    items_per_person: int = Field(default=30, ge=0, le=5_000)
    max_people: int = Field(default=0, ge=0, le=100_000)
    order: Order = "random"
    repeats_per_person: int = Field(default=0, ge=0, le=50)
    attention_checks: int = Field(default=0, ge=0, le=20)
    max_failed_checks: int = Field(default=1, ge=0, le=20)
    break_every: int = Field(default=0, ge=0, le=1_000)
    lease_minutes: int = Field(default=60, ge=1, le=60 * 24 * 30)
    partial_work_counts: bool = True


class Practice(Frozen):
    """Items with known answers before the real ones.

    Attributes:
        n_items: 0 for no practice.
        pass_share: right answers needed.
        attempts: tries before `on_fail` happens.
    """

    n_items: int = Field(default=0, ge=0, le=20)
    pass_share: Share = 0.75
    attempts: int = Field(default=2, ge=1, le=5)
    on_fail: Literal["screen_out", "go_on"] = "screen_out"


class Consent(Frozen):
    """text: "" for no consent screen. version: what is stored with who agreed and when."""

    text: Text = ""
    version: Short = "1"


class ClosingQuestion(Frozen):
    """A question at the end. options: of a choice, or the two ends of a 1-to-5 scale."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    kind: Literal["text", "scale", "choice"]
    text: Annotated[str, Field(min_length=1, max_length=500)]
    options: tuple[Short, ...] = ()
    required: bool = False

    @model_validator(mode="after")
    def _has_its_options(self) -> ClosingQuestion:
        needed = {"text": 0, "scale": 2, "choice": 2}[self.kind]
        if len(self.options) < needed or (self.kind == "scale" and len(self.options) != 2):
            raise ValueError(
                f"closing question {self.key!r} has {len(self.options)} options; a {self.kind} "
                f"needs {'exactly' if self.kind == 'scale' else 'at least'} {needed}"
            )
        return self


class Outcome(Frozen):
    """What a person takes home at one of the ends. redirect: address with the code, or ""."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    redirect: Annotated[str, Field(pattern=r"^(https?://[^\s<>\"']{1,900})?$")] = ""


class Recruiting(Frozen):
    """Where people come from, and the way back.

    Attributes:
        platform: `link` for personal links only.
        id_parameter: the platform's own id of a person, in the address.
        captured: further parameters of the address that are kept with the person.
        complete, screened_out, failed_attention, full: the ends; `full` is for latecomers.
    """

    platform: Platform = "link"
    id_parameter: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,40}$")] = "PROLIFIC_PID"
    captured: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,40}$")], ...] = (
        "STUDY_ID",
        "SESSION_ID",
    )
    complete: Outcome = Outcome()
    screened_out: Outcome = Outcome()
    failed_attention: Outcome = Outcome()
    full: Outcome = Outcome()


class Pay(Frozen):
    """hourly: 0 for unpaid. screened_out_minutes: paid to those who are screened out."""

    hourly: float = Field(default=0.0, ge=0, le=1_000)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "GBP"
    fee_share: float = Field(default=0.0, ge=0, le=2)
    screened_out_minutes: float = Field(default=3.0, ge=0, le=120)


class ExclusionRules(Frozen):
    """Set before anything is seen, and never on disagreement with other people.

    Attributes:
        min_check_share: share of attention checks to be right; 0 for no rule.
        max_fast_share: share of answers faster than reading allows; 1 for no rule.
        min_repeat_share: share of repeats answered alike; 0 for no rule.
        max_same_share: share of answers that are one and the same; 1 for no rule.
    """

    min_check_share: Share = 0.0
    max_fast_share: Share = 1.0
    min_repeat_share: Share = 0.0
    max_same_share: Share = 1.0


class CrowdPlan(Frozen):
    """All of it.

    Attributes:
        language: of the annotator's screens.
        retention_months: how long whoever holds an exported bundle may keep it.
    """

    arms: tuple[Arm, ...] = Field(default_factory=lambda: (Arm(),), min_length=1)
    items: ItemPlan = ItemPlan()
    work: WorkPlan = WorkPlan()
    consent: Consent = Consent()
    show_instructions: bool = True
    practice: Practice = Practice()
    closing: tuple[ClosingQuestion, ...] = ()
    debrief: Text = ""
    allow_comments: bool = False
    recruiting: Recruiting = Recruiting()
    pay: Pay = Pay()
    exclusion: ExclusionRules = ExclusionRules()
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")] = "en"
    retention_months: int = Field(default=RETENTION_MONTHS, ge=1, le=600)

    @model_validator(mode="after")
    def _names_are_unique(self) -> CrowdPlan:
        names = [arm.name for arm in self.arms]
        keys = [one.key for one in self.closing]
        if len(set(names)) < len(names) or len(set(keys)) < len(keys):
            raise ValueError("two arms or two closing questions share a name; expected unique ones")
        if len(set(self.questions)) < len(self.questions):
            raise ValueError("two arms ask the same question; expected each in one arm")
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that is asked, arm by arm."""
        return tuple(one.question for arm in self.arms for one in arm.questions)

    def question(self, question: Question) -> QuestionPlan | None:
        """How a question is asked, in whichever arm; None when the study does not ask it."""
        asked = (one for arm in self.arms for one in arm.questions)
        return next((one for one in asked if one.question == question), None)

    def arm(self, name: str) -> Arm:
        """The arm of that name; the first where a changed plan no longer has it."""
        return next((arm for arm in self.arms if arm.name == name), self.arms[0])

    def to_settings(self) -> dict[str, Any]:
        """As kept in `study.settings["crowd"]`."""
        return self.model_dump(mode="json")

    def to_public(self) -> dict[str, Any]:
        """As it may be published: without the codes that say somebody is to be paid."""
        ends = {"complete", "screened_out", "failed_attention", "full"}
        return self.model_dump(mode="json", exclude={"recruiting": ends})


def read_plan(settings: dict[str, Any]) -> CrowdPlan | None:
    """The plan in a study's settings; None when there is none yet.

    Raises:
        UserError: the settings hold something that is no plan.
    """
    found = settings.get(SETTINGS_KEY)
    return None if found is None else parse_plan(found)


def parse_plan(value: Any) -> CrowdPlan:
    """Checks a plan from outside, as the set-up page or a file gives it.

    Raises:
        UserError: names every field that is wrong, with its value.
    """
    try:
        return CrowdPlan.model_validate(value)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'plan'}: {one['msg']} (got {one['input']!r:.80})"
            for one in error.errors(include_url=False)[:5]
        ]
        raise UserError(
            f"This study set-up cannot be used: {'; '.join(problems)}. Mend it on the People page."
        ) from None
