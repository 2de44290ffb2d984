"""Who answers what about which item: people and judges alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now, study_fk


class Item(Base):
    """What is rated: a pair, a response, a prompt, or something imported (external).

    key: its members, or the item_id of an imported one. cluster: what the bootstrap resamples,
    the prompt's external id where there is one. content: texts of an external item.
    category_source: truth, unconfirmed (the category generation used) or import.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("study_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    kind: Mapped[str]
    key: Mapped[str]
    cluster: Mapped[str]
    prompt_id: Mapped[int | None] = mapped_column(
        ForeignKey("prompt.id", ondelete="CASCADE"), index=True
    )
    response_a_id: Mapped[int | None] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), index=True
    )
    response_b_id: Mapped[int | None] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    category: Mapped[str | None]
    category_source: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Rater(Base):
    """Whoever answers. identity: a judge's model, a person's pseudonym, an imported id.

    kind: human, judge, or adjudicator: a researcher who settles what raters part on. Adjudicated
    answers are nobody's opinion in the agreement of people.
    """

    __tablename__ = "rater"
    __table_args__ = (UniqueConstraint("study_id", "identity"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    kind: Mapped[str]
    identity: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Identity(Base):
    """What links a rater to a person; erasable on its own."""

    __tablename__ = "identity"
    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"), unique=True)
    platform: Mapped[str] = mapped_column(default="")
    platform_id: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")


class Sample(Base):
    """How an item came before people: without the probability no estimate can be corrected.

    arm: whose people rate it; "" for people invited by name. ratings_wanted: answers it needs;
    None where people were given it by name.
    """

    __tablename__ = "sample"
    __table_args__ = (UniqueConstraint("study_id", "item_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    frame: Mapped[str]
    stratum: Mapped[str] = mapped_column(default="")
    inclusion_probability: Mapped[float | None]
    arm: Mapped[str] = mapped_column(default="", server_default="")
    ratings_wanted: Mapped[int | None]
    seed: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Assignment(Base):
    """One item put before one person. left: which member is drawn first, a or b.

    state: open, done, or released: given back after its lease ran out. purpose: rating, practice,
    attention, repeat, late (answered when the item was already somebody else's) or partial (of a
    person who dropped out, where such work does not count); only `rating` counts towards the
    ratings an item needs.
    lease_until: None for work that is never taken back. member_order: a set's members as shown.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("rater_id", "item_id", "question", "repeat"),
        Index("ix_assignment_rater_position", "rater_id", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    question: Mapped[str]
    repeat: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    left: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    purpose: Mapped[str] = mapped_column(default="rating", server_default="rating")
    lease_until: Mapped[datetime | None]
    member_order: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Rating(Base):
    """An answer. Append-only: a changed answer is a new revision; only withdrawal empties it.

    value: None means unscored, with `reason`. order: ab, ba, or "" where there is no order.
    template: name@hash of the words asked with. source: direct, grouping or import.
    purpose: as the assignment's; only `rating` enters agreement.
    rationale: a judge's reasons, a person's comment. meta: `late` marks an answer after release.
    """

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint(
            "item_id",
            "rater_id",
            "question",
            "template",
            "source",
            "order",
            "repeat",
            "revision",
            name="uq_rating_key",
        ),
        Index("ix_rating_rater_question", "rater_id", "question"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("rater.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    value: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    rationale: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float | None]
    order: Mapped[str] = mapped_column(default="")
    template: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="direct")
    repeat: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    category_used: Mapped[str | None]
    elapsed_ms: Mapped[int | None]
    raw_reply: Mapped[str | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(default="rating", server_default="rating")
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Tag(Base):
    """Why raters part on an item, in a researcher's word, such as "definition unclear"."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("item_id", "question", "word"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    word: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
