"""A small app for tests: says who is looking, and holds what could break a strict policy."""

import pandas as pd
import plotly.express as px
import streamlit as st

from pages.components import auth, responses, theme

st.set_page_config(page_title="Role")
theme.inject_css()
role = auth.current_role()
st.text(f"role is {role}")
if role == "stranger":
    auth.draw_refusal()
    st.stop()
auth.draw_sign_out()
theme.page_header("Title", "Purpose.")
rows = pd.DataFrame({"name": ["a", "b"], "value": [1, 2]})
st.plotly_chart(px.bar(rows, x="name", y="value"), on_select="rerun", key="chart")
st.dataframe(rows)
st.file_uploader("file")
responses.draw_response("**bold**", heading="Response 1", group="A")
