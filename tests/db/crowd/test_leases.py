"""Work goes back while people answer, leave and return all at once, on both databases."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.errors import UserError
from db.crowd.claims import after_answer, ensure_work
from db.crowd.erasure import withdraw
from db.crowd.leases import release_lapsed
from db.crowd.participation import touch
from db.crowd.people import exclude
from db.crowd.taken import count_taken
from db.models import Assignment, Participation, Rating, now
from db.queries.answers import Given, add_answer
from tests.support.crowd_study import come, one_arm, open_crowd_study, plan_of


@pytest.mark.slow
@pytest.mark.parametrize("partial_work_counts", [True, False])
def test_nothing_waits_forever_and_no_item_gets_too_many(db, partial_work_counts):
    work = {
        "ratings_per_item": 2,
        "items_per_person": 4,
        "partial_work_counts": partial_work_counts,
        "repeats_per_person": 1,
    }
    study_id = open_crowd_study(db, plan_of(arms=one_arm(n_items=8), work=work))
    people = [come(db, f"P{n}") for n in range(6)]
    failures: list[BaseException] = []
    acknowledged: Counter = Counter()

    def act(rng: random.Random, rater_id: int) -> None:
        """One of the things that happen to a person, often in two tabs at once."""
        with db.read() as session:
            own = session.execute(
                select(Assignment.id, Assignment.item_id).where(Assignment.rater_id == rater_id)
            ).all()
        step = rng.randrange(8)
        with db.write() as session:
            if step == 0:
                touch(session, rater_id)
            elif step == 1:
                ensure_work(session, rater_id)
            elif step == 2:
                session.execute(
                    update(Participation)
                    .where(Participation.rater_id == rater_id)
                    .values(last_seen_at=now() - timedelta(hours=2))
                )
            elif step == 3:
                release_lapsed(session, study_id, now=now() + timedelta(hours=2))
            elif step == 4 and rng.random() < 0.1:
                withdraw(session, rater_id, log=None)
            elif step == 5 and rng.random() < 0.05:
                exclude(session, rater_id, reason="Chance.")
            elif own:
                one = rng.choice(own)
                value = rng.choice(["different", "equivalent"])
                add_answer(session, rater_id, one.id, Given(value, "t"))
                after_answer(session, rater_id)
                acknowledged[rater_id, one.item_id] += 1

    def live(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(25):
            try:
                act(rng, rng.choice(people))
            except UserError:
                continue  # the person has withdrawn meanwhile
            except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
                failures.append(error)
                return

    threads = [threading.Thread(target=live, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)
    with db.read() as session:
        assert max((n for n, _, _ in count_taken(session, study_id).values()), default=0) <= 2
        kept = {tuple(row) for row in session.execute(select(Rating.rater_id, Rating.item_id))}
    assert acknowledged.keys() <= kept
