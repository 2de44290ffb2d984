"""What every kind of work shares: the store, the words, the providers and the tally."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.errors import ProviderError, UserError
from core.pipeline.records import Progress
from core.pipeline.runner import Batch, Control, Emit, UnitT
from core.pipeline.store import Store
from core.providers.base import ModelId, Provider, open_provider
from core.providers.batch_api import open_batch_api
from core.providers.batch_ledger import BatchLedger
from core.settings import Settings
from core.taxonomy import Taxonomy, load_taxonomy
from core.templates import TemplateSource
from core.types import Completion, CompletionRequest

if TYPE_CHECKING:
    from core.providers.batch_provider import BatchProvider

# Reasons that will be the same for every further call: going on would only burn the list.
_HOPELESS = frozenset({"auth"})
# Questions waiting for batches at one time, per piece of work; bounded by memory, not by a server.
BATCH_IN_FLIGHT = 20_000


@dataclass(slots=True)
class Workshop:
    """The tools of one piece of work. Close it, or use it as an async context manager.

    ledger: where batches are written down. batched: calls go through the providers' batch APIs.
    """

    store: Store
    settings: Settings
    taxonomy: Taxonomy
    templates: TemplateSource
    control: Control
    progress: Progress = field(default_factory=Progress)
    ledger: BatchLedger | None = None
    batched: bool = False
    _providers: dict[str, Provider] = field(default_factory=dict)
    _batching: list[BatchProvider] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        store: Store,
        settings: Settings,
        control: Control,
        ledger: BatchLedger | None = None,
    ) -> Workshop:
        """Reads the words; providers are opened when first asked for."""
        return cls(
            store=store,
            settings=settings,
            taxonomy=load_taxonomy(settings.prompts_dir),
            templates=TemplateSource(settings.prompts_dir),
            control=control,
            ledger=ledger,
        )

    async def __aenter__(self) -> Workshop:
        return self

    async def __aexit__(self, error_type: object, *_error: object) -> None:
        done = error_type is None and not self.control.should_stop()
        for batching in self._batching if done else ():
            await batching.forget_delivered()
        for provider in self._providers.values():
            await provider.close()
        self._providers.clear()

    def provider(self, model_id: ModelId) -> Provider:
        """The provider of a model.

        Raises:
            UserError: it is unknown, its key or address is missing, or it has no batch API.
        """
        if model_id.provider not in self._providers:
            provider = open_provider(model_id, self.settings)
            self._providers[model_id.provider] = (
                self._in_batches(provider) if self.batched else provider
            )
        return self._providers[model_id.provider]

    def _in_batches(self, provider: Provider) -> BatchProvider:
        if self.ledger is None:
            raise UserError(
                "Batches need a database to survive a restart, and this work has none. "
                "Run without --batch."
            )
        from core.providers.batch_provider import BatchProvider

        live, api = open_batch_api(provider)
        batching = BatchProvider(
            live,
            api,
            self.ledger,
            should_stop=self.control.should_stop,
            is_cancelled=self.control.is_cancelled,
            poll_s=self.settings.batch_poll_s,
        )
        self._batching.append(batching)
        return batching

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
            concurrency=BATCH_IN_FLIGHT if self.batched else self.settings.concurrency,
            progress=self.progress,
            control=self.control,
        )
        await batch.run(units)
