"""How long Results and Compare take on a large study, and how much memory: the whole script.

    python benchmarks/results_page.py

Builds a study of 344 prompts × 7 conditions × 5 responses judged by three judges (72,240
verdicts, 36,120 scores) in a temporary database, then opens each page in processes of its own, and
prints one JSON object, times in ms, memory in MB:

- first_ever: vocabulary is measured and kept, which happens once per set.
- cold: a new process with nothing cached; measures are kept, imports made, as on a server.
- first, warm: the page for the first time, and again.
- measure, next: Results with another measure chosen; Compare going on to the next prompt.
- peak_rss: after the first view, Streamlit and its test runner included.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.big_study import SLUG, big_study
from core.settings import Settings
from core.types import Question
from db.engine import open_database
from db.models import Condition, Item, Rater, Rating, Response
from db.queries.studies import get_study
from db.reports import default_template

APP = Path(__file__).resolve().parent.parent / "app.py"


def elapsed_ms(work: Callable[[], Any]) -> dict[str, float]:
    """Time on the clock, and of the processor: on a busy machine only the second is ours."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return {
        "clock": round((time.perf_counter() - started) * 1000, 1),
        "cpu": round((time.process_time() - worked) * 1000, 1),
    }


def add_scores(settings: Settings) -> None:
    """Every judge's quality score of every response."""
    rng = np.random.default_rng(1)
    template = default_template(Question.QUALITY, settings)
    with open_database(settings).write() as session:
        study_id = get_study(session, SLUG).id
        judges = session.scalars(select(Rater.id).where(Rater.study_id == study_id)).all()
        responses = session.execute(
            select(Response.id, Response.prompt_id)
            .join(Condition, Response.condition_id == Condition.id)
            .where(Condition.study_id == study_id)
        ).all()
        session.execute(
            insert(Item),
            [
                {
                    "study_id": study_id,
                    "kind": "response",
                    "key": f"response:{row.id}",
                    "cluster": str(row.prompt_id),
                    "prompt_id": row.prompt_id,
                    "response_a_id": row.id,
                }
                for row in responses
            ],
        )
        items = session.scalars(
            select(Item.id).where(Item.study_id == study_id, Item.kind == "response")
        ).all()
        for judge in judges:
            session.execute(
                insert(Rating),
                [
                    {
                        "rater_id": judge,
                        "item_id": item,
                        "question": Question.QUALITY,
                        "value": str(score),
                        "template": template,
                    }
                    for item, score in zip(items, rng.integers(2, 6, len(items)), strict=True)
                ],
            )


def open_page(name: str) -> dict[str, Any]:
    """Times of one process that opens a page again and again."""
    from streamlit.testing.v1 import AppTest

    import pages.components.results_figures  # noqa: F401 - imported by a server before any visit
    from pages.components import auth

    # The test runner has no connection that could be told from a stranger's.
    here = auth.Visit("127.0.0.1", True, "127.0.0.1:8501", frozenset({"host"}), None, None)
    auth.current_visit = lambda: here
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["study"] = SLUG
    # Somebody has come to the app before: its modules are imported, nothing of the study is read.
    app.switch_page("pages/researcher/export.py").run()
    page = app.switch_page(f"pages/researcher/{name}.py")
    times: dict[str, Any] = {"first": elapsed_ms(page.run)}
    if page.exception:
        raise RuntimeError(page.exception[0].message)
    times["peak_rss"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    times["warm"] = min((elapsed_ms(page.run) for _ in range(5)), key=lambda one: one["cpu"])
    if name == "compare":
        times["next"] = elapsed_ms(lambda: page.button(key="next").click().run())
    else:
        choose = page.selectbox(key="results-measure").select("quality")
        times["measure"] = elapsed_ms(choose.run)
    return times


def visit(name: str) -> dict[str, Any]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--visit", name],
        check=True,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    if sys.argv[1:2] == ["--visit"]:
        print(json.dumps(open_page(sys.argv[2])))
        return
    with big_study() as settings:
        add_scores(settings)
        found = {
            "results_first_ever": visit("results"),
            "results_cold": visit("results"),
            "compare_cold": visit("compare"),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
