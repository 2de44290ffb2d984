"""What judges wrote or saved beside their ratings, and calls handed over together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now, study_fk


class Checklist(Base):
    """Key factors a judge wrote for a prompt, used for every score of that prompt."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("prompt_id", "rater_id", "template"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"))
    template: Mapped[str]
    factors: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(default="")
    raw_reply: Mapped[str] = mapped_column(default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class JudgedSet(Base):
    """A set whose pairs a judge was asked about adaptively; the answers are ratings like any.

    mode: graph or transitive. orders: joined by commas. asked: [response id, response id] of the
    pairs the estimate goes by, in order of asking. audited: [response id, response id, inferred
    verdict] of pairs asked at random after that. n_inferred: pairs whose verdict was inferred.
    """

    __tablename__ = "judged_set"
    __table_args__ = (
        UniqueConstraint(
            "rater_id",
            "template",
            "prompt_id",
            "condition_id",
            "mode",
            "orders",
            name="uq_judged_set_key",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"))
    template: Mapped[str]
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    condition_id: Mapped[int] = mapped_column(ForeignKey("condition.id", ondelete="CASCADE"))
    mode: Mapped[str]
    orders: Mapped[str]
    asked: Mapped[list[Any]] = mapped_column(default=list)
    audited: Mapped[list[Any]] = mapped_column(default=list)
    n_inferred: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Batch(Base):
    """Calls handed to a provider's batch API together.

    key: our own name for it, told to the provider where it takes one, so that a submission whose
    answer was lost is found again. status: submitting, submitted, withdrawn (the provider is asked
    to end it, what it finished is still to be collected), ended, lost or failed.
    counts: calls by state, as the provider last said. message: why it failed.
    """

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str]
    endpoint: Mapped[str]
    remote_id: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="submitting")
    n_calls: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class BatchCall(Base):
    """One call of a batch, until what came of it is stored where it belongs.

    call_id: what the call is for, the same in every process. request_hash: of what was asked.
    custom_id: its name in the batch. status: submitted, done or failed. payload: the reply as the
    provider gave it. parameters: what was sent, and what the model had refused. attempt: how often
    it was handed over.
    """

    __tablename__ = "batch_call"
    __table_args__ = (UniqueConstraint("study_id", "endpoint", "call_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str]
    call_id: Mapped[str]
    request_hash: Mapped[str]
    custom_id: Mapped[str]
    status: Mapped[str] = mapped_column(default="submitted")
    status_code: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempt: Mapped[int] = mapped_column(default=1)
