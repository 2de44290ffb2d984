from pathlib import Path

import pytest

from core.errors import UserError
from core.providers.pricing import Price, cost_usd, estimate_tokens, find_price
from core.settings import BUNDLED_PROMPTS
from core.types import Usage

ENTRY = """
[[price]]
model = "openai:m"
input_usd_per_mtok = 2
output_usd_per_mtok = 8.5
as_of = "2025-06"
"""


@pytest.fixture
def prices(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "prices.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_listed_model_has_its_price_and_others_have_none(prices):
    path = prices(ENTRY)
    assert find_price("openai:m", path) == Price(2.0, 8.5, "2025-06")
    assert find_price("openai:m-2025-01-01", path) is None
    assert find_price("anthropic:m", path) is None


def test_recorded_replies_cost_nothing(prices):
    price = find_price("replay:sample", prices(ENTRY))
    assert price is not None
    assert cost_usd(Usage(1000, 1000), price) == 0


def test_the_bundled_list_can_be_read_and_dates_every_price():
    price = find_price("openai:gpt-4o", BUNDLED_PROMPTS / "prices.toml")
    assert price == Price(2.5, 10.0, "2025-06", 0.5)


def test_a_batch_costs_less_by_the_discount_and_an_unknown_amount_without_one():
    used = Usage(1_000_000, 1_000_000)
    assert cost_usd(used, Price(2.0, 10.0, "2025-06", 0.5), batch=True) == 6.0
    assert cost_usd(used, Price(2.0, 10.0, "2025-06", 0.5)) == 12.0
    assert cost_usd(used, Price(2.0, 10.0, "2025-06"), batch=True) is None


@pytest.mark.parametrize("discount", ["-0.1", "2", "'half'"])
def test_a_discount_that_is_no_share_is_refused(prices, discount):
    with pytest.raises(UserError, match="batch_discount"):
        find_price("openai:m", prices(f"{ENTRY}batch_discount = {discount}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "[[price]",
        "price = 3",
        "price = [3]",
        ENTRY + ENTRY,
        ENTRY.replace("= 2\n", "= -2\n"),
        ENTRY.replace("= 8.5", '= "8.5"'),
        ENTRY.replace("= 8.5", "= nan"),
        ENTRY.replace('as_of = "2025-06"', ""),
    ],
)
def test_a_list_that_cannot_be_used_is_named(prices, text):
    with pytest.raises(UserError, match=r"prices\.toml"):
        find_price("openai:m", prices(text))


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.toml"):
        find_price("openai:m", tmp_path / "nowhere.toml")


def test_cost_is_tokens_times_price_per_million():
    """1,500 in at 2 $/M = 0.003; 400 out at 8.5 $/M = 0.0034; together 0.0064."""
    assert cost_usd(Usage(1500, 400), Price(2.0, 8.5, "")) == pytest.approx(0.0064)


@pytest.mark.parametrize("usage", [Usage(), Usage(1, None), Usage(None, 1)])
def test_cost_is_unknown_without_token_counts(usage):
    assert cost_usd(usage, Price(2.0, 8.5, "")) is None


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("日本語", 3),
        ("ab 日本", 3),
        ("한국", 2),
        ("é" * 8, 2),
    ],
)
def test_tokens_are_estimated_by_script(text, tokens):
    assert estimate_tokens(text) == tokens
