"""A bundle becomes the study it was: same rows, same links between them, same statistics."""

from __future__ import annotations

import json
import zipfile

import pytest
from sqlalchemy import func, select

from core.errors import UserError
from core.importing.bundle import read_bundle
from core.taxonomy import load_taxonomy
from core.types import Question
from db.bundles import import_bundle, opened_bundle
from db.exports import export_study
from db.models import Assignment, Item, Rater, Rating, Response, Study, Tag
from db.queries.studies import add_study, get_study
from db.reports import make_agreement_report, make_results_report
from tests.support.rated_study import RatedStudy


@pytest.fixture
def bundle_of(db, db_settings, tmp_path):
    """A study with pairs, a set, an assignment and a tag, exported; the path of its bundle."""
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        prompt, condition = study.prompt("p1"), study.condition("temperature")
        first, second, third = study.responses(prompt, condition, ["one", "two", "three"])
        pair = study.pair(first, second)
        study.say("ann", pair, "equivalent", order="ab", confidence=0.5)
        study.say("ann", pair, "different", order="ab", revision=1)
        study.say("openai:m", pair, None, reason="unreadable", order="ba")
        members = [first.id, second.id, third.id]
        group = study._add(
            Item(
                study_id=study.study.id,
                kind="set",
                key=f"set:{first.id}:{second.id}:{third.id}",
                cluster="p1",
                prompt_id=prompt.id,
                content={"response_ids": members},
            )
        )
        ann = session.scalars(select(Rater).where(Rater.identity == "ann")).one()
        study._add(
            Assignment(
                rater_id=ann.id,
                item_id=group.id,
                question="grouping",
                position=1,
                member_order=members[::-1],
            )
        )
        study._add(
            Tag(study_id=study.study.id, item_id=pair.id, question="equivalence", word="odd")
        )
    path = tmp_path / "rated.zip"
    export_study(db, db_settings, "rated", path)
    return path


def came_back(db, path, slug="again"):
    with db.write() as session:
        return import_bundle(session, read_bundle(path), slug=slug)


def test_all_rows_come_back_under_new_ids(db, bundle_of):
    done = came_back(db, bundle_of)
    counts = {"prompts": 1, "responses": 3, "items": 2, "raters": 2, "ratings": 3, "tags": 1}
    assert {name: done.rows[name] for name in counts} == counts
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 6


def test_links_between_rows_are_followed_to_the_new_ids(db, bundle_of):
    came_back(db, bundle_of)
    with db.read() as session:
        study = get_study(session, "again")
        pair, group = session.scalars(
            select(Item).where(Item.study_id == study.id).order_by(Item.id)
        ).all()
        members = group.content["response_ids"]
        texts = {
            row.id: row.text
            for row in session.scalars(select(Response).where(Response.id.in_(members)))
        }
        assert [texts[member] for member in members] == ["one", "two", "three"]
        assert pair.key == f"pair:{members[0]}:{members[1]}"
        assert (pair.response_a_id, pair.response_b_id) == (members[0], members[1])
        assert group.key == "set:" + ":".join(str(member) for member in members)
        shown = session.scalars(select(Assignment).where(Assignment.item_id == group.id)).one()
        assert shown.member_order == members[::-1]
        assert session.scalars(select(Tag).where(Tag.item_id == pair.id)).one().word == "odd"


def test_values_keep_their_kinds(db, bundle_of):
    came_back(db, bundle_of)
    with db.read() as session:
        study = get_study(session, "again")
        rows = session.scalars(
            select(Rating).join(Rater).where(Rater.study_id == study.id).order_by(Rating.id)
        ).all()
        assert [(row.value, row.revision, row.confidence) for row in rows] == [
            ("equivalent", 0, 0.5),
            ("different", 1, None),
            (None, 0, None),
        ]
        assert rows[0].created_at.tzinfo is not None
        assert rows[2].reason == "unreadable"


def test_people_stay_the_pseudonyms_they_are_however_often_they_travel(
    db, db_settings, bundle_of, tmp_path
):
    came_back(db, bundle_of)
    export_study(db, db_settings, "again", tmp_path / "again.zip")

    def names(path):
        return [row["identity"] for row in read_bundle(path).tables["raters"]]

    assert names(tmp_path / "again.zip") == names(bundle_of)


def test_a_name_that_is_taken_stores_nothing(db, bundle_of):
    with pytest.raises(UserError, match=r"'rated' exists already.*--as"), db.write() as session:
        import_bundle(session, read_bundle(bundle_of))
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Study)) == 1


