"""Tables. One idea carries them: people and judges are raters who answer questions about items."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Float,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# Named constraints, so that migrations can change them on both databases.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite alone would hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own protocol
        str: Text,
        float: Float,
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def _study_id() -> Mapped[int]:
    return mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)


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
    study_id: Mapped[int] = _study_id()
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
    study_id: Mapped[int] = _study_id()
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


class Item(Base):
    """What is rated: a pair, a response, a prompt, or something imported (external).

    key: its members, or the item_id of an imported one. cluster: what the bootstrap resamples,
    the prompt's external id where there is one. content: texts of an external item.
    category_source: truth, unconfirmed (the category generation used) or import.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("study_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = _study_id()
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
    study_id: Mapped[int] = _study_id()
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
    study_id: Mapped[int] = _study_id()
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
    answer was lost is found again. status: submitting, submitted, ended, lost or failed.
    counts: calls by state, as the provider last said. message: why it failed.
    """

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = _study_id()
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


class Sample(Base):
    """How an item came before people: without the probability no estimate can be corrected.

    arm: whose people rate it; "" for people invited by name. ratings_wanted: answers it needs;
    None where people were given it by name.
    """

    __tablename__ = "sample"
    __table_args__ = (UniqueConstraint("study_id", "item_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = _study_id()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    frame: Mapped[str]
    stratum: Mapped[str] = mapped_column(default="")
    inclusion_probability: Mapped[float | None]
    arm: Mapped[str] = mapped_column(default="", server_default="")
    ratings_wanted: Mapped[int | None]
    seed: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


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
    study_id: Mapped[int] = _study_id()
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
    study_id: Mapped[int] = _study_id()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    purpose: Mapped[str]
    value: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Tag(Base):
    """Why raters part on an item, in a researcher's word, such as "definition unclear"."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("item_id", "question", "word"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = _study_id()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    question: Mapped[str]
    word: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
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


class Run(Base):
    """A batch of work as it was asked for.

    status: queued, running, paused, cancelled, done or failed. attempt counts resumptions: each
    plans anew what is still missing. message: why it failed.
    """

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = _study_id()
    kind: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="queued", index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    requested_by: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Chunk(Base):
    """Part of a run's attempt, executed by one process at a time.

    status: queued, running, done, stopped or failed. progress: counts as in
    `core.pipeline.records.Progress`; the run's progress is the sum over its chunks.
    """

    __tablename__ = "chunk"
    __table_args__ = (UniqueConstraint("run_id", "attempt", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    number: Mapped[int]
    prompt_ids: Mapped[list[Any]] = mapped_column(default=list)
    executor_id: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="queued")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Executor(Base):
    """A process that calls models. Its leases hold while its heartbeat is fresh."""

    __tablename__ = "executor"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=now)
    heartbeat_at: Mapped[datetime] = mapped_column(default=now)


class Lease(Base):
    """The right to make one call, so that two processes never ask the same thing."""

    __tablename__ = "lease"
    unit_key: Mapped[str] = mapped_column(primary_key=True)
    executor_id: Mapped[str] = mapped_column(index=True)
    claimed_at: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """What happened and who did it; append-only."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int | None] = mapped_column(
        ForeignKey("study.id", ondelete="SET NULL"), index=True
    )
    actor: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
