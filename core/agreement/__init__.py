"""Agreement between raters, people and judges alike, with intervals that respect prompts.

Coefficients take a table of shape (n_raters, n_items), NaN or None where a rater skipped an
item. Krippendorff's worked example (2011), four observers, twelve units:

>>> import numpy as np
>>> from core.agreement import krippendorff_alpha
>>> skip = float("nan")
>>> ratings = np.array([
...     [1, 2, 3, 3, 2, 1, 4, 1, 2, skip, skip, skip],
...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, skip, 3],
...     [skip, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, skip],
...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, skip],
... ])
>>> round(krippendorff_alpha(ratings, level="nominal").value, 3)
0.743
>>> round(krippendorff_alpha(ratings, level="ordinal").value, 3)
0.815

What is undefined is NaN with a reason, never a convenient constant:

>>> alone = krippendorff_alpha([["same", "different"]], level="nominal")
>>> alone.value, alone.reason
(nan, 'no item has two ratings')

An estimate knows what it is made of, so an interval needs only the prompt of each item. Ten pairs
of one prompt share five responses; intervals therefore resample prompts, not pairs:

>>> from core.agreement import Resampler, default_interval, percent_agreement
>>> rng = np.random.default_rng(0)
>>> truth = np.repeat(rng.random(60) < 0.5, 4)
>>> people = np.array([truth ^ (rng.random(240) < 0.15) for _ in range(3)]).astype(float)
>>> prompts = np.repeat(np.arange(60), 4)
>>> agreement = default_interval(
...     percent_agreement(people, options=(0.0, 1.0)), prompts, resampler=Resampler(rng)
... )
>>> agreement.method
'percentile cluster bootstrap'
>>> agreement.low < agreement.value < agreement.high
True

With fewer than ten prompts there is no interval, and the reason stands in its place:

>>> few = default_interval(
...     percent_agreement(people[:, :16]), prompts[:16], resampler=Resampler(rng)
... )
>>> few.low, few.reason
(None, 'no interval: 4 prompts, at least 10 are needed')

`agreement_report` puts people, judges and judges without skill side by side.
"""

from core.agreement.alternative import alternative_test, panel_tests
from core.agreement.alternative_rows import (
    EPSILON_OF_ANNOTATORS,
    AltTest,
    AltTestPlan,
    RaterTest,
)
from core.agreement.coefficients import (
    cohen_kappa,
    fleiss_kappa,
    fleiss_kappa_by_option,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from core.agreement.consensus import ConsensusRules, compare_rules
from core.agreement.corrected import (
    CHOSEN_BY_JUDGES,
    CorrectedMean,
    answer_means,
    corrected_mean,
)
from core.agreement.dawid_skene import DawidSkene, dawid_skene, dawid_skene_of
from core.agreement.ensemble import ENSEMBLE
from core.agreement.estimate import Estimate
from core.agreement.explanations import CAUTIONS, EXPLANATIONS, prevalence_paradox
from core.agreement.families import (
    CategoryFamily,
    CategoryLine,
    Pooling,
    category_family,
    partial_pooling,
)
from core.agreement.frames import RatingsTable, ratings_table
from core.agreement.gwet import gwet_interval, gwet_standard_error
from core.agreement.intervals import default_interval, default_intervals
from core.agreement.multiplicity import benjamini_yekutieli, holm_adjusted
from core.agreement.planning import (
    Effort,
    Pilot,
    SampleDesign,
    SamplePlan,
    design_from_pilot,
    effort,
    half_width,
    pilot_of,
    plan_sample,
)
from core.agreement.power import PowerPlan, alternative_power, plan_power
from core.agreement.repeats import RepeatRow, repeat_rows
from core.agreement.report import AgreementReport, Confusion, JudgedItem, agreement_report
from core.agreement.resampling import Resampler
from core.agreement.score_rows import ScoreAgreement, score_agreement
from core.agreement.scores import IccForm, icc, kendall_tau_b, spearman
from core.agreement.sensitivity import SensitivityLine, sensitivity_lines
from core.agreement.standing import Standing, standing, standings
from core.agreement.statistic import Statistic
from core.agreement.weights import WEIGHTS_OF_LEVEL, weight_matrix

__all__ = [
    "CAUTIONS",
    "CHOSEN_BY_JUDGES",
    "ENSEMBLE",
    "EPSILON_OF_ANNOTATORS",
    "EXPLANATIONS",
    "WEIGHTS_OF_LEVEL",
    "AgreementReport",
    "AltTest",
    "AltTestPlan",
    "CategoryFamily",
    "CategoryLine",
    "Confusion",
    "ConsensusRules",
    "CorrectedMean",
    "DawidSkene",
    "Effort",
    "Estimate",
    "IccForm",
    "JudgedItem",
    "Pilot",
    "Pooling",
    "PowerPlan",
    "RaterTest",
    "RatingsTable",
    "RepeatRow",
    "Resampler",
    "SampleDesign",
    "SamplePlan",
    "ScoreAgreement",
    "SensitivityLine",
    "Standing",
    "Statistic",
    "agreement_report",
    "alternative_power",
    "alternative_test",
    "answer_means",
    "benjamini_yekutieli",
    "category_family",
    "cohen_kappa",
    "compare_rules",
    "corrected_mean",
    "dawid_skene",
    "dawid_skene_of",
    "default_interval",
    "default_intervals",
    "design_from_pilot",
    "effort",
    "fleiss_kappa",
    "fleiss_kappa_by_option",
    "gwet_ac",
    "gwet_interval",
    "gwet_standard_error",
    "half_width",
    "holm_adjusted",
    "icc",
    "kendall_tau_b",
    "krippendorff_alpha",
    "panel_tests",
    "partial_pooling",
    "percent_agreement",
    "pilot_of",
    "plan_power",
    "plan_sample",
    "prevalence_paradox",
    "ratings_table",
    "repeat_rows",
    "score_agreement",
    "sensitivity_lines",
    "spearman",
    "standing",
    "standings",
    "weight_matrix",
]
