"""The ratings of one question, loaded once, and reports on any part of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core.agreement import AgreementReport, AltTestPlan, agreement_report
from core.types import Level

if TYPE_CHECKING:
    import pandas as pd


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


@dataclass(frozen=True)
class AgreementData:
    """Everything a report of one question is made of.

    Attributes:
        study: its slug.
        ratings: as `db.queries.analysis.load_ratings` gives them, excluded people included.
        facts: one row per item, indexed by item_id: strategy, language, characters, position.
        texts: the two responses of pairs people rated.
        options: declared answers; None takes those present.
        excluded: rater_id -> why, of people a researcher excluded.
    """

    study: str
    question: str
    ratings: pd.DataFrame
    facts: pd.DataFrame
    texts: Mapping[str, tuple[str, str]]
    options: Sequence[str | float] | None
    excluded: Mapping[str, str]

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
