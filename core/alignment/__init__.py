"""Judged responses as training data: preference pairs for DPO, rewarded groups for GRPO."""

from core.alignment.data import Candidate, CandidateSet, Floor
from core.alignment.dpo import dpo_rows
from core.alignment.grpo import grpo_rows

__all__ = ["Candidate", "CandidateSet", "Floor", "dpo_rows", "grpo_rows"]
