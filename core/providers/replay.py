"""`replay:NAME`: replies recorded earlier, in `NAME.jsonl` of the replay folder.

A row is `{"kind", "reply", ...}` and is found by `request_hash`, or by what was asked: `prompt`,
`strategy`, `index`, `question` (a missing one is ""). `usage` and `finish_reason` are optional.
Nothing is ever made up: a request without a recording fails.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from core.errors import ProviderError, UserError
from core.providers.base import ProviderSettings, request_hash
from core.providers.text import storable
from core.types import Completion, CompletionRequest, RecordingKey, Usage

FinishReason = Literal["stop", "length", "refusal", "other"]
# A RecordingKey's fields in order, or (kind, request hash).
LookupKey: TypeAlias = tuple[str, ...]

_KINDS = ("generate", "classify", "judge")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Recording:
    """One row. line: where it stands in the file, from 1."""

    line: int
    text: str
    usage: Usage
    finish_reason: FinishReason


@dataclass(frozen=True, slots=True)
class _LoadedFile:
    stamp: tuple[int, int]
    recordings: Mapping[LookupKey, Recording]


_loaded: dict[Path, _LoadedFile] = {}
_loading = threading.Lock()


class ReplayProvider:
    """Serves every recording in one folder; the model is the file's name without `.jsonl`."""

    name: ClassVar[str] = "replay"
    endpoint: ClassVar[str] = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def complete(self, request: CompletionRequest) -> Completion:
        """Finds the recorded reply. `attempts` is 0: nothing was asked over HTTP.

        Raises:
            ProviderError: `no_recording`.
            UserError: the file is missing, cannot be read or contradicts itself.
        """
        recordings = load_recordings(self._path(request.model))
        found = recordings.get((request.key.kind, request_hash(request)))
        found = found or recordings.get(_key_of(request.key))
        if found is None:
            raise ProviderError(
                f"{self.name}:{request.model}",
                "no_recording",
                f"{request.model}.jsonl has no reply for {_shown(request.key)}",
                attempts=0,
            )
        return Completion(
            text=found.text,
            finish_reason=found.finish_reason,
            raw_finish_reason=found.finish_reason,
            usage=found.usage,
            parameters_sent=request.parameters.as_dict(),
            attempts=0,
            served_model=request.model,
        )

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UserError(
                f"replay:{name} cannot name a recording; expected letters, digits, _, - or dots, "
                f"without path separators, for a file NAME.jsonl in {self._folder}."
            )
        return self._folder / f"{name}.jsonl"


def load_recordings(path: Path) -> Mapping[LookupKey, Recording]:
    """The rows of a recording, indexed; read again only after the file changed.

    Raises:
        UserError: the file is missing, a row is not as expected, or two rows have the same key.
    """
    try:
        info = path.stat()
    except OSError:
        raise UserError(
            f"There is no recording {path}. Recordings are the .jsonl files of this folder; "
            "TASKANCHOR_REPLAY_DIR names another one."
        ) from None
    stamp = (info.st_mtime_ns, info.st_size)
    with _loading:
        known = _loaded.get(path)
        if known is None or known.stamp != stamp:
            known = _loaded[path] = _LoadedFile(stamp, _read(path))
        return known.recordings


def _read(path: Path) -> Mapping[LookupKey, Recording]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as UTF-8 text: {error}.") from None
    index: dict[LookupKey, Recording] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            recording, keys = _recording(number, row), _keys(row)
        except ValueError as error:
            raise UserError(
                f"{path.name}, line {number}: {error}. Mend or remove the line."
            ) from None
        for key in keys:
            if key in index:
                raise UserError(
                    f"{path.name}: lines {index[key].line} and {number} record the same request "
                    f"({', '.join(map(repr, key))}). Keep one of them."
                )
            index[key] = recording
    return index


def _recording(line: int, row: Any) -> Recording:
    if not isinstance(row, dict):
        raise ValueError("expected a JSON object")
    reply, usage = row.get("reply"), row.get("usage") or {}
    if not isinstance(reply, str):
        raise ValueError(f"reply is {reply!r}, expected text")
    if not isinstance(usage, dict):
        raise ValueError(f"usage is {usage!r}, expected input_tokens and output_tokens")
    counts = [usage.get("input_tokens"), usage.get("output_tokens")]
    if any(c is not None and (type(c) is not int or c < 0) for c in counts):
        raise ValueError(f"usage is {usage!r}, expected whole numbers of tokens")
    finish: FinishReason = row.get("finish_reason") or "stop"
    if finish not in get_args(FinishReason):
        raise ValueError(f"finish_reason is {finish!r}, expected {get_args(FinishReason)}")
    return Recording(line, storable(reply), Usage(*counts), finish)


def _keys(row: Mapping[str, Any]) -> list[LookupKey]:
    kind = row.get("kind")
    if kind not in _KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(_KINDS)}")
    fields = [row.get(name, "") for name in ("prompt", "strategy", "index", "question")]
    digest = row.get("request_hash", "")
    if not all(isinstance(value, str) for value in [*fields, digest]):
        raise ValueError("request_hash, prompt, strategy, index and question must be text")
    if not digest and not fields[0].strip():
        raise ValueError("expected a request_hash or a prompt")
    keys: list[LookupKey] = [(kind, digest)] if digest else []
    return [*keys, (kind, fields[0].strip(), *fields[1:])] if fields[0].strip() else keys


def _key_of(key: RecordingKey) -> LookupKey:
    return (key.kind, key.prompt.strip(), key.strategy, key.index, key.question)


def _shown(key: RecordingKey) -> str:
    prompt = key.prompt if len(key.prompt) <= 60 else key.prompt[:59] + "…"
    parts = {"strategy": key.strategy, "index": key.index, "question": key.question}
    named = [f"{name} {value!r}" for name, value in parts.items() if value]
    return ", ".join([key.kind, *named, f"prompt {prompt!r}"])


def open_provider(settings: ProviderSettings) -> ReplayProvider:
    """Serves the recordings of the settings' replay folder."""
    return ReplayProvider(settings.replay_dir)
