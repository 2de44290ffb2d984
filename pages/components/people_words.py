"""How a study with people is told: its steps, its questions, what a plan comes to, what to mind."""

from __future__ import annotations

from dataclasses import dataclass

from core.crowd import CrowdPlan
from core.crowd.presets import unfilled
from core.types import UNDEFINED_QUESTIONS, Question

STEPS = {
    "items": "Items",
    "questions": "Questions",
    "work": "Work",
    "checks": "Checks",
    "texts": "Texts",
    "recruiting": "Recruiting",
}
CLAIM_ITEMS, CLAIM_PROMPTS = 50, 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as researchers read it. unit: what one item of it is, in the plural."""

    short: str
    words: str
    unit: str


QUESTIONS = {
    Question.USEFULNESS: Asked(
        "Useful",
        "You have read Response 1. Would Response 2 still add something useful? No definition.",
        "pairs",
    ),
    Question.SAME: Asked("Same, no definition", "Are the two the same, as people see it?", "pairs"),
    Question.COUNT: Asked(
        "Count", "How many meaningfully different responses are in this set?", "sets"
    ),
    Question.EQUIVALENCE: Asked(
        "Same, by definition", "Are the two the same by the category's definition?", "pairs"
    ),
    Question.GROUPING: Asked(
        "Sort into groups", "Which responses of a set say the same, by the definition?", "sets"
    ),
    Question.QUALITY: Asked("Quality", "How good is the response, from 1 to 5?", "responses"),
    Question.CATEGORY: Asked("Category", "Which kind of task is this prompt?", "prompts"),
}
SELECTIONS = {
    "random": "At random, evenly over categories and conditions",
    "balanced": "Balanced: half of the pairs judged the same",
    "disagreement": "Where judges disagree first, over a share drawn at random",
}
ORDERS = {"random": "Mixed", "by_question": "One question after the other"}
PLATFORMS = {
    "link": "Personal links, one for each person",
    "prolific": "Prolific",
    "generic": "Another platform, with its id in the address",
}
ON_FAIL = {
    "screen_out": "They are thanked, and paid for the time",
    "go_on": "They go on all the same",
}
CLOSING_KINDS = {
    "text": "Free text",
    "scale": "A scale from 1 to 5",
    "choice": "One of several answers",
}
LANGUAGES = {"en": "English", "de": "German", "ar": "Arabic"}


_ANSWERS = {
    "equivalent": "same",
    "different": "different",
    "useful": "still useful",
    "not_useful": "adds nothing",
}
PHASES = {
    "consent": "Reading the consent",
    "instructions": "Instructions",
    "practice": "Practising",
    "rating": "Rating",
    "closing": "Last questions",
    "complete": "Finished",
    "screened_out": "Screened out",
    "failed_attention": "Failed attention",
    "full": "Came too late",
    "declined": "Declined",
    "withdrawn": "Withdrawn",
}


def question_text(question: str) -> str:
    """A question's short name; imported ratings may use any."""
    return QUESTIONS[Question(question)].short if question in set(Question) else question


def answer_text(question: str, value: str | None) -> str:
    """A stored answer as researchers read it: groups as letters, verdicts as words."""
    if value is None:
        return "can't tell"
    if question == Question.GROUPING:
        groups: dict[str, list[str]] = {}
        for place, label in enumerate(value.split(","), start=1):
            groups.setdefault(label, []).append(str(place))
        return " | ".join(" ".join(members) for members in groups.values())
    return _ANSWERS.get(value, value)


def beyond_text(n_items: int) -> str:
    """What it means that a person who is included again has answered what others took over."""
    return (
        f"{counted(n_items, 'item')} now {'has' if n_items == 1 else 'have'} more ratings than "
        "wanted: others had taken them over meanwhile. All of them count."
    )


