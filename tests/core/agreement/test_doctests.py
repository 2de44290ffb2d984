import doctest

import core.agreement


def test_examples_in_the_package_docstring_run():
    results = doctest.testmod(core.agreement)
    assert results.attempted > 5
    assert results.failed == 0
