from pathlib import Path

import pytest

from core.errors import UserError
from core.providers.bill import cost_range_usd
from core.types import Usage

PRICES = """
[[price]]
model = "openai:cheap"
input_usd_per_mtok = 1.0
output_usd_per_mtok = 2.0
as_of = "2026-01"

[[price]]
model = "openai:dear"
input_usd_per_mtok = 10.0
output_usd_per_mtok = 20.0
as_of = "2026-01"
"""
USED = Usage(input_tokens=1_000_000, output_tokens=500_000)


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(PRICES)
    return path


def test_one_model_gives_one_cost(prices: Path):
    assert cost_range_usd(USED, ["openai:cheap"], prices) == (2.0, 2.0)


def test_several_models_give_the_least_and_the_most(prices: Path):
    assert cost_range_usd(USED, ["openai:dear", "openai:cheap"], prices) == (2.0, 20.0)


@pytest.mark.parametrize("models", [["openai:cheap", "openai:unlisted"], []])
def test_an_unlisted_model_or_none_at_all_has_no_cost(models: list[str], prices: Path):
    assert cost_range_usd(USED, models, prices) is None


def test_tokens_that_were_not_counted_have_no_cost(prices: Path):
    assert cost_range_usd(Usage(None, 3), ["openai:cheap"], prices) is None


def test_recordings_cost_nothing(prices: Path):
    assert cost_range_usd(USED, ["replay:sample"], prices) == (0.0, 0.0)


def test_a_price_file_that_cannot_be_read_is_the_users_to_mend(tmp_path: Path):
    with pytest.raises(UserError, match="cannot be read"):
        cost_range_usd(USED, ["openai:cheap"], tmp_path / "missing.toml")
