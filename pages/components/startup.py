"""What a process does once, before its first page, and again now and then."""

from __future__ import annotations

import gc
import threading
import time
from importlib import import_module

import streamlit as st

TIDY_EVERY_S = 2.0
# Of so many tidyings one walks through the whole heap, which takes some 0.3 s.
THOROUGH_EVERY = 30
_YOUNGEST = 0


@st.cache_resource(show_spinner=False)
def freeze_imports(modules: tuple[str, ...]) -> int:
    """Imports the heavy modules once, then hides them from the garbage collector.

    Left to itself Streamlit collects after every rerun; walking through pandas, plotly and the
    SDKs each time costs some 230 ms of CPU. `.streamlit/config.toml` turns that off, and a thread
    of the server collects every few seconds instead. app.py calls this first.

    Args:
        modules: what the pages will import anyway, such as "pandas" and "plotly.graph_objects".

    Returns:
        Number of objects put aside.
    """
    for module in modules:
        import_module(module)
    tidy(thorough=True)
    if st.runtime.exists():
        threading.Thread(target=_keep_tidy, name="tidy-heap", daemon=True).start()
    return gc.get_freeze_count()


def tidy(*, thorough: bool) -> None:
    """Frees garbage and puts aside all that is left, so that the next walk is short.

    Args:
        thorough: also frees what became garbage after it was put aside.
    """
    if thorough:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def _keep_tidy() -> None:
    count = 0
    while True:
        seen = allocation_rounds()
        time.sleep(TIDY_EVERY_S)
        # Nobody came: nothing new to put aside, and an idle server stays idle.
        if allocation_rounds() > seen + 1:
            count += 1
            tidy(thorough=count % THOROUGH_EVERY == 0)


def allocation_rounds() -> int:
    """How often Python looked through its newest objects so far: grows with what is allocated."""
    return int(gc.get_stats()[_YOUNGEST]["collections"])
