"""Second opinion: does a category's definition say what people mean by a difference?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.evidence.second_opinion import SecondOpinion, second_opinion
from core.types import Question
from db.queries.evidence import OPINION_QUESTIONS, load_opinions
from db.queries.studies import data_version
from pages.components.charts_figures import draw_csv_button, draw_figure
from pages.components.charts_table import draw_notes, draw_sentences
from pages.components.second_opinion_figures import opinion_figure
from pages.components.second_opinion_tables import (
    draw_definition,
    draw_directions,
    draw_people,
    opinion_sentences,
)
from pages.components.workspace import database, open_study_page


@st.cache_data(show_spinner="Computing", max_entries=10)
def load_opinion(
    study_id: int, seed: int, version: tuple[int, int]  # noqa: ARG001 - part of the key
) -> tuple[SecondOpinion, dict[str, dict[str, int]]]:  # fmt: skip
    """The comparison, and how many people of each arm answered which question."""
    with database().read() as session:
        answers, arms = load_opinions(session, study_id)
    who = answers.loc[answers["value"].notna(), ["rater_id", "question"]].drop_duplicates()
    counts: dict[str, dict[str, int]] = {}
    for rater, question in who.itertuples(index=False):
        of_arm = counts.setdefault(arms.get(rater, "no arm"), dict.fromkeys(OPINION_QUESTIONS, 0))
        of_arm[question] += 1
    return second_opinion(answers, seed=seed), counts


def draw_page() -> None:
    study = open_study_page(
        "Second opinion",
        "The same pairs with and without the definition: does it say what people mean?",
    )
    with database().read() as session:
        version = data_version(session, study.id)
    seed = 0
    found, arms = load_opinion(study.id, seed, version)
    asked = {name for name, n in found.n_people.items() if n}
    if not asked & {Question.USEFULNESS, Question.SAME} or Question.EQUIVALENCE not in asked:
        st.info(
            "This needs people's answers to equivalence, and to usefulness or same, on the same "
            "pairs, by different people. On People, set up arms that ask them."
        )
        st.page_link("pages/researcher/people.py", label="Set up arms")
        return
    draw_sentences(opinion_sentences(found))
    draw_figure(
        opinion_figure(found),
        name=f"{study.slug}-second-opinion",
        alt="Share useful where the definition says different and where it says the same, by "
        "category; the table below holds the same figures",
        key="opinion-figure",
    )
    draw_definition(found)
    draw_directions(found)
    draw_people(found, arms)
    st.page_link(
        "pages/researcher/agreement.py",
        label="Judges beside people on usefulness, direction by direction",
    )
    draw_notes(
        [
            "Usefulness is not the opposite of same: a second answer may add nothing though it "
            "differs, and something though it is alike. Pairs asked both ways weigh each direction "
            f"alike; intervals resample prompts. Seed {seed}."
        ]
    )
    rows: list[dict[str, Any]] = [row.as_dict() for row in found.rows]
    draw_csv_button(rows, name=f"{study.slug}-second-opinion", key="opinion-csv")


draw_page()
