"""The taxonomy's worked examples as practice: which are asked, and which are shown beforehand."""

from __future__ import annotations

from core.taxonomy import Example, Taxonomy
from core.templates import text_hash

_PREFIX = "example:"


def example_key(category: str, example: Example) -> str:
    """Names an example by its English texts: the same key in every language."""
    return f"{_PREFIX}{_texts_hash(category, example.reference or example)}"


def example_item_key(category: str, example: Example) -> str:
    """Key of the item an example becomes in a study: one for each language it is read in."""
    key = example_key(category, example)
    return key if example.reference is None else f"{key}:{_texts_hash(category, example)}"


def example_of_item(item_key: str) -> str | None:
    """The `example_key` of the example an item was made of; None for any other item."""
    if not item_key.startswith(_PREFIX):
        return None
    return _PREFIX + item_key.removeprefix(_PREFIX).partition(":")[0]


def _texts_hash(category: str, example: Example) -> str:
    return text_hash(category, example.prompt, example.response_a, example.response_b)


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
