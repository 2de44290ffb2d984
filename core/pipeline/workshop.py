"""What every kind of work shares: the store, the words, the providers and the tally."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from core.errors import ProviderError, UserError
from core.pipeline.records import Progress
from core.pipeline.runner import Batch, Control, Emit, UnitT
from core.pipeline.store import Store
from core.providers.base import ModelId, Provider, open_provider
from core.settings import Settings
from core.taxonomy import Taxonomy, load_taxonomy
from core.templates import TemplateSource
from core.types import Completion, CompletionRequest

# Reasons that will be the same for every further call: going on would only burn the list.
_HOPELESS = frozenset({"auth"})


@dataclass(slots=True)
class Workshop:
    """The tools of one piece of work. Close it, or use it as an async context manager."""

    store: Store
    settings: Settings
    taxonomy: Taxonomy
    templates: TemplateSource
    control: Control
    progress: Progress = field(default_factory=Progress)
    _providers: dict[str, Provider] = field(default_factory=dict)

    @classmethod
    def open(cls, store: Store, settings: Settings, control: Control) -> Workshop:
        """Reads the words; providers are opened when first asked for."""
        return cls(
            store=store,
            settings=settings,
            taxonomy=load_taxonomy(settings.prompts_dir),
            templates=TemplateSource(settings.prompts_dir),
            control=control,
        )

    async def __aenter__(self) -> Workshop:
        return self

    async def __aexit__(self, *_error: object) -> None:
        for provider in self._providers.values():
            await provider.close()
        self._providers.clear()

    def provider(self, model_id: ModelId) -> Provider:
        """The provider of a model.

        Raises:
            UserError: it is unknown, or its key or address is missing.
        """
        if model_id.provider not in self._providers:
            self._providers[model_id.provider] = open_provider(model_id, self.settings)
        return self._providers[model_id.provider]

    async def complete(
        self, provider: Provider, request: CompletionRequest, call_id: str = ""
    ) -> Completion:
        """One counted call.

        Args:
            call_id: what the call is for, the same in every process; batches are resumed by it.

        Raises:
            ProviderError: this call failed; others may not.
            UserError: every call would fail like this one.
        """
        try:
            completion = await provider.complete(replace(request, call_id=call_id))
        except ProviderError as error:
            self.progress.calls += error.attempts
            if error.reason in _HOPELESS:
                raise UserError(
                    f"{provider.name}:{request.model} refused our key: {error.detail}. Check the "
                    "API key in the environment of the process that makes the calls."
                ) from error
            raise
        self.progress.count_usage(completion.usage, completion.attempts)
        return completion

    async def run(
        self,
        units: Sequence[UnitT],
        perform: Callable[[UnitT, Emit], Awaitable[None]],
        refresh: Callable[[Sequence[UnitT]], Sequence[UnitT]],
        on_shrunk: Callable[[UnitT, UnitT | None], None],
    ) -> None:
        """Performs units through the runner with this workshop's settings."""
        batch: Batch[UnitT] = Batch(
            store=self.store,
            perform=perform,
            refresh=refresh,
            on_shrunk=on_shrunk,
            concurrency=self.settings.concurrency,
            progress=self.progress,
            control=self.control,
        )
        await batch.run(units)
