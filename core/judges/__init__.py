"""Questions to judges (category, equivalence, usefulness, quality), and replies read."""

from core.judges.classification import Classification
from core.judges.equivalence import Equivalence
from core.judges.parsing import Parsed
from core.judges.quality import ChecklistWriter, QualityScorer
from core.judges.usefulness import Usefulness
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question

__all__ = [
    "ChecklistWriter",
    "Classification",
    "Equivalence",
    "Parsed",
    "QualityScorer",
    "Usefulness",
    "judge_template",
]


def judge_template(question: str, templates: TemplateSource) -> str:
    """`name@hash` of the words judges are asked a question with at present.

    Args:
        question: any name; "" is returned for one that judges here are not asked.
        templates: where the words come from, the taxonomy's included.

    Raises:
        UserError: the template or the taxonomy cannot be used.
    """
    match question:
        case Question.EQUIVALENCE:
            return Equivalence.open(load_taxonomy(templates.overrides), templates).template
        case Question.CATEGORY:
            return Classification.open(load_taxonomy(templates.overrides), templates).template
        case Question.QUALITY:
            return QualityScorer.open(templates).template
        case Question.USEFULNESS:
            return Usefulness.open(templates).template
    return ""
