"""What `streamlit run app.py` shows at the address of personal links, which it cannot serve."""

from __future__ import annotations

import streamlit as st

st.header("Personal links need the whole app")
st.write("They are served by the app when it is started as `taskanchor serve`.")
