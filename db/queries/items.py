"""Items: what raters are asked about. Made when somebody is first to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.engine import insert_into
from db.models import Item, Prompt, now

BATCH = 2_000


class SetMember(Protocol):
    """A response, as far as an item of it goes."""

    @property
    def id(self) -> int: ...
    @property
    def prompt_id(self) -> int: ...
    @property
    def category(self) -> str | None: ...
    @property
    def category_source(self) -> str: ...


def ensure_prompt_items(
    session: Session, study_id: int, prompt_ids: Sequence[int]
) -> dict[int, int]:
    """prompt id -> item id, adding what is new."""
    known = _external_ids(session, prompt_ids)
    wanted = {
        f"prompt:{prompt_id}": {
            "kind": "prompt",
            "prompt_id": prompt_id,
            "cluster": external_id,
            "category": category,
            "category_source": "truth" if category else "",
        }
        for prompt_id, (external_id, category) in known.items()
    }
    ids = _ensure(session, study_id, wanted)
    return {prompt_id: ids[f"prompt:{prompt_id}"] for prompt_id in known}


def ensure_response_items(
    session: Session, study_id: int, responses: Sequence[SetMember]
) -> dict[int, int]:
    """response id -> item id, adding what is new."""
    known = _external_ids(session, [response.prompt_id for response in responses])
    wanted = {
        f"response:{response.id}": {
            **_of_prompt("response", response, known),
            "response_a_id": response.id,
        }
        for response in responses
    }
    ids = _ensure(session, study_id, wanted)
    return {response.id: ids[f"response:{response.id}"] for response in responses}


def ensure_pair_items(
    session: Session, study_id: int, pairs: Sequence[tuple[SetMember, SetMember]]
) -> dict[tuple[int, int], int]:
    """(response id, response id) -> item id, adding what is new; the first is member a."""
    known = _external_ids(session, [first.prompt_id for first, _ in pairs])
    wanted = {
        f"pair:{first.id}:{second.id}": {
            **_of_prompt("pair", first, known),
            "response_a_id": first.id,
            "response_b_id": second.id,
        }
        for first, second in pairs
    }
    ids = _ensure(session, study_id, wanted)
    return {(first.id, second.id): ids[f"pair:{first.id}:{second.id}"] for first, second in pairs}


def ensure_set_items(
    session: Session, study_id: int, sets: Sequence[Sequence[SetMember]]
) -> dict[tuple[int, ...], int]:
    """ids of the responses -> item id of their set, adding what is new; in the order given.

    The key names the responses, so that a set whose slots were asked again is another item.
    """
    known = _external_ids(session, [members[0].prompt_id for members in sets])
    wanted = {
        _set_key(members): {
            **_of_prompt("set", members[0], known),
            "content": {"response_ids": [response.id for response in members]},
        }
        for members in sets
    }
    ids = _ensure(session, study_id, wanted)
    return {tuple(one.id for one in members): ids[_set_key(members)] for members in sets}


def ensure_external_items(
    session: Session, study_id: int, wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """key -> item id of items that bring their own texts, adding what is new.

    Args:
        wanted: key -> `content`, and `category` where there is one. The key is also the cluster.
    """
    rows = {
        key: {
            "kind": "external",
            "prompt_id": None,
            "cluster": key,
            "category": values.get("category"),
            "category_source": "truth" if values.get("category") else "",
            "content": values["content"],
        }
        for key, values in wanted.items()
    }
    return _ensure(session, study_id, rows)


def ensure_pairs_of_set(session: Session, item: Item) -> dict[tuple[int, int], int]:
    """(place, place) of two members of a set -> item id of their pair, adding what is new.

    A pair somebody was asked about before is found, whichever of its members came first then.
    """
    members = item.content.get("response_ids", [])
    keys = {
        (a, b): (f"pair:{members[a]}:{members[b]}", f"pair:{members[b]}:{members[a]}")
        for a, b in combinations(range(len(members)), 2)
    }
    known = _find(session, item.study_id, [key for both in keys.values() for key in both])
    wanted = {
        both[0]: {
            "kind": "pair",
            "prompt_id": item.prompt_id,
            "cluster": item.cluster,
            "category": item.category,
            "category_source": item.category_source,
            "response_a_id": members[a],
            "response_b_id": members[b],
        }
        for (a, b), both in keys.items()
        if not known.keys() & set(both)
    }
    known |= _ensure(session, item.study_id, wanted)
    return {places: known.get(both[0]) or known[both[1]] for places, both in keys.items()}


def recategorize(session: Session, prompt_id: int, category: str | None) -> None:
    """Carries a corrected ground truth to the items of a prompt."""
    session.execute(
        update(Item)
        .where(Item.prompt_id == prompt_id)
        .values(category=category, category_source="truth" if category else "")
    )


def _set_key(members: Sequence[SetMember]) -> str:
    return "set:" + ":".join(str(response.id) for response in members)


def _of_prompt(
    kind: str, response: SetMember, known: dict[int, tuple[str, str | None]]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "prompt_id": response.prompt_id,
        "cluster": known[response.prompt_id][0],
        "category": response.category,
        "category_source": response.category_source,
    }


def _external_ids(session: Session, prompt_ids: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    ids = sorted(set(prompt_ids))
    found: dict[int, tuple[str, str | None]] = {}
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        for row in session.execute(
            select(Prompt.id, Prompt.external_id, Prompt.category).where(Prompt.id.in_(part))
        ):
            found[row.id] = (row.external_id, row.category)
    return found


def _ensure(session: Session, study_id: int, wanted: dict[str, dict[str, Any]]) -> dict[str, int]:
    ids = _find(session, study_id, list(wanted))
    new = [
        {
            "study_id": study_id,
            "key": key,
            "response_a_id": None,
            "response_b_id": None,
            "content": {},
            "created_at": now(),
            **values,
        }
        for key, values in sorted(wanted.items())  # in one order, so that no two deadlock
        if key not in ids
    ]
    if new:
        session.execute(insert_into(session, Item).on_conflict_do_nothing(), new)
        ids |= _find(session, study_id, [row["key"] for row in new])
    return ids


def _find(session: Session, study_id: int, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        rows = session.execute(
            select(Item.key, Item.id).where(Item.study_id == study_id, Item.key.in_(part))
        )
        found.update((row.key, row.id) for row in rows)
    return found
