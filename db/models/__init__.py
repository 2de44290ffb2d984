"""Tables. One idea carries them: people and judges are raters who answer questions about items."""

from __future__ import annotations

from db.models.base import NAMING, Base, UtcDateTime, now
from db.models.crowd import Gold, Note, Participation
from db.models.judging import Batch, BatchCall, Checklist, JudgedSet
from db.models.measures import Embedding, SetMeasure
from db.models.runs import Chunk, Event, Executor, Lease, Run
from db.models.spine import Condition, ParaphraseSet, Prompt, Response, Study
from db.models.work import Assignment, Identity, Item, Rater, Rating, Sample, Tag

__all__ = [
    "NAMING",
    "Assignment",
    "Base",
    "Batch",
    "BatchCall",
    "Checklist",
    "Chunk",
    "Condition",
    "Embedding",
    "Event",
    "Executor",
    "Gold",
    "Identity",
    "Item",
    "JudgedSet",
    "Lease",
    "Note",
    "ParaphraseSet",
    "Participation",
    "Prompt",
    "Rater",
    "Rating",
    "Response",
    "Run",
    "Sample",
    "SetMeasure",
    "Study",
    "Tag",
    "UtcDateTime",
    "now",
]
