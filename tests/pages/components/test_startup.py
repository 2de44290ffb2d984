import gc
import sys
import weakref
from collections.abc import Iterator

import pytest

from pages.components.startup import freeze_again, freeze_imports, full_collections


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
    names = vars(sys.modules[__name__])

    assert any(found is names for found in gc.get_objects())


class Node:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


def test_what_a_session_left_behind_is_freed_although_it_was_put_aside() -> None:
    node = Node()
    left = weakref.ref(node)
    freeze_again()
    del node
    gc.collect()
    assert left() is not None

    freeze_again()

    assert left() is None


def test_a_walk_through_the_whole_heap_is_noticed() -> None:
    before = full_collections()

    gc.collect()

    assert full_collections() == before + 1
