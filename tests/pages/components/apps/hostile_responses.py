"""Draws hostile responses given in the environment, and a control that the old way would leak."""

import json
import os

import streamlit as st

from pages.components import responses, theme

theme.inject_css()
for text in json.loads(os.environ["HOSTILE_TEXTS"]):
    responses.draw_response(text, heading=text, note=text, group="A")
responses.draw_response("**control**")
if os.environ.get("LEAK"):
    st.markdown("![x](http://evil.example/leak.png)")
