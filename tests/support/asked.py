"""A person before whom every question is put, with texts that are hard to draw."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.crowd import SETTINGS_KEY
from core.crowd.answers import FORMS
from core.crowd.plan import Arm, CrowdPlan, QuestionPlan
from core.taxonomy import load_taxonomy
from core.types import Question
from db.models import Assignment, Item, Rater, Study
from db.queries.studies import add_study

TICKS = ("Answers what was asked", "Reads well", "Nothing in it is wrong")
SHORT = (
    "The bottlenose dolphin.",
    "A harbour seal, which lives along northern coasts.",
    "**Dolphins** are mammals:\n\n1. they breathe air\n2. they nurse their young",
    "The walrus.",
    "Dolphin",
)
LONG = tuple(
    f"{opening}\n\n" + "Grandfather's boots still stand beside the door, and snow has filled the "
    "left one up to the laces. " * 12
    for opening in (
        "Winter came over the ridge in the night.",
        "To: Winter, Department of Arrivals. Dear Sir or Madam,",
        "# The lake forgets\n\n- ice\n- silence\n- the one crow",
        "Snow falls on the roofs and on the field.",
        "*Again* the kettle, the window, the white yard.",
    )
)
ARABIC = (
    "الدلفين قاروري الأنف حيوان ثديي يعيش في البحر.",
    "الفقمة، وتعيش على سواحل الشمال (Phoca vitulina).",
    "**الدلافين** ثدييات:\n\n- تتنفس الهواء\n- ترضع صغارها",
    "حيوان الفظ.",
    "دلفين",
)
CJK = (
    "宽吻海豚是生活在海里的哺乳动物，它用肺呼吸，并且哺乳幼崽。",
    "ゴマフアザラシ。北の海に暮らす哺乳類です。",
    "**돌고래**는 바다에 사는 포유류입니다.\n\n1. 공기를 마신다\n2. 새끼에게 젖을 먹인다",
    "海象。",
    "イルカ",
)
NEARLY_EMPTY = ("", "…", "No.", "   ", "?")
TEXTS = {"short": SHORT, "long": LONG, "arabic": ARABIC, "cjk": CJK, "empty": NEARLY_EMPTY}


def plan_of_everything(*, extras: bool) -> CrowdPlan:
    """A plan that asks every question; with extras, confidence, ticks and comments too."""
    asked = tuple(
        QuestionPlan(
            question=question,
            confidence=extras,
            ticks=TICKS if extras and question == Question.QUALITY else (),
        )
        for question in Question
    )
    return CrowdPlan(arms=(Arm(questions=asked),), allow_comments=extras)


def ask_everything(
    session: Session,
    *,
    slug: str = "asked",
    texts: Sequence[str] = SHORT,
    prompt: str = "Name a mammal that lives in the sea.",
    extras: bool = False,
) -> int:
    """A study of its own with one person, asked one item per question in the order of `Question`.

    Returns:
        The person's rater id.
    """
    study = add_study(session, slug, slug.capitalize(), load_taxonomy())
    study.status = "open"
    study.settings = {SETTINGS_KEY: plan_of_everything(extras=extras).to_settings()}
    rater = Rater(study_id=study.id, kind="human", identity=f"{slug}-1", name="Ada")
    session.add(rater)
    session.flush()
    for position, question in enumerate(Question):
        item = _item(study, question, prompt, texts)
        session.add(item)
        session.flush()
        session.add(
            Assignment(
                rater_id=rater.id,
                item_id=item.id,
                question=question.value,
                position=position,
                left="a" if FORMS[question].kind == "pair" else "",
                member_order=[1, 0, 2, 4, 3] if FORMS[question].kind == "set" else [],
            )
        )
    session.flush()
    return rater.id


def _item(study: Study, question: Question, prompt: str, texts: Sequence[str]) -> Item:
    kind = FORMS[question].kind
    content: dict[str, object] = {"prompt": prompt}
    if kind in ("pair", "response"):
        content["response_a"] = texts[0]
    if kind == "pair":
        content["response_b"] = texts[1]
    if kind == "set":
        content["responses"] = list(texts)
    return Item(
        study_id=study.id,
        kind=kind,
        key=f"{question}:1",
        cluster="p1",
        category="B",
        content=content,
    )
