"""The agreement report of one question: people among themselves, judges and baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.agreement.alternative import panel_tests
from core.agreement.alternative_rows import AltTestPlan
from core.agreement.baselines import (
    CONSTANT,
    constant_answer,
    constant_by_category,
    skill_free_baselines,
    tfidf_baseline,
)
from core.agreement.comparison import Comparison
from core.agreement.ensemble import ensemble_verdicts
from core.agreement.panel import Panel, Verdicts, human_majority
from core.agreement.resampling import Resampler
from core.agreement.rows import HumanRow, JudgeRow
from core.agreement.sentences import headline
from core.agreement.table import build_panel
from core.agreement.weights import WEIGHTS_OF_LEVEL, FloatArray, WeightName
from core.errors import InvalidRatingsError
from core.types import Level, Question

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
Answer = str | float


@dataclass(frozen=True)
class Confusion:
    """A judge's verdicts against people's majority, in items.

    Attributes:
        options: the q answers.
        table: shape (q, q), rows the judge's verdict, columns the majority; an item whose
            verdict depends on the order, or on which an ensemble ties, is shared among cells.
        n_tied: items left out because people tie.
    """

    options: tuple[Answer, ...]
    table: FloatArray
    n_tied: int


@dataclass(frozen=True)
class JudgedItem:
    """An item with a judge's verdict and a clear majority of people.

    Attributes:
        judge_value: the verdict; None where it depends on the order, or where an ensemble ties.
        human_values: the valid human answers, in order of the options.
    """

    item_id: str
    cluster: str
    category: str
    judge: str
    judge_value: Answer | None
    majority: Answer
    human_values: tuple[Answer, ...]

    @property
    def agrees(self) -> bool:
        return self.judge_value == self.majority


@dataclass(frozen=True)
class AgreementReport:
    """Everything an agreement page or command shows about one question.

    Attributes:
        weights: of cohen_kappa and gwet_ac, by level; fleiss_kappa and percent are unweighted.
        options: the answers in order.
        humans: one row per category, "all" first.
        judges: one row per judge and category; `ensemble:majority` is one of them where there are
            two judges or more.
        baselines: the same for judges without skill.
        constant: the answer `baseline:constant` gives in the "all" row; None without ratings.
    """

    study: str
    question: str
    level: Level
    weights: WeightName
    options: tuple[Answer, ...]
    humans: tuple[HumanRow, ...]
    judges: tuple[JudgeRow, ...]
    baselines: tuple[JudgeRow, ...]
    constant: Answer | None
    panel: Panel

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of `agreement --json`."""
        return {
            "study": self.study,
            "question": self.question,
            "level": self.level,
            "weights": self.weights,
            "humans": [row.as_dict() for row in self.humans],
            "judges": [row.as_dict() for row in self.judges],
            "baselines": [row.as_dict() for row in self.baselines],
        }

    @property
    def judge_names(self) -> tuple[str, ...]:
        return tuple(judge.name for judge in self.panel.judges)

    def judge_confusion(self, judge: str) -> Confusion:
        """A judge's verdicts against people's majority, over all categories.

        Raises:
            InvalidRatingsError: no such judge.
        """
        verdicts = self._verdicts(judge)
        majority, tied = self._majority()
        merged = verdicts.merged
        known = majority >= 0
        table = np.zeros((len(self.options), len(self.options)))
        np.add.at(table.T, majority[known], merged[known])
        n_tied = int(np.count_nonzero(tied & (merged.sum(axis=1) > 0)))
        return Confusion(self.options, table, n_tied)

    def judged_items(self, judge: str) -> list[JudgedItem]:
        """Every item the judge's confusion counts; those on which people tie are left out.

        Raises:
            InvalidRatingsError: no such judge.
        """
        verdicts = self._verdicts(judge)
        majority, _ = self._majority()
        counts, merged = self.panel.counts, verdicts.merged
        unclear = merged.max(axis=1, initial=0.0) < 1
        return [
            JudgedItem(
                str(self.panel.item_ids[item]),
                str(self.panel.cluster_names[item]),
                str(self.panel.categories[item]),
                judge,
                None if unclear[item] else self.options[merged[item].argmax()],
                self.options[majority[item]],
                tuple(
                    answer
                    for answer, times in zip(self.options, counts[item], strict=True)
                    for _ in range(int(times))
                ),
            )
            for item in np.flatnonzero((majority >= 0) & (merged.sum(axis=1) > 0))
        ]

    def disagreements(self, judge: str | None = None) -> list[JudgedItem]:
        """Items on which a judge and people's majority part, ties of people left out.

        Args:
            judge: one judge; None lists all judges' items, judge by judge.

        Raises:
            InvalidRatingsError: no such judge.
        """
        judges = self.judge_names if judge is None else (judge,)
        return [item for name in judges for item in self.judged_items(name) if not item.agrees]

    def headline_sentence(self, judge: str) -> str:
        """What may be said of a judge in one sentence, over all categories.

        Raises:
            InvalidRatingsError: no such judge.
        """
        self._verdicts(judge)
        row = next(row for row in self.judges if row.judge == judge and row.category == ALL)
        baselines = {row.judge: row for row in self.baselines if row.category == ALL}
        return headline(
            row, self.humans[0], baselines, question=self.question, constant=self.constant
        )

    def _majority(self) -> tuple[Any, Any]:
        return human_majority(self.panel.counts, self.level, self.options)

    def _verdicts(self, judge: str) -> Verdicts:
        for verdicts in self.panel.judges:
            if verdicts.name == judge:
                return verdicts
        raise InvalidRatingsError(
            f"No judge {judge!r} answered {self.question!r} in study {self.study!r}; "
            f"there are: {', '.join(self.judge_names) or 'none'}."
        )


