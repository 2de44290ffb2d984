"""The five ways of asking for several responses, by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol

from core.errors import UserError
from core.strategies.responses import ReadResponse, read_set, read_single
from core.taxonomy import Category, Taxonomy
from core.templates import Template, TemplateSource, text_hash
from core.types import Completion, Message

StrategyKind = Literal["independent", "set", "chain"]


class Strategy(Protocol):
    """How n responses to one prompt are asked for and read.

    Attributes:
        id: as stored and as typed on the command line.
        label: for people.
        kind: independent: n calls that know nothing of each other; set: one call gives n
            responses; chain: n calls, each in sight of all earlier answers.
        anchored: whether the category's instruction is used.
        template_name: the template of the strategy's own words; None if it says nothing.
    """

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> StrategyKind: ...
    @property
    def anchored(self) -> bool: ...
    @property
    def template_name(self) -> str | None: ...

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
            n: responses per prompt; only a set mentions it.
            category: what an anchored strategy goes by; ignored by the others.
            earlier: texts of the earlier answers, for a chain.

        Raises:
            UserError: an anchored strategy without a category.
        """
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


@dataclass(frozen=True, slots=True)
class IndependentCalls:
    """n calls with the prompt alone: the temperature baseline."""

    id: str
    label: str
    kind: Literal["independent"] = "independent"
    anchored: bool = False
    template_name: str | None = None

    def messages(
        self,
        prompt: str,
        *,
        n: int,
        category: Category | None,
        earlier: Sequence[str],
        templates: TemplateSource,
    ) -> tuple[Message, ...]:
        return (Message("user", prompt),)

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_single(completion)

    def template(self, category: Category | None, templates: TemplateSource) -> Template | None:
        return None

    def texts_hash(self, taxonomy: Taxonomy, templates: TemplateSource) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class _Templated:
    """What strategies with words of their own share.

    instruction_field: the category's text that an anchored template holds.
    general_name: the template that stands in for the anchored one where the category is of kind
        none, since such a category says nothing of its own.
    """

    instruction_field: ClassVar[str]

    id: str
    label: str
    anchored: bool
    template_name: str
    general_name: str

    def template(self, category: Category | None, templates: TemplateSource) -> Template:
        if not self.anchored:
            return self._get(self.general_name, templates)
        if category is None:
            raise UserError(
                f"Strategy {self.id} needs the category of the prompt, and there is none. "
                "Classify the prompts first, or set their true category."
            )
        name = self.general_name if category.kind == "none" else self.template_name
        return self._get(name, templates)

    def texts_hash(self, taxonomy: Taxonomy, templates: TemplateSource) -> str:
        general = self._get(self.general_name, templates)
        if not self.anchored:
            return general.content_hash
        anchored = self._get(self.template_name, templates)
        instructions = taxonomy.field_hash(self.instruction_field)
        return text_hash(general.content_hash, anchored.content_hash, instructions)

    def _get(self, name: str, templates: TemplateSource) -> Template:
        expected, optional = _PLACEHOLDERS[name]
        return templates.get(name, expected, optional)


@dataclass(frozen=True, slots=True)
class SystemPrompt(_Templated):
    """One call whose system prompt asks for n responses under header lines."""

    instruction_field: ClassVar[str] = "system_instruction"

    kind: Literal["set"] = "set"

    def messages(
        self,
        prompt: str,
        *,
        n: int,
        category: Category | None,
        earlier: Sequence[str],
        templates: TemplateSource,
    ) -> tuple[Message, ...]:
        instruction = category.system_instruction if category else ""
        values: dict[str, str | int] = {"n": n, "instruction": instruction}
        system = self.template(category, templates).fill_from(values)
        return (Message("system", system), Message("user", prompt))

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_set(completion, n)


@dataclass(frozen=True, slots=True)
class Regeneration(_Templated):
    """The plain prompt first, then further turns that ask for another answer."""

    instruction_field: ClassVar[str] = "regenerate_instruction"

    kind: Literal["chain"] = "chain"

    def messages(
        self,
        prompt: str,
        *,
        n: int,
        category: Category | None,
        earlier: Sequence[str],
        templates: TemplateSource,
    ) -> tuple[Message, ...]:
        messages = [Message("user", prompt)]
        if earlier:
            instruction = category.regenerate_instruction if category else ""
            values: dict[str, str | int] = {"instruction": instruction, "prompt": prompt}
            again = self.template(category, templates).fill_from(values)
            for answer in earlier:
                messages += [Message("assistant", answer), Message("user", again)]
        return tuple(messages)

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_single(completion)


# Template name -> (placeholders it must have, placeholders it may have).
_PLACEHOLDERS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "system-general": (frozenset({"n"}), frozenset()),
    "system-anchored": (frozenset({"n", "instruction"}), frozenset()),
    "regenerate-general": (frozenset(), frozenset({"prompt"})),
    "regenerate-anchored": (frozenset({"instruction"}), frozenset({"prompt"})),
}

_ALL: tuple[Strategy, ...] = (
    IndependentCalls("temperature", "Temperature"),
    SystemPrompt(
        "system-general", "System prompt, general", False, "system-general", "system-general"
    ),
    SystemPrompt(
        "system-anchored", "System prompt, task-anchored", True, "system-anchored", "system-general"
    ),
    Regeneration(
        "regenerate-general",
        "Regeneration, general",
        False,
        "regenerate-general",
        "regenerate-general",
    ),
    Regeneration(
        "regenerate-anchored",
        "Regeneration, task-anchored",
        True,
        "regenerate-anchored",
        "regenerate-general",
    ),
)
STRATEGIES: Mapping[str, Strategy] = MappingProxyType({one.id: one for one in _ALL})


def find_strategy(strategy_id: str) -> Strategy | None:
    """The strategy, or None: imported responses may name one of their own."""
    return STRATEGIES.get(strategy_id)


def get_strategy(strategy_id: str) -> Strategy:
    """The strategy of that id.

    Raises:
        UserError: there is none.
    """
    if (strategy := find_strategy(strategy_id)) is None:
        raise UserError(
            f"There is no strategy {strategy_id!r}; expected one of {', '.join(STRATEGIES)}."
        )
    return strategy


def strategy_kind(strategy_id: str) -> StrategyKind:
    """How the responses were asked for; those made elsewhere count as independent."""
    strategy = find_strategy(strategy_id)
    return strategy.kind if strategy else "independent"
