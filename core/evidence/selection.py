"""The ratings of one question, loaded once, and reports on any part of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from core.agreement import AgreementReport, AltTestPlan, agreement_report
from core.types import Level

if TYPE_CHECKING:
    import pandas as pd

# Name of the rater that stands for adjudicated answers; never among people.
ADJUDICATED = "adjudicated"
ADJUDICATED_NOTE = (
    "Adjudicated answers settle items chosen because raters part on them: they show what a judge "
    "does there, and cannot estimate the study. They are nobody's among people."
)


def barred_note(n_barred: int) -> str:
    """What is said of answers given after judges' verdicts were seen; "" where there are none."""
    if not n_barred:
        return ""
    items = "1 item was" if n_barred == 1 else f"{n_barred:,} items were"
    return f"{items} settled after judges' verdicts were seen and are no reference."


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a question's ratings a report is about; hashable, so that pages may cache.

    Attributes:
        categories, strategies, languages: () for all.
        with_excluded: whether answers of people a researcher excluded count.
        without_twins: leave out pairs of identical texts.
    """

    categories: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    with_excluded: bool = False
    without_twins: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every item is in."""
        return not (self.categories or self.strategies or self.languages or self.without_twins)


def in_direction(ratings: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Answers to a directed question in one direction; the other is another question.

    Args:
        ratings: as `db.queries.analysis.load_ratings` gives them.
        direction: "ab" (A is read first) or "ba". Imported answers without one are of "ab", the
            order in which their pairs were named.
    """
    return ratings.loc[(ratings["order"] == "ba") == (direction == "ba")]


@dataclass(frozen=True)
class AgreementData:
    """Everything a report of one question is made of.

    Attributes:
        study: its slug.
        ratings: as `db.queries.analysis.load_ratings` gives them, excluded people included; of a
            directed question one direction.
        facts: one row per item, indexed by item_id: strategy, language, characters, position.
        texts: the two responses of pairs people rated.
        options: declared answers; None takes those present.
        excluded: rater_id -> why, of people a researcher excluded.
        adjudicated: item_id -> answer of the rater who settles what others part on; only where
            judges' verdicts were not seen before it (measurement.md 5).
        n_barred: items settled after judges' verdicts were seen.
    """

    study: str
    question: str
    ratings: pd.DataFrame
    facts: pd.DataFrame
    texts: Mapping[str, tuple[str, str]]
    options: Sequence[str | float] | None
    excluded: Mapping[str, str]
    adjudicated: Mapping[str, str] = field(default_factory=dict)
    n_barred: int = 0

    @cached_property
    def excluded_with_answers(self) -> tuple[str, ...]:
        """Excluded people who answered this question, sorted."""
        people = self.ratings.loc[self.ratings["rater_kind"] == "human", "rater_id"]
        return tuple(sorted(set(people) & set(self.excluded)))

    def chosen(self, selection: Selection) -> pd.DataFrame:
        """The ratings of a selection."""
        kept = self.ratings
        if not selection.with_excluded and self.excluded:
            kept = kept.loc[~kept["rater_id"].isin(list(self.excluded))]
        if selection.categories:
            kept = kept.loc[kept["category"].isin(selection.categories)]
        for column, wanted in (
            ("strategy", selection.strategies),
            ("language", selection.languages),
        ):
            if wanted:
                fitting = self.facts.index[self.facts[column].isin(wanted)]
                kept = kept.loc[kept["item_id"].isin(fitting)]
        if selection.without_twins:
            twins = [item for item, (first, second) in self.texts.items() if first == second]
            kept = kept.loc[~kept["item_id"].isin(twins)]
        return kept

    def report(
        self,
        selection: Selection = Selection(),
        *,
        level: Level | None = None,
        seed: int = 0,
        alternative: AltTestPlan | None = None,
    ) -> AgreementReport:
        """The agreement report of a selection (see `core.agreement.agreement_report`)."""
        return agreement_report(
            self.chosen(selection),
            study=self.study,
            question=self.question,
            level=level,
            options=self.options,
            seed=seed,
            texts=self.texts or None,
            alternative=alternative,
        )

    def against_adjudicated(
        self, selection: Selection = Selection(), *, level: Level | None = None, seed: int = 0
    ) -> AgreementReport | None:
        """Judges beside the adjudicated answers of a selection; None where there are none.

        The adjudicator stands where people stand in other reports, alone; people are not in it.
        """
        chosen = self.chosen(selection)
        mine = chosen.loc[chosen["item_id"].isin(list(self.adjudicated))]
        judges = mine.loc[mine["rater_kind"] == "judge"]
        if judges.empty:
            return None
        settled = judges.drop_duplicates("item_id").assign(
            rater_id=ADJUDICATED,
            rater_kind="human",
            value=lambda rows: rows["item_id"].map(self.adjudicated),
            order="",
            repeat=0,
        )
        import pandas as pd

        return agreement_report(
            pd.concat([settled, judges], ignore_index=True),
            study=self.study,
            question=self.question,
            level=level,
            options=self.options,
            seed=seed,
        )
