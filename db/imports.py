"""Storing what was read from files: prompts, responses and ratings made elsewhere."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.errors import ImportFileError, UserError
from core.importing import ImportedPrompt, ImportedRating, ImportedResponse, external_items
from core.importing.drawing import Provenance
from core.importing.noveltybench import PartitionVerdict
from core.pipeline.records import StoredResponse
from core.types import Question, Verdict
from db.models import Condition, Item, Prompt, Rater, Rating, Response, Study, now
from db.queries.items import ensure_pair_items, recategorize
from db.queries.prompts import PROMPT_SETS
from db.queries.ratings import current_ratings
from db.queries.responses import list_current_responses
from db.queries.studies import add_event, touch
from db.saving import storable

IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: rows added, and rows that were there already."""

    added: int
    unchanged: int


def import_prompts(
    session: Session,
    study: Study,
    prompts: Sequence[ImportedPrompt],
    *,
    file_name: str,
    provenance: Provenance | None = None,
) -> Imported:
    """Adds prompts; one that is there with the same text is left, but learns a missing category.

    Args:
        provenance: of prompts from a published set; kept among the study's settings.

    Raises:
        ImportFileError: an id is taken by another text; nothing is stored.
    """
    known = {
        prompt.external_id: prompt
        for prompt in session.scalars(select(Prompt).where(Prompt.study_id == study.id))
    }
    clashes = [
        (row.line, f"id {row.id!r} belongs to another prompt of this study; give it a new id")
        for row in prompts
        if row.id in known and known[row.id].text != row.text
    ]
    if clashes:
        raise ImportFileError(file_name, clashes)
    new = [row for row in prompts if row.id not in known]
    session.add_all(
        Prompt(
            study_id=study.id,
            external_id=row.id,
            text=row.text,
            source=row.source,
            language=row.language,
            reference=row.reference,
            category=row.category,
            category_set_by=IMPORTED if row.category else "",
            meta=row.metadata,
        )
        for row in new
    )
    for row in prompts:
        there = known.get(row.id)
        if there is not None and there.category is None and row.category is not None:
            there.category, there.category_set_by = row.category, IMPORTED
            recategorize(session, there.id, row.category)
    if provenance is not None:
        _note_provenance(study, provenance)
    session.flush()
    return _note(session, study, "prompts", file_name, len(new), len(prompts) - len(new))


def _note_provenance(study: Study, provenance: Provenance) -> None:
    """Writes down where prompts came from; the same file drawn from in the same way once."""
    known = list(study.settings.get(PROMPT_SETS, []))
    if (described := provenance.as_dict()) not in known:
        study.settings = {**study.settings, PROMPT_SETS: [*known, described]}


def import_responses(
    session: Session, study: Study, responses: Sequence[ImportedResponse], *, file_name: str
) -> Imported:
    """Adds responses under conditions named in the file. A slot that is there must say the same.

    A prompt the study does not know is added where the row carries its text (column `prompt`).

    Raises:
        ImportFileError: an unknown prompt without text, or a slot filled differently.
    """
    prompt_ids = _prompts_of_responses(session, study, responses, file_name)
    sizes: dict[str, int] = defaultdict(int)
    for row in responses:
        sizes[row.condition] = max(sizes[row.condition], row.sample_index + 1)
    conditions = {
        label: _imported_condition(session, study, label, n) for label, n in sizes.items()
    }
    stored = {
        (row.prompt_id, row.condition_id, row.sample_index): row.text
        for row in session.execute(
            select(
                Response.prompt_id, Response.condition_id, Response.sample_index, Response.text
            ).where(Response.condition_id.in_(conditions.values()))
        )
    }
    new: list[dict[str, Any]] = []
    clashes: list[tuple[int, str]] = []
    for row in responses:
        slot = (prompt_ids[row.prompt_id], conditions[row.condition], row.sample_index)
        if slot not in stored:
            new.append(_response_row(slot, row))
        elif stored[slot] != storable(row.text):
            clashes.append((row.line, "this slot holds another text already; use a new condition"))
    if clashes:
        raise ImportFileError(file_name, clashes)
    if new:
        session.execute(insert(Response), new)
    return _note(session, study, "responses", file_name, len(new), len(responses) - len(new))


