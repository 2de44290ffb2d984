"""What a strategy is, whoever wrote it: how n responses to one prompt are asked for and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from core.strategies.responses import ReadResponse
from core.taxonomy import Category, Taxonomy
from core.templates import Template, TemplateSource
from core.types import Completion, Message

StrategyKind = Literal["independent", "set", "chain"]


class Strategy(Protocol):
    """How n responses to one prompt are asked for and read.

    Attributes:
        id: as stored and as typed on the command line.
        label: for people.
        kind: independent: n calls that know nothing of each other; set: one call gives n
            responses; chain: n calls, each in sight of all earlier answers.
        form: the name of the way of asking, under which strategies.toml knows it.
        anchored: whether the category's instruction is used.
        mismatched: whether that instruction is one of a category the prompt is not of.
        paraphrases: whether each call asks a paraphrase of the prompt, so that those are needed
            first.
        own: whether it comes from the researcher's strategies.toml.
        template_name: the template of the strategy's own words; None if it says nothing.
        general_name: the one in its place for a prompt that fits no category; None: none.
        extra_tokens: what a call writes beside its responses, assumed; 0 for most.
    """

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> StrategyKind: ...
    @property
    def form(self) -> str: ...
    @property
    def anchored(self) -> bool: ...
    @property
    def mismatched(self) -> bool: ...
    @property
    def paraphrases(self) -> bool: ...
    @property
    def own(self) -> bool: ...
    @property
    def template_name(self) -> str | None: ...
    @property
    def general_name(self) -> str | None: ...
    @property
    def extra_tokens(self) -> int: ...

    def messages(
        self,
        prompt: str,
        *,
        n: int,
        category: Category | None,
        earlier: Sequence[str],
        templates: TemplateSource,
    ) -> tuple[Message, ...]:
        """Messages of one call.

        Args:
            prompt: the prompt, or the paraphrase this call asks.
            n: responses per prompt; only a set mentions it.
            category: what an anchored strategy goes by; ignored by the others.
            earlier: texts of the earlier answers, for a chain.

        Raises:
            UserError: an anchored strategy without a category.
        """
        ...

    def preparation(self, prompt: str, *, n: int, templates: TemplateSource) -> tuple[Message, ...]:
        """Messages of the call that makes n paraphrases; none where none are needed."""
        ...

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        """Slots read from the reply: one (index 0), or those of a set of n."""
        ...

    def template(self, category: Category | None, templates: TemplateSource) -> Template | None:
        """The template a call for this category uses; None if the prompt alone is sent."""
        ...

    def texts_hash(self, taxonomy: Taxonomy, templates: TemplateSource) -> str:
        """16 hex digits over every text of ours the strategy may send; "" if there is none."""
        ...


def calls_per_prompt(strategy: Strategy, n: int, *, n_paraphrases: int = 0) -> int:
    """Calls for one prompt of which nothing is stored; classification aside.

    Args:
        n_paraphrases: paraphrases that came with the prompt.
    """
    prepares = strategy.paraphrases and n_paraphrases < n
    return (1 if strategy.kind == "set" else n) + prepares
