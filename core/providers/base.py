"""What every provider offers, how one is named and how one is opened."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import UserError
from core.types import Completion, CompletionRequest


class ProviderSettings(Protocol):
    """The part of the settings a provider needs.

    replay_dir: folder of recordings for `replay:NAME`.
    concurrency: calls in flight at most; the provider must not be the narrower bottleneck.
    """

    @property
    def replay_dir(self) -> Path: ...

    @property
    def concurrency(self) -> int: ...


class Provider(Protocol):
    """One service that completes chats.

    An instance belongs to the event loop it is first used in and may be called from many tasks
    at once. It serves every model of its service, so one instance per provider name is enough.

    Attributes:
        name: the part before the colon of `provider:model`.
        endpoint: base URL without credentials, query or fragment; "" where there is no server.
    """

    @property
    def name(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    async def complete(self, request: CompletionRequest) -> Completion:
        """Asks the model once, retrying what is worth retrying.

        Raises:
            ProviderError: no usable reply.
        """
        ...

    async def close(self) -> None:
        """Ends open connections. Closing twice is harmless."""
        ...


ProviderFactory = Callable[[ProviderSettings], Provider]

# Provider name -> module with `open_provider(settings) -> Provider`. Modules are imported on first
# use: an SDK costs a second of start-up that most commands never need.
_MODULES = {
    "openai": "core.providers.openai",
    "anthropic": "core.providers.anthropic",
    "replay": "core.providers.replay",
}
_FACTORIES: dict[str, ProviderFactory] = {}
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class ModelId:
    """`provider:model`, taken apart. The model may itself hold colons and slashes."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


def parse_model_id(text: str) -> ModelId:
    """Takes `provider:model` apart at the first colon.

    The provider need not exist: imported responses may name any. Models are never checked
    against a list.

    Raises:
        UserError: no colon, an empty side, white space inside, or an odd provider name.
    """
    provider, _, model = text.strip().partition(":")
    if not _NAME.fullmatch(provider) or not model or re.search(r"\s", model):
        raise UserError(
            f"{text!r} is no model name; expected PROVIDER:MODEL, such as openai:gpt-4o or "
            f"replay:sample. Known providers: {', '.join(provider_names())}."
        )
    return ModelId(provider, model)


def provider_names() -> list[str]:
    """Names that `open_provider` accepts, in alphabetical order."""
    return sorted(_MODULES.keys() | _FACTORIES.keys())


def register(name: str, factory: ProviderFactory) -> None:
    """Adds a provider, or replaces the one of that name, for this process.

    Raises:
        UserError: the name could not stand before the colon of `provider:model`.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name!r} cannot name a provider; expected lower-case letters, digits, _ or -, "
            "beginning with a letter."
        )
    _FACTORIES[name] = factory


def open_provider(model_id: ModelId | str, settings: ProviderSettings) -> Provider:
    """Opens the provider of a model. The caller closes it.

    Raises:
        UserError: an unknown provider, or its key or address is missing.
    """
    wanted = parse_model_id(model_id) if isinstance(model_id, str) else model_id
    factory = _FACTORIES.get(wanted.provider)
    if factory is None and wanted.provider in _MODULES:
        factory = importlib.import_module(_MODULES[wanted.provider]).open_provider
    if factory is None:
        raise UserError(
            f"{wanted} names the provider {wanted.provider!r}, which is unknown; expected one of "
            f"{', '.join(provider_names())}."
        )
    return factory(settings)


def request_hash(request: CompletionRequest) -> str:
    """SHA-256 (hex) over the messages and sampling parameters as canonical JSON.

    The model is left out, so that a recording can stand in for any model.
    """
    body = {
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "parameters": request.parameters.as_dict(),
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
