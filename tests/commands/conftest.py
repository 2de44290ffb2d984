"""The command line: called in this process, or started as processes, against a model server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cli
from core.settings import Settings
from tests.support.terminal import Result
from tests.wire_server import WireServer

Call = Callable[..., Result]


@pytest.fixture
def taskanchor(
    settings: Settings,  # noqa: ARG001 - the environment the command reads
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """`taskanchor("study", "list")`: the command's result, executed in this process."""

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        try:
            cli.main(list(arguments))
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return call


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[WireServer]:
    """A model server that both live providers talk to."""
    with WireServer() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def write_prompts(tmp_path: Path) -> Callable[[int], str]:
    """Path of a file with so many prompts, every second one with a true category."""

    def write(count: int) -> str:
        file = tmp_path / "prompts.jsonl"
        rows = [
            {"id": f"p{number}", "prompt": f"Say something about {number}."}
            | ({"category": "F"} if number % 2 else {})
            for number in range(count)
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(file)

    return write


@pytest.fixture
def make_study(taskanchor: Call, write_prompts: Callable[[int], str]) -> Callable[..., None]:
    """Creates the study `pilot` with so many prompts."""

    def make(count: int) -> None:
        assert taskanchor("study", "create", "pilot").code == 0
        assert taskanchor("prompts", "import", "pilot", write_prompts(count)).code == 0

    return make
