"""How long the agreement page takes to answer a changed filter on a study of published size.

    python -m benchmarks.agreement_page

72,240 verdicts: three judges on all 24,080 pairs; three people on `--rated` of them. Measured is
what a rerun computes: the selection, the whole report with 1,000 bootstrap replicates and the
TF-IDF baseline, and categories adjusted for their number, from ratings that were read once. Also
the whole report to take away, as `taskanchor report` makes it. Limit: 1 s for a changed filter.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

import numpy as np
from sqlalchemy import insert, select

from benchmarks.big_study import SLUG, big_study
from core.evidence import Selection
from core.evidence.families import families
from core.types import Question
from db.engine import open_database
from db.models import Item, Rater, Rating
from db.queries.studies import get_study
from db.reports import load_agreement
from db.study_report import make_report_files

PEOPLE = 3
LIMIT_S = 1.0


def add_people(session: object, study_id: int, n_items: int) -> None:
    """Three people answer the same items, drawn over all prompts; each errs on a tenth."""
    rng = np.random.default_rng(1)
    ids = np.array(session.scalars(  # type: ignore[attr-defined]
        select(Item.id).where(Item.study_id == study_id).order_by(Item.id)
    ).all())  # fmt: skip
    chosen = rng.choice(ids, size=min(n_items, len(ids)), replace=False)
    truth = rng.random(len(chosen)) < 0.5
    for number in range(PEOPLE):
        rater = Rater(study_id=study_id, kind="human", identity=f"person-{number}", name="")
        session.add(rater)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        says = truth ^ (rng.random(len(chosen)) < 0.1)
        session.execute(  # type: ignore[attr-defined]
            insert(Rating),
            [
                {
                    "rater_id": rater.id,
                    "item_id": int(item),
                    "question": Question.EQUIVALENCE,
                    "value": "equivalent" if same else "different",
                    "order": "ab",
                }
                for item, same in zip(chosen, says, strict=True)
            ],
        )


def measure(n_rated: int, repeats: int) -> dict[str, float]:
    """Seconds for reading once, for the first report and for each changed filter."""
    with big_study() as settings:
        database = open_database(settings)
        with database.write() as session:
            add_people(session, get_study(session, SLUG).id, n_rated)
        start = time.perf_counter()
        with database.read() as session:
            data = load_agreement(session, settings, get_study(session, SLUG), "equivalence")
        read = time.perf_counter() - start
        start = time.perf_counter()
        families(data.report())
        first = time.perf_counter() - start
        categories = sorted(set(data.ratings["category"]))
        strategies = sorted(set(data.facts["strategy"]))
        filters = [Selection(categories=(name,)) for name in categories]
        filters += [Selection(strategies=(name,)) for name in strategies]
        filters += [Selection(categories=tuple(categories[:-1])), Selection()]
        times = []
        for _ in range(repeats):
            for selection in filters:
                start = time.perf_counter()
                families(data.report(selection))
                times.append(time.perf_counter() - start)
        start = time.perf_counter()
        with database.read() as session:
            files = make_report_files(session, settings, get_study(session, SLUG))
        written = time.perf_counter() - start
    return {
        "verdicts": len(data.ratings) - PEOPLE * n_rated,
        "human_answers": PEOPLE * n_rated,
        "read_once_s": round(read, 3),
        "first_report_s": round(first, 3),
        "filter_median_s": round(float(np.median(times)), 3),
        "filter_worst_s": round(max(times), 3),
        "whole_report_s": round(written, 3),
        "report_files": len(files),
        "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rated", type=int, default=2_000, help="pairs people rated")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    found = measure(options.rated, options.repeats)
    print(json.dumps(found))
    if found["filter_worst_s"] > LIMIT_S:
        print(f"missed: a filter took {found['filter_worst_s']} s, limit {LIMIT_S} s",
              file=sys.stderr)  # fmt: skip
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
