"""What each figure of an agreement report means, in words for someone who is no statistician."""

from __future__ import annotations

EXPLANATIONS: dict[str, str] = {
    "minus_human": (
        "How often the judge gives a person's answer, minus how often another person does, on the "
        "same items. 0: the judge agrees with a person as often as a person does. This is the "
        "figure to read first, because both sides are counted in the same way. Undefined where no "
        "item has two people's answers."
    ),
    "percent": (
        "A proportion from 0 to 1. Among people: how often two of them give the same answer to an "
        "item. For a judge: how often it gives the answer of people's majority; a tie counts one "
        "half. These two are not comparable: a majority makes fewer mistakes than any one person. "
        "Both are high by chance alone where one answer is common."
    ),
    "cohen_kappa": (
        "Agreement of two raters beyond what their own habits would give by chance: 1 perfect, "
        "0 chance. It can be low in spite of much agreement when one answer is rare, and is "
        "undefined when both always give the same answer."
    ),
    "krippendorff_alpha": (
        "Agreement of any number of raters, of whom each may skip items: 1 perfect, 0 chance, "
        "below 0 worse than chance. At ordinal level an answer far off counts more than one next "
        "to it. Like kappa it drops when one answer is rare."
    ),
    "gwet_ac": (
        "Agreement beyond chance with a notion of chance that hardly depends on how common an "
        "answer is (AC1 at nominal level, AC2 above). It stays high where one answer is rare, for "
        "a judge without skill too: compare it with the rows without skill."
    ),
    "fleiss_kappa": (
        "Kappa for several raters, all taken to share one set of habits. Read like Cohen's kappa; "
        "here items may have unequal numbers of raters."
    ),
    "sensitivity": (
        "Of the pairs people's majority calls the same, the share the judge calls the same. Always "
        "answering 'same' has 1."
    ),
    "specificity": (
        "Of the pairs people's majority calls different, the share the judge calls different. "
        "Always answering 'same' has 0."
    ),
}

EXPLORATORY = (
    "Exploratory: a claim about one category needs at least 50 items from 30 prompts. Below that "
    "the figures show where to look, not what is so."
)

# A claim about a single category needs this much (items, and prompts they come from).
CATEGORY_CLAIM_ITEMS = 50
CATEGORY_CLAIM_PROMPTS = 30


def is_exploratory(n_items: int, n_prompts: int) -> bool:
    """Whether a category has too little data for a claim of its own."""
    return n_items < CATEGORY_CLAIM_ITEMS or n_prompts < CATEGORY_CLAIM_PROMPTS
