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
    "icc": (
        "The share of the variance of scores that lies between items: 1 when raters give each item "
        "the same score, 0 when scores say nothing of the item. Forms: raters drawn anew for each "
        "item (1), a fixed set that stands for others (2), just these, whose strictness does not "
        "count (3); of one score (1) or of the mean of all (k)."
    ),
    "spearman": (
        "Whether two raters put items in the same order: 1 the same, 0 unrelated, -1 reversed. "
        "How strict each is plays no part."
    ),
    "kendall_tau_b": (
        "Of pairs of items that both raters tell apart, those in the same order minus those in "
        "reverse, with an allowance for ties: 1 the same order, -1 reversed."
    ),
    "mean_difference": (
        "The judge's score minus people's mean, averaged over items, in points of the scale: above "
        "0 the judge is more generous than people, below 0 stricter."
    ),
    "omega": (
        "The share of people for whom it is shown that the judge, in their place, would cost less "
        "than epsilon. From one half on the judge passes. Below, nothing is shown either way."
    ),
    "rho": (
        "How often the judge agrees with the other people at least as well as the person it stands "
        "in for, ties included. Ties win for both sides, so a coin has about .7 with two answers."
    ),
    "spammer_score": (
        "How much a person's answers depend on the item: 1 entirely, 0 not at all, as when always "
        "giving one answer or guessing. A reason to look, not to exclude."
    ),
    "corrected": (
        "The mean the study would have if people had answered everything, from the judge's scores "
        "of all items and people's answers to a sample. As sure as its interval, whatever the "
        "judge is worth; a poor judge only leaves the interval as wide as people alone make it."
    ),
}

# When not to trust a figure; read beside `EXPLANATIONS`, same names.
CAUTIONS: dict[str, str] = {
    "minus_human": (
        "Do not trust it where people hardly agree: any judge then agrees with them as often as "
        "they do. Nor where one answer is so common that a judge without skill comes out the same."
    ),
    "percent": (
        "Do not compare it between questions or categories with different shares of answers, and "
        "never a judge's with people's."
    ),
    "cohen_kappa": (
        "Do not trust it where nearly all answers are the same: a few disagreements then decide "
        "it. Weighted, it grows with the length of the scale."
    ),
    "krippendorff_alpha": (
        "Do not trust it where nearly all answers are the same. Customary bounds (.667, .8) are "
        "conventions for balanced data, not tests."
    ),
    "gwet_ac": (
        "Do not trust a high value where one answer is common: always giving that answer has one "
        "too. Do not compare it between questions with different numbers of options."
    ),
    "fleiss_kappa": (
        "Do not trust it where nearly all answers are the same, nor where different people have "
        "different habits: it takes everyone's for one."
    ),
    "sensitivity": (
        "Do not trust it where few pairs are the same by people's majority, nor where pairs were "
        "chosen by what judges said of them."
    ),
    "specificity": (
        "Do not trust it where few pairs are different by people's majority, nor where pairs were "
        "chosen by what judges said of them."
    ),
    "icc": (
        "Do not compare it between sets of items of unlike spread: with items alike it is low for "
        "the best of raters. Five steps are few for a mean and a variance."
    ),
    "spearman": (
        "Do not read it as agreement: a rater one point stricter throughout has 1. With five steps "
        "and many ties it moves in jumps."
    ),
    "kendall_tau_b": (
        "Do not read it as agreement, nor compare it with Spearman's: on the same data it is the "
        "smaller of the two."
    ),
    "mean_difference": (
        "Do not read it as agreement: too high on one half of items and too low on the other also "
        "gives 0, and so does people's own mean given to every item."
    ),
    "omega": (
        "Do not trust a pass where a judge without skill passes too, where people hardly beat a "
        "coin, or where epsilon was chosen after looking. Not passing with few items shows nothing."
    ),
    "rho": "Do not read it as the chance of beating a person: most of it may be ties.",
    "spammer_score": (
        "Do not trust it below 20 answers, nor where nearly all items have the same answer: an "
        "honest person then looks like one who always gives it."
    ),
    "corrected": (
        "Do not trust it where the sample was chosen by what judges said, or where people answered "
        "another question than the judge."
    ),
}

# Where AC1 exceeds kappa by this much, one answer is common enough to make them part.
PARADOX_GAP = 0.2
PARADOX_SHARE = 0.7


def prevalence_paradox(
    *, percent: float | None, kappa: float | None, ac1: float | None, common_share: float
) -> str:
    """A sentence where much agreement comes with a low kappa, on the reader's own figures.

    Kappa and alpha reckon with the chance that the answers' own shares give; when nearly all
    answers are the same, that chance is nearly 1 and little is left to earn. AC1 reckons with a
    chance that is then nearly 0.

    Args:
        percent: mean pairwise agreement.
        kappa: Fleiss' or Cohen's kappa, or alpha, of the same answers.
        ac1: Gwet's, of the same answers.
        common_share: of the commonest answer, 0 to 1.

    Returns:
        Empty where the coefficients do not part, or one is undefined.

    Source: Feinstein and Cicchetti (1990); Gwet (2008).
    """
    if percent is None or kappa is None or ac1 is None:
        return ""
    if ac1 - kappa < PARADOX_GAP or common_share < PARADOX_SHARE:
        return ""
    chance = common_share**2 + (1 - common_share) ** 2
    return (
        f"Kappa ({kappa:.2f}) and AC1 ({ac1:.2f}) part here because {common_share:.0%} of answers "
        f"are the same: two people who answer blindly in these shares agree on {chance:.0%} at "
        f"least, so that {percent:.0%} agreement earns little kappa. Neither figure is wrong. "
        "Read sensitivity, specificity and the rows without skill: they say whether the rare "
        "answer is recognised."
    )


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
