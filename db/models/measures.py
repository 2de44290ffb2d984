"""What was computed from texts once, because texts never change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now


class Embedding(Base):
    """A text's vector by one model, kept so that no text is sent twice.

    text_hash: 64 hex digits of the text's SHA-256. vector: 32-bit floats, little endian.
    """

    __tablename__ = "embedding"
    __table_args__ = (UniqueConstraint("model", "text_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str]
    text_hash: Mapped[str]
    vector: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now)


class SetMeasure(Base):
    """A measure of the texts of one prompt's set, computed once: texts never change.

    members: ids of the set's responses, joined by commas. measure: its name, with the embedder and
    version it was computed by. value: None where undefined, with the reason.
    """

    __tablename__ = "set_measure"
    __table_args__ = (UniqueConstraint("condition_id", "prompt_id", "members", "measure"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    condition_id: Mapped[int] = mapped_column(ForeignKey("condition.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"), index=True)
    members: Mapped[str]
    measure: Mapped[str]
    value: Mapped[float | None]
    reason: Mapped[str] = mapped_column(default="")
