"""The taxonomy's worked examples as practice: which are asked, and which are shown beforehand."""

from __future__ import annotations

from core.taxonomy import Example, Taxonomy
from core.templates import text_hash


def example_key(category: str, example: Example) -> str:
    """Key of the item an example becomes in a study."""
    texts = (example.prompt, example.response_a, example.response_b)
    return f"example:{text_hash(category, *texts)}"


def practice_examples(taxonomy: Taxonomy) -> list[tuple[str, Example]]:
    """(category, example) of every second example; the others are left for the instructions.

    Where the count begins alternates from category to category, or all that is practised would
    have the same answer: the bundled examples give an equivalent pair first, a different one then.
    """
    return [
        (category.key, example)
        for number, category in enumerate(taxonomy.values(), start=1)
        for example in category.examples[number % 2 :: 2]
    ]
