"""What a process does once, before its first page, and again now and then."""

from __future__ import annotations

import gc
import threading
import time
from importlib import import_module

import streamlit as st

FREEZE_EVERY_S = 10.0
_OLDEST = 2


@st.cache_resource(show_spinner=False)
def freeze_imports(modules: tuple[str, ...]) -> int:
    """Imports the heavy modules once, then hides them from the garbage collector.

    Streamlit collects after every rerun; walking through pandas, plotly and the SDKs each time
    costs some 230 ms of CPU, against 6 ms once they are frozen. app.py calls this first. In a
    server it is done again every few seconds, for what fifty open sessions hold adds up too.

    Args:
        modules: what the pages will import anyway, such as "pandas" and "plotly.graph_objects".

    Returns:
        Number of objects put aside.
    """
    for module in modules:
        import_module(module)
    freeze_again()
    if st.runtime.exists():
        threading.Thread(target=_keep_frozen, name="freeze-again", daemon=True).start()
    return gc.get_freeze_count()


def freeze_again() -> None:
    """Frees the garbage among what was put aside, and puts aside all that is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _keep_frozen() -> None:
    while True:
        seen = full_collections()
        time.sleep(FREEZE_EVERY_S)
        # Nobody came: nothing new to put aside, and an idle server stays idle.
        if full_collections() != seen:
            freeze_again()


def full_collections() -> int:
    """How often the whole heap was walked so far; Streamlit does it at the end of every rerun."""
    return int(gc.get_stats()[_OLDEST]["collections"])
