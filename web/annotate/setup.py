"""What every screen needs and no answer changes: read once a minute, not once an answer."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Lock

from core.annotator_texts import REFERENCE_LANGUAGE
from core.errors import AppError
from core.settings import Settings
from core.taxonomy import Taxonomy, load_taxonomy
from core.taxonomy_words import load_taxonomy_in
from db.engine import Database, open_database
from pages.annotator.assets import PRELOADED
from pages.annotator.frame import NORMAL_SIZE, TEXT_SIZES, Frame
from pages.annotator.words import Words, load_words
from web.annotate.assets import load_assets

_LOG = logging.getLogger(__name__)
_FRESH_S = 60.0


@dataclass(slots=True)
class Setup:
    """Database, words and definitions of one server. key: signs links."""

    settings: Settings
    key: bytes = field(repr=False)
    _words: dict[str, tuple[float, Words]] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @property
    def database(self) -> Database:
        """The process's database."""
        return open_database(self.settings)

    @property
    def taxonomy(self) -> Taxonomy:
        """The definitions; read again when their file has changed."""
        return load_taxonomy(self.settings.prompts_dir)

    def taxonomy_in(self, language: str) -> Taxonomy:
        """The definitions as people read them; in English where their file is no good."""
        try:
            return load_taxonomy_in(language, self.settings.prompts_dir)
        except AppError:
            _LOG.exception("no usable definitions for %r; the English ones are shown", language)
            return self.taxonomy

    def words(self, language: str = REFERENCE_LANGUAGE) -> Words:
        """The words in a language; the English ones, with a warning, where its file is no good."""
        with self._lock:
            read_at, words = self._words.get(language, (0.0, None))
            if words is None or time.monotonic() - read_at > _FRESH_S:
                words = self._read(language)
                self._words[language] = (time.monotonic(), words)
        return words

    def frame(
        self, *, language: str = REFERENCE_LANGUAGE, link: str = "", text_size: str = NORMAL_SIZE
    ) -> Frame:
        """The frame of a person's screens."""
        return Frame(
            words=self.words(language),
            taxonomy=self.taxonomy_in(language),
            assets=load_assets().addresses,
            preloaded=PRELOADED,
            link=link,
            text_size=text_size if text_size in TEXT_SIZES else NORMAL_SIZE,
        )

    def _read(self, language: str) -> Words:
        try:
            return load_words(self.settings.prompts_dir, language)
        except AppError:
            if language == REFERENCE_LANGUAGE:
                raise
            _LOG.exception("no usable annotator texts for %r; English is shown", language)
            return load_words(self.settings.prompts_dir)