@pytest.mark.parametrize("question", ["equivalence", "quality", "category"])
def test_the_bundle_alone_gives_the_same_agreement(sample_db, settings, tmp_path, question):
    path = tmp_path / "sample.zip"
    export_study(sample_db, settings, "sample", path)
    with sample_db.read() as session:
        here = make_agreement_report(
            session, settings, get_study(session, "sample"), question
        ).as_dict()
    with opened_bundle(path, settings) as (own, database, slug), database.read() as session:
        there = make_agreement_report(session, own, get_study(session, slug), question).as_dict()
    for report in (here, there):
        for row in report["judges"]:
            for person in row["per_person"]:
                del person["rater"]
    assert json.dumps(there) == json.dumps(here)


def test_the_bundle_alone_gives_the_same_results(sample_db, settings, tmp_path):
    path = tmp_path / "sample.zip"
    export_study(sample_db, settings, "sample", path)

    def results(session, own, slug):
        return make_results_report(
            session, own, get_study(session, slug), rater="ensemble:majority"
        )

    with sample_db.read() as session:
        here = results(session, settings, "sample")
    with opened_bundle(path, settings) as (own, database, slug), database.read() as session:
        assert results(session, own, slug) == here


def test_a_bundle_brings_its_own_taxonomy(sample_db, settings, tmp_path):
    path = tmp_path / "sample.zip"
    export_study(sample_db, settings, "sample", path)
    elsewhere = tmp_path / "elsewhere.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(elsewhere, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == "templates/equivalence.txt":
                content = content.replace(b"functionally", b"truly")
            target.writestr(entry, content)
    with opened_bundle(elsewhere, settings) as (own, database, slug):
        assert load_taxonomy(own.prompts_dir).content_hash == load_taxonomy().content_hash
        with database.read() as session:
            report = make_agreement_report(
                session, own, get_study(session, slug), Question.EQUIVALENCE
            )
    # The judges were asked in other words than the bundle's template now has.
    assert any(name.startswith("replay:sample-judge-1#equivalence@") for name in report.judge_names)


def test_sets_of_an_imported_study_can_be_read_on_compare(sample_db, settings, tmp_path):
    path = tmp_path / "sample.zip"
    export_study(sample_db, settings, "sample", path)
    came_back(sample_db, path)
    with sample_db.read() as session:
        ids = [get_study(session, slug).id for slug in ("sample", "again")]
        counts = [
            session.scalar(select(func.count()).select_from(Item).where(Item.study_id == study_id))
            for study_id in ids
        ]
    assert counts[0] == counts[1] > 0


def rewritten(path, tmp_path, table, change):
    """A copy of a bundle whose table was changed."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    copy = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry == f"parquet/{table}.parquet":
                rows = change(pq.read_table(io.BytesIO(content)).to_pylist())
                out = io.BytesIO()
                pq.write_table(pa.Table.from_pylist(rows), out)
                content = out.getvalue()
            target.writestr(entry, content)
    return copy


def test_a_row_that_names_a_missing_one_is_refused(db, bundle_of, tmp_path):
    broken = rewritten(bundle_of, tmp_path, "raters", lambda rows: rows[1:])
    with pytest.raises(UserError, match="names rater 1, which is not in the bundle"):
        came_back(db, broken)


def test_a_column_of_a_newer_version_is_refused(db, bundle_of, tmp_path):
    newer = rewritten(
        bundle_of, tmp_path, "prompts", lambda rows: [{**row, "mood": "x"} for row in rows]
    )
    with pytest.raises(UserError, match=r"a column 'mood' of prompt .*Update Taskanchor"):
        came_back(db, newer)


def test_a_column_younger_than_the_bundle_takes_its_default(db, bundle_of, tmp_path):
    older = rewritten(
        bundle_of,
        tmp_path,
        "ratings",
        lambda rows: [{k: v for k, v in row.items() if k != "purpose"} for row in rows],
    )
    came_back(db, older)
    with db.read() as session:
        assert set(session.scalars(select(Rating.purpose))) == {"rating"}


def test_an_empty_study_comes_back(db, db_settings, tmp_path):
    with db.write() as session:
        add_study(session, "empty", "Empty", load_taxonomy(db_settings.prompts_dir))
    export_study(db, db_settings, "empty", tmp_path / "e.zip")
    assert came_back(db, tmp_path / "e.zip").rows["prompts"] == 0
