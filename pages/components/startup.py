"""What a process does once, before its first page."""

from __future__ import annotations

import gc
from importlib import import_module

import streamlit as st


@st.cache_resource(show_spinner=False)
def freeze_imports(modules: tuple[str, ...]) -> int:
    """Imports the heavy modules once, then hides them from the garbage collector.

    Streamlit collects after every rerun; walking through pandas, plotly and the SDKs each time
    costs some 230 ms of CPU, against 6 ms once they are frozen. app.py calls this first.

    Args:
        modules: what the pages will import anyway, such as "pandas" and "plotly.graph_objects".

    Returns:
        Number of objects put aside.
    """
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()