def import_ratings(
    session: Session, study: Study, ratings: Sequence[ImportedRating], *, file_name: str
) -> Imported:
    """Adds ratings; a known one that changed is a new revision, an equal one changes nothing.

    Raises:
        UserError: a rater is a person in the study and a judge in the file, or the reverse.
    """
    items = _ensure_external_items(session, study, ratings)
    raters = _ensure_raters(
        session, study, dict.fromkeys((row.rater_id, row.rater_kind) for row in ratings)
    )
    known = current_ratings(
        session.execute(
            select(
                Rating.item_id,
                Rating.rater_id,
                Rating.question,
                Rating.repeat,
                Rating.order,
                Rating.revision,
                Rating.value,
                Rater.kind,
            )
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rating.rater_id.in_(raters.values()), Rating.source == "import")
        ).all(),
        key=lambda row: (*row[:4], row.order if row.kind == "judge" else ""),
        revision=lambda row: int(row.revision),
    )
    new: list[dict[str, Any]] = []
    for row in ratings:
        # A person answers an item once, in whichever order; a judge once in each.
        order = row.order if row.rater_kind == "judge" else ""
        key = (items[row.item_id], raters[row.rater_id], row.question, row.repeat, order)
        there = known.get(key)
        if there is not None and there.value == row.value:
            continue
        new.append(
            {
                "item_id": key[0],
                "rater_id": key[1],
                "question": row.question,
                "repeat": row.repeat,
                "order": row.order,
                "revision": 0 if there is None else there.revision + 1,
                "value": row.value,
                "reason": "" if row.value is not None else "blank",
                "source": "import",
                "meta": row.metadata,
                "created_at": now(),
            }
        )
    if new:
        session.execute(insert(Rating), new)
    return _note(session, study, "ratings", file_name, len(new), len(ratings) - len(new))


def import_partition(
    session: Session,
    study: Study,
    verdicts: Sequence[PartitionVerdict],
    *,
    rater: str,
    file_name: str,
) -> Imported:
    """Stores a partition of imported responses as one judge's verdicts on all their pairs."""
    prompt_ids = _prompt_ids(session, study.id)
    wanted = sorted({prompt_ids[row.prompt_id] for row in verdicts if row.prompt_id in prompt_ids})
    labels = sorted({row.condition for row in verdicts})
    responses: dict[tuple[int, str, int], StoredResponse] = {}
    names = dict(
        session.execute(
            select(Condition.id, Condition.label).where(Condition.study_id == study.id)
        ).all()
    )
    for response in list_current_responses(session, study.id, wanted, labels):
        slot = (response.prompt_id, names[response.condition_id], response.sample_index)
        responses[slot] = response
    pairs: dict[tuple[int, int], bool] = {}
    members: list[tuple[StoredResponse, StoredResponse]] = []
    for row in verdicts:
        first = responses.get((prompt_ids[row.prompt_id], row.condition, row.index_a))
        second = responses.get((prompt_ids[row.prompt_id], row.condition, row.index_b))
        if first is not None and second is not None:
            members.append((first, second))
            pairs[first.id, second.id] = row.equivalent
    items = ensure_pair_items(session, study.id, members)
    rater_id = _ensure_raters(session, study, [(rater, "judge")])[rater]
    there = set(session.scalars(select(Rating.item_id).where(Rating.rater_id == rater_id)))
    new = [
        {
            "item_id": items[pair],
            "rater_id": rater_id,
            "question": Question.EQUIVALENCE,
            "value": Verdict.EQUIVALENT if equivalent else Verdict.DIFFERENT,
            "source": "import",
            "created_at": now(),
        }
        for pair, equivalent in pairs.items()
        if items[pair] not in there
    ]
    if new:
        session.execute(insert(Rating), new)
    return _note(session, study, "ratings", file_name, len(new), len(pairs) - len(new))


def _note(
    session: Session, study: Study, what: str, file_name: str, added: int, unchanged: int
) -> Imported:
    if added:
        detail = {"file": file_name, "added": added, "unchanged": unchanged}
        add_event(session, study.id, f"{what}_imported", detail)
    touch(session, study.id)
    return Imported(added, unchanged)