def counted(n: int, one: str, many: str = "") -> str:
    """3 people, 1 person."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def joined(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def share_text(share: float) -> str:
    return f"{100 * share:.0f}%"


def cautions(plan: CrowdPlan, n_categories: int) -> list[tuple[str, str]]:
    """(step, what the researcher should know) about a plan that is allowed but has a price.

    Args:
        n_categories: categories the items are drawn from.
    """
    return [
        *_item_cautions(plan, n_categories),
        *_question_cautions(plan),
        *_work_cautions(plan),
        *_rule_cautions(plan),
        *[
            ("texts", f"The {name} still has {joined([f'[{one}]' for one in gaps])} to fill in.")
            for name, text in (("consent", plan.consent.text), ("debrief", plan.debrief))
            if (gaps := unfilled(text))
        ],
    ]


def _item_cautions(plan: CrowdPlan, n_categories: int) -> list[tuple[str, str]]:
    said = []
    if plan.items.selection != "random":
        said.append(
            (
                "items",
                "Chosen by judge verdicts, these items do not stand for the study as they are: "
                "figures about the study weight each by how likely it was to be drawn, and where "
                "that is not known they are refused.",
            )
        )
    sizes = [one.n_items for arm in plan.arms for one in arm.questions]
    fewest = min(sizes) / max(1, n_categories)
    if fewest < CLAIM_ITEMS:
        said.append(
            (
                "items",
                f"About {fewest:.0f} items per category and question: exploratory. A claim about a "
                f"single category needs {CLAIM_ITEMS} items from {CLAIM_PROMPTS} prompts.",
            )
        )
    return said


def _question_cautions(plan: CrowdPlan) -> list[tuple[str, str]]:
    said = [
        (
            "questions",
            f"Arm {arm.name!r} answers questions with and without a definition. Those without "
            "come first, and the results are labelled “carry-over possible”.",
        )
        for arm in plan.arms
        if arm.has_carry_over
    ]
    undefined = {one.question for arm in plan.arms for one in arm.questions} & UNDEFINED_QUESTIONS
    if undefined and plan.practice.n_items:
        names = joined(sorted(QUESTIONS[one].short for one in undefined))
        said.append(
            (
                "checks",
                "Practice tells people what is right. Whoever answers a question without a "
                f"definition ({names}) must not be taught one before.",
            )
        )
    return said


def _work_cautions(plan: CrowdPlan) -> list[tuple[str, str]]:
    said = []
    k = plan.work.ratings_per_item
    if k < 3:
        said.append(
            (
                "work",
                f"{counted(k, 'rating')} per item: with fewer than three, people's agreement among "
                "themselves is hardly known.",
            )
        )
    elif k < 5:
        said.append(
            ("work", "Three or four ratings per item: five where ties or Dawid-Skene matter.")
        )
    if plan.recruiting.platform != "link" and not plan.work.attention_checks:
        said.append(("checks", "Strangers rate without an attention check."))
    return said


def _rule_cautions(plan: CrowdPlan) -> list[tuple[str, str]]:
    rules, work = plan.exclusion, plan.work
    said = []
    if rules.min_check_share > 0 and not work.attention_checks:
        said.append("A rule on attention checks is set, but there are none.")
    if rules.min_repeat_share > 0 and not work.repeats_per_person:
        said.append("A rule on repeats is set, but nothing is asked twice.")
    if rules.max_same_share < 1:
        said.append(
            "Where most pairs really are the same, as in category A, a rule on one and the same "
            "answer names people who answer rightly."
        )
    return [("checks", text) for text in said]


def summary(plan: CrowdPlan) -> list[tuple[str, str]]:
    """(step, the plan in words), for reading what is settled."""
    work, practice = plan.work, plan.practice
    drawn = SELECTIONS[plan.items.selection]
    of = [
        f"conditions: {', '.join(plan.items.conditions)}" if plan.items.conditions else "",
        f"categories: {', '.join(one or 'none' for one in plan.items.categories)}"
        if plan.items.categories
        else "",
    ]
    per_person = f"up to {work.items_per_person} items" if work.items_per_person else "all items"
    repeats = f", {counted(work.repeats_per_person, 'repeat')}" if work.repeats_per_person else ""
    at_most = f", {counted(work.max_people, 'person', 'people')} at most" if work.max_people else ""
    checks = [
        f"{counted(practice.n_items, 'practice item')}, {share_text(practice.pass_share)} to pass"
        if practice.n_items
        else "no practice",
        f"{counted(work.attention_checks, 'attention check')} per person"
        if work.attention_checks
        else "no attention checks",
        f"excluded by rule: {rules_text(plan)}",
    ]
    texts = [
        f"consent, version {plan.consent.version}" if plan.consent.text else "no consent screen",
        "instructions" if plan.show_instructions else "no instructions",
        counted(len(plan.closing), "question") + " at the end",
        "debrief" if plan.debrief else "no debrief",
        LANGUAGES.get(plan.language, plan.language),
    ]
    pay = f"{plan.pay.hourly:g} {plan.pay.currency} an hour" if plan.pay.hourly else "unpaid"
    return [
        ("items", "; ".join([drawn, *[one for one in of if one], f"seed {plan.items.seed}"])),
        ("questions", "; ".join(_arm_text(plan, number) for number in range(len(plan.arms)))),
        (
            "work",
            f"{counted(work.ratings_per_item, 'rating')} per item, {per_person} per person"
            f"{repeats}{at_most}",
        ),
        ("checks", "; ".join(checks)),
        ("texts", ", ".join(texts)),
        ("recruiting", f"{PLATFORMS[plan.recruiting.platform]}; {pay}"),
    ]


def rules_text(plan: CrowdPlan) -> str:
    """The exclusion rules in words; they never look at other people's answers."""
    rules = plan.exclusion
    said = []
    if rules.min_check_share > 0:
        said.append(f"fewer than {share_text(rules.min_check_share)} of attention checks right")
    if rules.max_fast_share < 1:
        said.append(f"more than {share_text(rules.max_fast_share)} of answers too fast to read")
    if rules.min_repeat_share > 0:
        said.append(f"fewer than {share_text(rules.min_repeat_share)} of repeats answered alike")
    if rules.max_same_share < 1:
        said.append(f"more than {share_text(rules.max_same_share)} one and the same answer")
    return ", or ".join(said) or "nobody"


def _arm_text(plan: CrowdPlan, number: int) -> str:
    arm = plan.arms[number]
    asked = joined(
        [f"{QUESTIONS[one.question].short} ({one.n_items} {QUESTIONS[one.question].unit})"
         for one in arm.questions]
    )  # fmt: skip
    return f"{arm.name}: {asked}" if len(plan.arms) > 1 else asked
