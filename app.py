"""The browser's door: who is looking decides which pages there are."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from pages.components.auth import current_role
from pages.components.startup import freeze_imports
from pages.components.theme import inject_css
from pages.components.workspace import database

RESEARCHER_PAGES = (
    "studies",
    "prompts",
    "generate",
    "compare",
    "judges",
    "people",
    "agreement",
    "results",
    "story",
    "experiments",
    "export",
)
# Reached from a page of their own kind; the bar on top stays short.
INNER_PAGES = ("disagreement", "second_opinion", "your_data")
RATE = "rate"
ICON = Path(__file__).with_name("static") / "icon.png"


def main() -> None:
    """Draws the page that was asked for."""
    # A named icon would be fetched from another host.
    st.set_page_config(page_title="Taskanchor", page_icon=str(ICON), layout="wide")
    database()
    # scikit-learn and scipy.stats weigh 60 MB and a second more; the few views that need them wait.
    freeze_imports(("pandas", "plotly.graph_objects", "scipy.special"))
    inject_css()
    rate = st.Page("pages/annotator/rate.py", title="Rate", url_path=RATE)
    door = st.Page("pages/annotator/door.py", title="Taskanchor", default=True)
    # An annotator sees nothing of the app, and neither does a researcher who tries their link.
    asked_to_rate = urlsplit(st.context.url or "").path.rstrip("/").endswith(f"/{RATE}")
    if asked_to_rate or current_role() != "researcher":
        st.navigation([door, rate], position="hidden").run()
        return
    home = st.Page(
        "pages/researcher/home.py", title="Taskanchor", default=True, visibility="hidden"
    )
    named = [
        st.Page(f"pages/researcher/{name}.py", title=name.capitalize(), url_path=name)
        for name in RESEARCHER_PAGES
    ]
    inner = [
        st.Page(
            f"pages/researcher/{name}.py",
            title=name.replace("_", " ").capitalize(),
            url_path=name,
            visibility="hidden",
        )
        for name in INNER_PAGES
    ]
    st.navigation([home, *named, *inner], position="top").run()


main()
