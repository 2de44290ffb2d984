import doctest
from pathlib import Path

import core.agreement

GUIDE = Path(__file__).parents[3] / "docs" / "agreement.md"


def test_examples_in_the_package_docstring_run():
    results = doctest.testmod(core.agreement)
    assert results.attempted > 5
    assert results.failed == 0


def test_examples_of_the_guide_run():
    results = doctest.testfile(str(GUIDE), module_relative=False)
    assert results.attempted > 40
    assert results.failed == 0
