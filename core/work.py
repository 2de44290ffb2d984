"""The words under which work and answers are filed, shared by all who read or write them."""

from __future__ import annotations

from enum import StrEnum


class WorkPurpose(StrEnum):
    """Why an item is before a person. Only RATING counts for an item and enters agreement.

    LATE: answered when the item was somebody else's already. PARTIAL: of a person who dropped out,
    where such work does not count. TEST: of a researcher trying the study out. WITHDRAWN: emptied.
    """

    RATING = "rating"
    PRACTICE = "practice"
    ATTENTION = "attention"
    REPEAT = "repeat"
    LATE = "late"
    PARTIAL = "partial"
    TEST = "test"
    WITHDRAWN = "withdrawn"


class WorkState(StrEnum):
    """RELEASED: given back, because its time ran out or the person left."""

    OPEN = "open"
    DONE = "done"
    RELEASED = "released"


class StudyStatus(StrEnum):
    """CLOSED is final. PAUSED lets people finish what they have and gives out nothing new."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


# Where a rating's meta keeps that it came after its item was given back, and the browser's own id.
LATE_MARK = "late"
CLIENT_ID = "client_id"
# Somebody trying a study out sees the way, not the whole work.
TEST_ITEMS = 3
