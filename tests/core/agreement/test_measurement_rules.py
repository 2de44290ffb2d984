"""The table of rules names tests and benchmarks that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_everything_the_table_of_rules_names_exists():
    text = (ROOT / "docs" / "measurement-rules.md").read_text()
    named = re.findall(r"`((?:tests|benchmarks)/[^`]+)`", text)
    assert len(named) > 40
    for one in named:
        path, _, test = one.partition("::")
        source = (ROOT / path).read_text()
        assert not test or f"def {test}(" in source, one
