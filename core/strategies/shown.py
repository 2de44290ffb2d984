"""What a strategy adds to a prompt, in words a reader can check."""

from __future__ import annotations

from core.strategies.strategy import Strategy
from core.taxonomy import Category
from core.templates import TemplateSource
from core.types import Message

_ASKED = "(the prompt)"
_EARLIER = "(the first answer)"


def instruction_text(
    strategy: Strategy, category: Category | None, templates: TemplateSource, *, n: int
) -> str:
    """What a strategy says beside the prompt for a category; "" if it adds nothing.

    Raises:
        UserError: an anchored strategy without a category.
        TemplateError: a template cannot be used.
    """
    earlier = [_EARLIER] if strategy.kind == "chain" else []
    messages = strategy.messages(
        _ASKED, n=n, category=category, earlier=earlier, templates=templates
    )
    where = {"system": "System prompt", "user": "Said after each answer" if earlier else "Request"}
    said = [f"{where.get(one.role, '')}:\n{one.content}" for one in messages if _is_own(one)]
    before = strategy.preparation(_ASKED, n=n, templates=templates)
    said += [
        f"Asked first, where the prompt brings no paraphrases:\n{one.content}" for one in before
    ]
    return "\n\n".join(said)


def _is_own(message: Message) -> bool:
    return message.content not in {_ASKED, _EARLIER}
