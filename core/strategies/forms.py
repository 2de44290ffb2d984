"""The ways of asking. A strategy is one of these with a name and words of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from core.errors import UserError
from core.strategies.beside import read_reasoned, read_seeded, read_verbalized
from core.strategies.responses import ReadResponse, read_set, read_single
from core.strategies.strategy import StrategyKind
from core.taxonomy import Category, Taxonomy
from core.templates import Template, TemplateSource, text_hash
from core.types import Completion, Message


@dataclass(frozen=True, slots=True)
class Asking:
    """What all ways of asking share. As it stands: n calls that know nothing of each other.

    A template with `{{prompt}}` is sent in the prompt's place; one without it is the system
    prompt, and the prompt follows. A strategy without template sends the prompt alone.

    Class attributes:
        required, optional: placeholders of its templates; an anchored one has {{instruction}} too.
        instruction_field: the category's text that an anchored template holds.
        may_anchor: whether a strategy of this form can be anchored.

    Attributes:
        general_name: the template that stands in for the anchored one where the category is of
            kind none, since such a category says nothing of its own; None: the prompt alone.
    """

    kind: ClassVar[StrategyKind] = "independent"
    form: ClassVar[str] = "independent"
    required: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[frozenset[str]] = frozenset({"prompt"})
    instruction_field: ClassVar[str] = "system_instruction"
    may_anchor: ClassVar[bool] = True
    paraphrases: ClassVar[bool] = False
    extra_tokens: ClassVar[int] = 0

    id: str
    label: str
    template_name: str | None = None
    anchored: bool = False
    general_name: str | None = None
    mismatched: bool = False
    own: bool = False

    def messages(
        self,
        prompt: str,
        *,
        n: int,
        category: Category | None,
        earlier: Sequence[str],
        templates: TemplateSource,
    ) -> tuple[Message, ...]:
        template = self.template(category, templates)
        if template is None:
            return (Message("user", prompt),)
        said = self._fill(template, prompt, n, category)
        if "prompt" in template.placeholders:
            return (Message("user", said),)
        return (Message("system", said), Message("user", prompt))

    def preparation(self, prompt: str, *, n: int, templates: TemplateSource) -> tuple[Message, ...]:
        return ()

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_single(completion)

    def template(self, category: Category | None, templates: TemplateSource) -> Template | None:
        if not self.anchored:
            return self._get(self.template_name, templates, anchored=False)
        if category is None:
            raise UserError(
                f"Strategy {self.id} needs the category of the prompt, and there is none. "
                "Classify the prompts first, or set their true category."
            )
        if category.kind == "none":
            return self._get(self.general_name, templates, anchored=False)
        return self._get(self.template_name, templates, anchored=True)

    def texts_hash(self, taxonomy: Taxonomy, templates: TemplateSource) -> str:
        if not self.anchored:
            template = self._get(self.template_name, templates, anchored=False)
            return template.content_hash if template else ""
        general = self._get(self.general_name, templates, anchored=False)
        anchored = self._get(self.template_name, templates, anchored=True)
        instructions = taxonomy.field_hash(self.instruction_field)
        parts = [template.content_hash for template in (general, anchored) if template]
        return text_hash(*parts, instructions)

    def _fill(self, template: Template, prompt: str, n: int, category: Category | None) -> str:
        instruction = getattr(category, self.instruction_field) if category else ""
        return template.fill_from({"n": n, "prompt": prompt, "instruction": instruction})

    def _get(
        self, name: str | None, templates: TemplateSource, *, anchored: bool
    ) -> Template | None:
        if name is None:
            return None
        needed = self.required | {"instruction"} if anchored else self.required
        return templates.get(name, needed, self.optional)


@dataclass(frozen=True, slots=True)
class WholeSet(Asking):
    """One call that asks for n responses under header lines."""

    kind: ClassVar[StrategyKind] = "set"
    form: ClassVar[str] = "set"
    required: ClassVar[frozenset[str]] = frozenset({"n"})

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_set(completion, n)


@dataclass(frozen=True, slots=True)
class Chain(Asking):
    """The plain prompt first, then further turns that ask for another answer."""

    kind: ClassVar[StrategyKind] = "chain"
    form: ClassVar[str] = "chain"
    instruction_field: ClassVar[str] = "regenerate_instruction"

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
            template = self.template(category, templates)
            again = self._fill(template, prompt, n, category) if template else ""
            for answer in earlier:
                messages += [Message("assistant", answer), Message("user", again)]
        return tuple(messages)


@dataclass(frozen=True, slots=True)
class Verbalized(WholeSet):
    """One call for n responses, each with a probability the model gives itself.

    Source: Zhang et al., Verbalized Sampling (arXiv 2510.01171).
    """

    form: ClassVar[str] = "verbalized"

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_verbalized(completion, n)


@dataclass(frozen=True, slots=True)
class Seeded(Asking):
    """n calls; in each the model writes a random string and derives its choices from it.

    Source: Misaki and Akiba, String Seed of Thought (arXiv 2510.21150).
    """

    form: ClassVar[str] = "seeded"
    extra_tokens: ClassVar[int] = 200

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_seeded(completion)


@dataclass(frozen=True, slots=True)
class Reasoned(WholeSet):
    """One call for n responses, before which the model reasons how they may differ."""

    form: ClassVar[str] = "reasoned"
    extra_tokens: ClassVar[int] = 300

    def read(self, completion: Completion, *, n: int) -> list[ReadResponse]:
        return read_reasoned(completion, n)


@dataclass(frozen=True, slots=True)
class Paraphrased(Asking):
    """n calls, each with another paraphrase of the prompt and nothing else.

    The template is what asks a model for paraphrases, where the prompt brought none.

    Source: Zhang et al., NoveltyBench (arXiv 2504.05228).
    """

    form: ClassVar[str] = "paraphrase"
    required: ClassVar[frozenset[str]] = frozenset({"n", "prompt"})
    optional: ClassVar[frozenset[str]] = frozenset()
    may_anchor: ClassVar[bool] = False
    paraphrases: ClassVar[bool] = True

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

    def preparation(self, prompt: str, *, n: int, templates: TemplateSource) -> tuple[Message, ...]:
        template = self._get(self.template_name, templates, anchored=False)
        return (Message("user", self._fill(template, prompt, n, None)),) if template else ()

    def template(self, category: Category | None, templates: TemplateSource) -> Template | None:
        return None


FORMS: Mapping[str, type[Asking]] = MappingProxyType(
    {
        form.form: form
        for form in (Asking, WholeSet, Chain, Verbalized, Seeded, Reasoned, Paraphrased)
    }
)
