"""A study, its prompts, and what models answered under which conditions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now, study_fk


class Study(Base):
    """A body of prompts, responses and ratings that is analysed together.

    status: draft, open, paused or closed. taxonomy_*: what the study was started with.
    version: counts changes other than people's answers, so that cached results know their age.
    """

    __tablename__ = "study"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    is_sample: Mapped[bool] = mapped_column(default=False)
    taxonomy_version: Mapped[str]
    taxonomy_hash: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Prompt(Base):
    """A task given to the models. `category` is the ground truth, or None."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("study_id", "external_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    external_id: Mapped[str]
    text: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(default="")
    category: Mapped[str | None]
    category_set_by: Mapped[str] = mapped_column(default="")
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Condition(Base):
    """Model, strategy and parameters as asked for; `spec` is what the hash covers."""

    __tablename__ = "condition"
    __table_args__ = (UniqueConstraint("study_id", "hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    hash: Mapped[str]
    label: Mapped[str]
    model: Mapped[str]
    endpoint: Mapped[str] = mapped_column(default="")
    strategy: Mapped[str]
    n: Mapped[int]
    spec: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Response(Base):
    """One slot of a set of n: a text, or a failure with its reason.

    status: ok or failed. flags: truncated, surplus, looks_like_refusal, preamble, no_probability,
    no_seed. raw_reply: whole reply of a call that filled several slots, kept with the first of
    them, or of which the text is a part only. meta: what came beside the text (`probability`,
    `seed`, `reasoning`), what was asked in the prompt's place (`paraphrase`), and columns of an
    imported response.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("prompt_id", "condition_id", "sample_index", "replicate"),
        Index("ix_response_condition_prompt", "condition_id", "prompt_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    condition_id: Mapped[int] = mapped_column(ForeignKey("condition.id", ondelete="CASCADE"))
    sample_index: Mapped[int]
    replicate: Mapped[int] = mapped_column(default=0)
    status: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    reason: Mapped[str | None]
    detail: Mapped[str] = mapped_column(default="")
    flags: Mapped[list[Any]] = mapped_column(default=list)
    finish_reason: Mapped[str] = mapped_column(default="")
    category_used: Mapped[str | None]
    category_source: Mapped[str] = mapped_column(default="")
    template_name: Mapped[str] = mapped_column(default="")
    template_hash: Mapped[str] = mapped_column(default="")
    parameters_sent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parameters_dropped: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    latency_ms: Mapped[int] = mapped_column(default=0)
    served_model: Mapped[str] = mapped_column(default="")
    raw_reply: Mapped[str | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ParaphraseSet(Base):
    """Paraphrases of a prompt that the model of a condition wrote, asked one each.

    texts: in the order asked. reason: set where there are fewer than the condition's n.
    """

    __tablename__ = "paraphrase_set"
    __table_args__ = (UniqueConstraint("prompt_id", "condition_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    condition_id: Mapped[int] = mapped_column(
        ForeignKey("condition.id", ondelete="CASCADE"), index=True
    )
    template: Mapped[str]
    texts: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(default="")
    raw_reply: Mapped[str] = mapped_column(default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
