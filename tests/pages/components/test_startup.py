import gc
import sys
from collections.abc import Iterator

import pytest

from pages.components.startup import freeze_imports


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    yield
    freeze_imports.clear()
    gc.unfreeze()


def test_modules_are_imported_once_and_put_beyond_the_collector() -> None:
    before = gc.get_freeze_count()

    frozen = freeze_imports(("colorsys",))
    again = freeze_imports(("colorsys",))

    assert "colorsys" in sys.modules
    assert frozen > before
    assert again == frozen
