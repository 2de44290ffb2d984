"""The bare address: on to the studies. A page of its own, because Streamlit's default page has no
name that could stand in an address."""

from __future__ import annotations

import streamlit as st

from pages.components.auth import require_researcher

require_researcher()
st.switch_page("pages/researcher/studies.py")
