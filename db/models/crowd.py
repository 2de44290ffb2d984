"""What only people recruited for a study leave behind, and what they are checked by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now, study_fk


class Participation(Base):
    """A person's way through a crowd study.

    phase: as in `core.crowd.phases.Phase`. phases: phase -> when it was entered (ISO, UTC).
    is_test: a researcher trying out the path, never counted; test_outcome: the end they try.
    last_seen_at: what is open goes back when a lease has run since then.
    consent: version, hash of the text, when. captured: parameters of the address they came by.
    practice: rounds so far, right and asked of the latest. answers: key -> answer at the end.
    excluded_*: a researcher's decision, with who and why.
    """

    __tablename__ = "participation"
    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"), unique=True)
    study_id: Mapped[int] = study_fk()
    arm: Mapped[str]
    phase: Mapped[str]
    phases: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    test_outcome: Mapped[str] = mapped_column(default="", server_default="")
    consent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    captured: Mapped[dict[str, Any]] = mapped_column(default=dict)
    practice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    excluded_reason: Mapped[str] = mapped_column(default="")
    excluded_by: Mapped[str] = mapped_column(default="")
    excluded_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Gold(Base):
    """An item whose answer is known. purpose: practice or attention. Never from a judge."""

    __tablename__ = "gold"
    __table_args__ = (UniqueConstraint("item_id", "question", "purpose"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    purpose: Mapped[str]
    value: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Note(Base):
    """What a person wrote about an item. kind: comment or problem."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
