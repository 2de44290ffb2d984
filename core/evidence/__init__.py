"""What lies behind the coefficients: who parts with whom, where, when and how surely.

Everything here describes. The statistics a claim may rest on are in `core.agreement`.
"""

from core.evidence.selection import AgreementData, Selection

__all__ = ["AgreementData", "Selection"]
