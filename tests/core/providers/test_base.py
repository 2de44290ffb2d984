import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UserError
from core.providers import base
from core.providers.base import ModelId, open_provider, parse_model_id, register, request_hash
from core.providers.replay import ReplayProvider
from core.settings import PROJECT_DIR, Settings
from core.types import Message, RecordingKey


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url="", data_dir=tmp_path, replay_dir=tmp_path)


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        ("openai:gpt-x", "openai", "gpt-x"),
        ("openai:meta/llama-3:8b", "openai", "meta/llama-3:8b"),
        (" replay:sample\n", "replay", "sample"),
        ("lab_2:m", "lab_2", "m"),
    ],
)
def test_a_model_is_split_at_its_first_colon(text, provider, model):
    assert parse_model_id(text) == ModelId(provider, model)
    assert str(parse_model_id(text)) == text.strip()


@pytest.mark.parametrize("text", ["", "gpt-x", ":gpt-x", "openai:", "open ai:x", "Open:x", "a:b c"])
def test_a_name_that_is_no_model_is_refused_with_an_example(text):
    with pytest.raises(UserError, match="expected PROVIDER:MODEL"):
        parse_model_id(text)


def test_an_unknown_provider_is_named_beside_the_known_ones(settings):
    with pytest.raises(UserError, match=r"'nobody'.*anthropic, openai, replay"):
        open_provider("nobody:x", settings)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_without_key_and_address_the_variable_is_named(monkeypatch, settings, name):
    monkeypatch.delenv(f"{name.upper()}_API_KEY", raising=False)
    monkeypatch.setenv(f"{name.upper()}_BASE_URL", "")
    with pytest.raises(UserError, match=f"{name.upper()}_API_KEY is not set"):
        open_provider(f"{name}:x", settings)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_an_address_alone_is_enough(monkeypatch, settings, name):
    monkeypatch.delenv(f"{name.upper()}_API_KEY", raising=False)
    monkeypatch.setenv(f"{name.upper()}_BASE_URL", "http://LOCALHOST:8000/v1/")
    provider = open_provider(f"{name}:x", settings)
    assert (provider.name, provider.endpoint) == (name, "http://localhost:8000/v1")


def test_a_registered_provider_is_opened_by_name(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(base, "_FACTORIES", {})
    fake = ReplayProvider(tmp_path)
    register("fake", lambda _settings: fake)
    assert open_provider("fake:anything", settings) is fake
    with pytest.raises(UserError, match="cannot name a provider"):
        register("not a name", lambda _settings: fake)


def test_naming_a_model_imports_no_sdk():
    code = (
        "import sys; from core.providers.base import parse_model_id; parse_model_id('openai:x');"
        "from core.providers import pricing, replay;"
        "print(sorted({'openai', 'anthropic', 'aiohttp', 'pydantic'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


def test_request_hash_follows_messages_and_parameters_only(make_request):
    request = make_request("Hello", temperature=1.0)
    same = replace(request, model="other", key=RecordingKey("judge", "else"))
    assert request_hash(request) == request_hash(same)
    changed = [
        make_request("Hello"),
        make_request("Hello", temperature=0.5),
        make_request("Hello!", temperature=1.0),
        replace(request, messages=(Message("assistant", "Hello"),)),
    ]
    assert len({request_hash(r) for r in [request, *changed]}) == 5


def test_request_hash_is_stable_across_versions(make_request):
    """Recordings hold it, so it may never change. Derivation: sha256 of the canonical JSON
    {"messages":[{"content":"é","role":"user"}],"parameters":{"top_p":0.9}} in UTF-8."""
    assert request_hash(make_request("é", top_p=0.9)) == (
        "70856ea6054c55d136ba3727caf17a12dc78db668c5193688441e2ede98c066c"
    )
