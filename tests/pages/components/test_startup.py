import gc
import sys
import tomllib
import weakref
from collections.abc import Iterator

import pytest

from core.settings import PROJECT_DIR
from pages.components.startup import allocation_rounds, freeze_imports, tidy


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    yield
    freeze_imports.clear()
    gc.unfreeze()


def test_modules_are_imported_once_and_put_beyond_the_collector() -> None:
    frozen = freeze_imports(("colorsys",))
    again = freeze_imports(("colorsys",))

    names = vars(sys.modules["colorsys"])
    # What is frozen belongs to no generation, so the collector no longer lists it.
    assert not any(found is names for found in gc.get_objects())
    assert again == frozen


def test_what_is_not_frozen_is_in_the_collectors_list() -> None:
    fresh: list[list[int]] = [[]]  # anything older may have been put aside by another test

    assert any(found is fresh for found in gc.get_objects())


class Node:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


def test_what_became_garbage_after_it_was_put_aside_is_freed_by_a_thorough_walk() -> None:
    node = Node()
    left = weakref.ref(node)
    tidy(thorough=False)
    del node
    tidy(thorough=False)
    assert left() is not None

    tidy(thorough=True)

    assert left() is None


def test_garbage_that_was_not_put_aside_is_freed_by_any_walk() -> None:
    left = weakref.ref(Node())

    tidy(thorough=False)

    assert left() is None


def test_work_is_noticed() -> None:
    before = allocation_rounds()

    kept = [[number] for number in range(100_000)]

    assert len(kept) == 100_000
    assert allocation_rounds() > before + 1


def test_streamlit_leaves_collecting_to_us() -> None:
    settings = tomllib.loads((PROJECT_DIR / ".streamlit" / "config.toml").read_text())

    assert settings["runner"]["postScriptGC"] is False
