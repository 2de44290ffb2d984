"""How long Compare takes on a large study: its queries, and the whole page script.

    python benchmarks/compare_page.py

Builds a study of 344 prompts × 7 conditions × 5 responses judged by three judges (72,240
verdicts) in a temporary database, and prints one JSON object, all times in ms:

- build_s: building it.
- choices: the list to choose from, which is cached until the study changes.
- prompt: what one prompt needs: its text, three sets and the answers about one of them.
- first, cold_cache, next: the whole script in Streamlit's test runner (which adds some of its
  own): the first run of the process, with caches emptied, and going on to the next prompt.

Each but `first` is given as the median and the worst of several.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.big_study import SLUG, Size, big_study
from core.settings import Settings
from core.types import Question
from db.engine import open_database
from db.queries.compare import get_prompt_text, load_sets
from db.queries.compare_choices import load_choices
from db.queries.compare_items import list_pair_answers
from db.queries.studies import get_study
from db.reports import default_template

APP = Path(__file__).resolve().parent.parent / "app.py"


def elapsed_ms(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def summary(times: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(times), 1), "worst": round(max(times), 1)}


def measure_queries(settings: Settings) -> dict[str, Any]:
    """Times of the page's reading, without Streamlit."""
    database = open_database(settings)
    equivalence = default_template(Question.EQUIVALENCE, settings)
    quality = default_template(Question.QUALITY, settings)
    with database.read() as session:
        study_id = get_study(session, SLUG).id
        choices = load_choices(session, study_id, equivalence)

    def read_choices() -> None:
        with database.read() as session:
            load_choices(session, study_id, equivalence)

    def read_prompt(prompt_id: int) -> None:
        with database.read() as session:
            get_prompt_text(session, prompt_id)
            sets = load_sets(
                session,
                study_id,
                prompt_id,
                choices.conditions[:3],
                choices.raters[0].key,
                (equivalence, quality),
            )
            ids = [slot.id for slot in sets[0].answered]
            list_pair_answers(session, ids, Question.EQUIVALENCE, equivalence)

    return {
        "choices": summary([elapsed_ms(read_choices) for _ in range(5)]),
        "prompt": summary(
            [elapsed_ms(lambda entry=entry: read_prompt(entry.id)) for entry in choices.prompts]
        ),
    }


def measure_page() -> dict[str, Any]:
    """Times of the whole script in Streamlit's test runner."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from pages.components import auth

    # The test runner has no connection that could be told from a stranger's.
    here = auth.Visit("127.0.0.1", True, "127.0.0.1:8501", frozenset({"host"}), None, None)
    auth.current_visit = lambda: here
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["study"] = SLUG
    page = app.switch_page("pages/researcher/compare.py")
    times: dict[str, Any] = {"first": round(elapsed_ms(page.run), 1)}
    if page.exception:
        raise RuntimeError(page.exception[0].message)

    def without_cache() -> None:
        st.cache_data.clear()
        page.run()

    times["cold_cache"] = summary([elapsed_ms(without_cache) for _ in range(5)])
    times["next"] = summary(
        [elapsed_ms(lambda: page.button(key="next").click().run()) for _ in range(20)]
    )
    return times


def main() -> None:
    size = Size()
    started = time.perf_counter()
    with big_study(size) as settings:
        built_s = time.perf_counter() - started
        times = {"build_s": round(built_s, 1), **measure_queries(settings), **measure_page()}
    print(json.dumps(times, indent=1))


if __name__ == "__main__":
    main()
