"""A report on ratings written out by hand."""

import pandas as pd
import pytest

from core.agreement import agreement_report


@pytest.fixture
def report_of():
    """`report_of({"i1": {"ann": "equivalent", "gpt:x": "different"}})`: names with : are judges.

    A judge's value may be a pair of values, one per order.
    """

    def make(said, *, clusters=None, level=None, question="equivalence", options=None):
        rows = []
        for item, answers in said.items():
            for rater, value in answers.items():
                values = value if isinstance(value, tuple) else (value,)
                orders = ("ab", "ba") if len(values) == 2 else ("",)
                for one, order in zip(values, orders, strict=True):
                    rows.append(
                        {
                            "item_id": item,
                            "cluster": (clusters or {}).get(item, item),
                            "category": "G",
                            "rater_id": rater,
                            "rater_kind": "judge" if ":" in rater else "human",
                            "value": one,
                            "order": order,
                            "repeat": 0,
                        }
                    )
        return agreement_report(
            pd.DataFrame(rows),
            study="s",
            question=question,
            level=level,
            options=options or ("different", "equivalent"),
        )

    return make