def _prompt_ids(session: Session, study_id: int) -> dict[str, int]:
    rows = session.execute(select(Prompt.external_id, Prompt.id).where(Prompt.study_id == study_id))
    return dict(rows.all())


def _prompts_of_responses(
    session: Session, study: Study, responses: Sequence[ImportedResponse], file_name: str
) -> dict[str, int]:
    """External id -> id of every prompt the rows speak of."""
    known = _prompt_ids(session, study.id)
    problems: list[tuple[int, str]] = []
    for row in responses:
        if row.prompt_id in known:
            continue
        text = row.metadata.get("prompt")
        if not isinstance(text, str) or not text.strip():
            hint = "import the prompts first, or add a column prompt with its text"
            problems.append((row.line, f"no prompt {row.prompt_id!r} in this study; {hint}"))
            continue
        prompt = Prompt(
            study_id=study.id, external_id=row.prompt_id, text=storable(text), source=file_name
        )
        session.add(prompt)
        session.flush()
        known[row.prompt_id] = prompt.id
    if problems:
        raise ImportFileError(file_name, problems)
    return known


def _imported_condition(session: Session, study: Study, label: str, n: int) -> int:
    digest = hashlib.sha256(f"{IMPORTED}\0{label}".encode()).hexdigest()
    condition = session.scalar(
        select(Condition).where(Condition.study_id == study.id, Condition.label == label)
    )
    if condition is None:
        condition = Condition(
            study_id=study.id, hash=digest, label=label, model=label, strategy=IMPORTED, n=n
        )
        session.add(condition)
    condition.n = max(condition.n, n)
    session.flush()
    return condition.id


def _response_row(slot: tuple[int, int, int], row: ImportedResponse) -> dict[str, Any]:
    # The prompt's text is stored with the prompt.
    meta = {name: value for name, value in row.metadata.items() if name != "prompt"}
    return {
        "prompt_id": slot[0],
        "condition_id": slot[1],
        "sample_index": slot[2],
        "status": "ok",
        "text": storable(row.text),
        "meta": meta,
        "created_at": now(),
    }


def _ensure_external_items(
    session: Session, study: Study, ratings: Sequence[ImportedRating]
) -> dict[str, int]:
    """item_id of the file -> item. One that the study knows by that key is that item."""
    known = _item_ids(session, study.id)
    prompts = {
        prompt.external_id: prompt
        for prompt in session.scalars(select(Prompt).where(Prompt.study_id == study.id))
    }
    new = []
    for key, item in external_items(ratings).items():
        if key in known:
            continue
        prompt = prompts.get(item.prompt_id or "")
        category = (prompt.category if prompt else None) or item.category
        new.append(
            {
                "study_id": study.id,
                "kind": "external",
                "key": key,
                "cluster": item.prompt_id or key,
                "prompt_id": prompt.id if prompt else None,
                "category": category,
                "category_source": IMPORTED if category else "",
                "content": {
                    name: storable(text)
                    for name, text in (
                        ("prompt", item.prompt),
                        ("response_a", item.response_a),
                        ("response_b", item.response_b),
                    )
                    if text
                },
                "created_at": now(),
            }
        )
    if new:
        session.execute(insert(Item), new)
        known = _item_ids(session, study.id)
    return known


def _item_ids(session: Session, study_id: int) -> dict[str, int]:
    rows = session.execute(select(Item.key, Item.id).where(Item.study_id == study_id))
    return dict(rows.all())


def _ensure_raters(
    session: Session, study: Study, wanted: Iterable[tuple[str, str]]
) -> dict[str, int]:
    known = {
        rater.identity: rater
        for rater in session.scalars(select(Rater).where(Rater.study_id == study.id))
    }
    kinds: dict[str, set[str]] = defaultdict(set)
    for identity, kind in wanted:
        kinds[identity].add(kind)
        if identity in known:
            kinds[identity].add(known[identity].kind)
        else:
            rater = Rater(study_id=study.id, kind=kind, identity=identity, name=identity)
            session.add(rater)
            known[identity] = rater
    for identity, both in kinds.items():
        if len(both) > 1:
            raise UserError(
                f"Rater {identity!r} is a person in one place and a judge in another; expected "
                "one kind per rater_id. Rename one of them in the file."
            )
    session.flush()
    return {identity: rater.id for identity, rater in known.items()}
