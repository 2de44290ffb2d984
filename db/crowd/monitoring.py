"""How a crowd study goes, at this moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.crowd import ENDS, Phase, read_plan
from core.crowd.plan import WorkPlan
from core.work import StudyStatus, WorkPurpose
from db.crowd.people import ParticipantRow, list_participants
from db.crowd.taken import count_done
from db.models import Participation, Rating, Sample, Study
from db.models import now as moment

HOURS = 24
# Below so many ratings in the last hour the pace is that of the whole day.
PACE_MINIMUM = 10


@dataclass(frozen=True, slots=True)
class HourCount:
    """Ratings that came in one hour."""

    start: datetime
    ratings: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a person a researcher may want to look at."""

    rater_id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Monitor:
    """The state of a study; people who try it out are left out of everything.

    Attributes:
        phases: phase -> people in it now.
        per_hour: the last 24 hours, the oldest first.
        coverage: question -> ratings an item has -> items.
        seconds: question -> median time for an answer.
        dropout: of the people who began to rate and are no longer at it, the share that left
            before the end; None before anybody has ended.
        n_active: people seen within a lease who are not at an end.
        done, wanted: ratings.
        estimated_finish: at the pace of the last hour, or of the day; None with a reason.
    """

    status: str
    phases: Mapping[str, int]
    per_hour: tuple[HourCount, ...]
    coverage: Mapping[str, Mapping[int, int]]
    seconds: Mapping[str, float]
    dropout: float | None
    n_active: int
    done: int
    wanted: int
    flags: tuple[Flag, ...]
    estimated_finish: datetime | None
    finish_reason: str


def monitor(session: Session, study_id: int, *, now: datetime | None = None) -> Monitor:
    """Looks at everything once."""
    at = now or moment()
    study = session.get_one(Study, study_id)
    plan = read_plan(study.settings)
    work = plan.work if plan else WorkPlan()
    gone_before = at - timedelta(minutes=work.lease_minutes)
    people = [one for one in list_participants(session, study_id) if not one.is_test]
    times = _rating_times(session, study_id, at - timedelta(hours=HOURS))
    coverage, done, wanted = _coverage(session, study_id)
    finish, reason = _finish(study.status, times, wanted - done, at)
    return Monitor(
        status=study.status,
        phases=dict(Counter(one.phase for one in people)),
        per_hour=_per_hour(times, at),
        coverage=coverage,
        seconds=_seconds(session, study_id),
        dropout=_dropout(people, gone_before),
        n_active=sum(one.phase not in ENDS and one.last_seen_at >= gone_before for one in people),
        done=done,
        wanted=wanted,
        flags=tuple(flag for one in people for flag in _flags(one)),
        estimated_finish=finish,
        finish_reason=reason,
    )


def _rating_times(session: Session, study_id: int, since: datetime) -> list[datetime]:
    return list(
        session.scalars(
            select(Rating.created_at)
            .join(Participation, Participation.rater_id == Rating.rater_id)
            .where(
                Participation.study_id == study_id,
                Rating.created_at >= since,
                Rating.purpose == WorkPurpose.RATING,
                Rating.source == "direct",
                Rating.revision == 0,
            )
        )
    )


def _per_hour(times: Sequence[datetime], at: datetime) -> tuple[HourCount, ...]:
    first = at - timedelta(hours=HOURS)
    counts = Counter(int((time - first) / timedelta(hours=1)) for time in times)
    return tuple(HourCount(first + timedelta(hours=n), counts[n]) for n in range(HOURS))


def _coverage(session: Session, study_id: int) -> tuple[dict[str, dict[int, int]], int, int]:
    """(question -> ratings -> items, ratings that count, ratings wanted) of the items drawn."""
    done = count_done(session, study_id)
    coverage: dict[str, Counter[int]] = defaultdict(Counter)
    n_done = n_wanted = 0
    for item_id, question, wanted in session.execute(
        select(Sample.item_id, Sample.question, Sample.ratings_wanted).where(
            Sample.study_id == study_id, Sample.ratings_wanted.is_not(None)
        )
    ):
        n = done.get((item_id, question), 0)
        coverage[question][n] += 1
        n_done += min(n, wanted or 0)
        n_wanted += wanted or 0
    return {one: dict(sorted(counts.items())) for one, counts in coverage.items()}, n_done, n_wanted


def _seconds(session: Session, study_id: int) -> dict[str, float]:
    times: dict[str, list[float]] = defaultdict(list)
    for question, elapsed_ms in session.execute(
        select(Rating.question, Rating.elapsed_ms)
        .join(Participation, Participation.rater_id == Rating.rater_id)
        .where(
            Participation.study_id == study_id,
            Rating.purpose == WorkPurpose.RATING,
            Rating.elapsed_ms.is_not(None),
        )
    ):
        times[question].append((elapsed_ms or 0) / 1000)
    return {question: median(values) for question, values in sorted(times.items())}


def _dropout(people: Sequence[ParticipantRow], gone_before: datetime) -> float | None:
    left = sum(
        one.phase in (Phase.RATING, Phase.CLOSING) and one.last_seen_at < gone_before
        for one in people
    )
    left += sum(one.phase in (Phase.WITHDRAWN, Phase.FAILED_ATTENTION) for one in people)
    ended = left + sum(one.phase == Phase.COMPLETE for one in people)
    return left / ended if ended else None


def _flags(one: ParticipantRow) -> list[Flag]:
    if one.excluded_reason:
        return []
    texts = list(one.proposals)
    names = {
        "longest_run": (
            "{value:.0f} times the same answer in a row; chance seldom passes {high:.0f}"
        ),
        "left_share": (
            "{value:.0%} of differences seen with the same response first; chance gives {low:.0%} "
            "to {high:.0%}"
        ),
    }
    for signal in one.signals:
        if signal.key in names and signal.is_outside:
            values = {"value": signal.value, "low": signal.low, "high": signal.high}
            texts.append(names[signal.key].format(**values))
    return [Flag(one.rater_id, one.name, text) for text in texts]


def _finish(
    status: str, times: Sequence[datetime], n_left: int, at: datetime
) -> tuple[datetime | None, str]:
    if status != StudyStatus.OPEN:
        return None, f"the study is {status}"
    if n_left <= 0:
        return None, "all ratings are there"
    last_hour = sum(time >= at - timedelta(hours=1) for time in times)
    if last_hour >= PACE_MINIMUM:
        per_hour = float(last_hour)
    elif times:
        per_hour = len(times) / max(1.0, (at - min(times)) / timedelta(hours=1))
    else:
        return None, "no rating in the last 24 hours"
    return at + timedelta(hours=n_left / per_hour), ""