def agreement_report(
    ratings: pd.DataFrame,
    *,
    study: str,
    question: str,
    level: Level | None = None,
    options: Sequence[Answer] | None = None,
    seed: int = 0,
    texts: Mapping[str, tuple[str, str]] | None = None,
    alternative: AltTestPlan | None = None,
) -> AgreementReport:
    """Compare people with one another, and judges and skill-free baselines with people.

    Args:
        ratings: one row per rating: item_id, cluster, category, rater_id, rater_kind
            (human|judge), value (missing = unscored), order (ab|ba|"": the order shown), repeat.
            Planned repeats (repeat > 0) stay out.
        study: its slug, for the output.
        question: its name; sensitivity and specificity exist for equivalence.
        level: None takes ordinal for quality and count, else nominal.
        options: declared answers in order, which set q; None takes the values present.
        seed: of the bootstrap and of the folds of the TF-IDF baseline.
        texts: the two responses of each item, for the TF-IDF baseline.
        alternative: adds the alternative annotator test to every judge and baseline.

    Raises:
        InvalidRatingsError: a missing column, an undeclared answer, words at a level that needs
            numbers, or a rater who answered an item twice.
    """
    level = level or default_level(question)
    panel = build_panel(ratings, level, options)
    together = ensemble_verdicts(panel.judges, level)
    if together is not None:
        panel = replace(panel, judges=(*panel.judges, together))
    bootstrap_rng, fold_rng = np.random.default_rng(seed).spawn(2)
    resampler = Resampler(bootstrap_rng)
    tfidf = (
        tfidf_baseline(panel, texts, fold_rng)
        if texts and question == Question.EQUIVALENCE
        else None
    )
    humans: list[HumanRow] = []
    judges: list[JudgeRow] = []
    baseline_rows: list[JudgeRow] = []
    for category in [ALL, *sorted(set(panel.categories) - {""})]:
        kept = np.full(len(panel.item_ids), True)
        if category != ALL:
            kept = panel.categories == category
        part = panel.take(kept)
        baselines = skill_free_baselines(part) + ([tfidf.take(kept)] if tfidf else [])
        comparison = Comparison(part, category, question, resampler)
        humans.append(comparison.human_row())
        judges += [comparison.judge_row(judge, baselines) for judge in part.judges]
        baseline_rows += [comparison.judge_row(baseline, None) for baseline in baselines]
    if alternative is not None:
        without_skill = skill_free_baselines(panel) + ([tfidf] if tfidf else [])
        judges = _with_tests(judges, panel, panel.judges, alternative, seed)
        baseline_rows = _with_tests(baseline_rows, panel, without_skill, alternative, seed)
    return AgreementReport(
        study,
        question,
        level,
        WEIGHTS_OF_LEVEL[level],
        panel.options,
        tuple(humans),
        tuple(sorted(judges, key=lambda row: row.judge)),
        tuple(sorted(baseline_rows, key=lambda row: row.judge)),
        panel.options[constant_answer(panel)] if panel.people.item.size else None,
        panel,
    )


def _with_tests(
    rows: Sequence[JudgeRow],
    panel: Panel,
    judges: Sequence[Verdicts],
    plan: AltTestPlan,
    seed: int,
) -> list[JudgeRow]:
    """Rows with the alternative annotator test of their judge and category."""
    tests = {judge.name: panel_tests(panel, judge, plan, seed=seed) for judge in judges}
    if CONSTANT in tests:
        of_categories = panel_tests(panel, constant_by_category(panel), plan, seed=seed)
        tests[CONSTANT] = {**of_categories, ALL: tests[CONSTANT][ALL]}
    return [replace(row, alt_test=tests[row.judge][row.category]) for row in rows]


def default_level(question: str) -> Level:
    """Ordinal for quality and count, nominal for every other question."""
    return "ordinal" if question in (Question.QUALITY, "count") else "nominal"
