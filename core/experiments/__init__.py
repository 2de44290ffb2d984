"""Ready experiments: each a declared plan of ordinary runs, and an analysis of what is stored."""

from core.experiments.catalog import EXPERIMENTS, Experiment, get_experiment
from core.experiments.outcome import Outcome, Table
from core.experiments.plan import PlannedWork, PlanRequest, Step

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Outcome",
    "PlanRequest",
    "PlannedWork",
    "Step",
    "Table",
    "get_experiment",
]
