"""What every answer needs and no answer changes: read once a minute, not once an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from core.taxonomy import Taxonomy, load_taxonomy
from pages.components.auth import secret_key
from pages.components.rate_words import Words, load_words
from pages.components.workspace import settings


@dataclass(frozen=True, slots=True)
class Setup:
    """The words, the definitions, and the key that signs links."""

    words: Words
    taxonomy: Taxonomy
    key: bytes = field(repr=False)


@st.cache_resource(show_spinner=False, ttl=60)
def rating_setup() -> Setup:
    """Reads files and environment.

    Raises:
        AppError: a file or the key cannot be used.
    """
    folder = settings().prompts_dir
    return Setup(load_words(folder), load_taxonomy(folder), secret_key())
