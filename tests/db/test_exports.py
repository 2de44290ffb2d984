"""The bundle of a study: what is in it, what never is, and that ratings come back from it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from core.errors import UserError
from core.importing import ImportedRating, parse_ratings, read_table
from core.importing.bundle import read_bundle
from core.security import KEY_FILE_NAME, load_secret_key, pseudonym
from core.taxonomy import load_taxonomy
from db.crowd.gold import add_gold
from db.exports import LONG_RATINGS, count_rows, export_study
from db.imports import import_ratings
from db.models import Event, Identity, Item, Participation, Prompt, Rater, Rating, Response, Tag
from db.queries.items import ensure_external_items
from db.queries.notes import add_note
from db.queries.studies import add_study, get_study
from db.reports import make_agreement_report
from tests.support.crowd_study import SLUG, answer, come, one_arm, open_crowd_study, plan_of

TABLES = {
    "prompts", "conditions", "responses", "paraphrase_sets", "items", "raters", "assignments",
    "ratings", "checklists", "judged_sets", "samples", "tags", "runs", "events", "participations",
    "gold", "notes", LONG_RATINGS,
}  # fmt: skip


@pytest.fixture
def export(settings, tmp_path):
    """`export(database, slug)`: the bundle as an open zip file."""

    def run(database, slug="sample"):
        path = tmp_path / f"{slug}.zip"
        export_study(database, settings, slug, path)
        return zipfile.ZipFile(path)

    return run


def contents(bundle):
    return {name: bundle.read(name) for name in bundle.namelist()}


def csv_rows(bundle, table):
    return list(csv.DictReader(io.StringIO(bundle.read(f"csv/{table}.csv").decode(), newline="")))


def test_every_table_is_there_twice_with_all_rows(sample_db, settings, tmp_path):
    with sample_db.write() as session:
        item = session.scalars(select(Item)).first()
        session.add(
            Tag(study_id=item.study_id, item_id=item.id, question="equivalence", word="odd")
        )
    done = export_study(sample_db, settings, "sample", tmp_path / "s.zip")
    bundle = zipfile.ZipFile(tmp_path / "s.zip")
    assert set(done.rows) == TABLES
    assert done.n_bytes == (tmp_path / "s.zip").stat().st_size
    for table in TABLES:
        parquet = pq.read_table(io.BytesIO(bundle.read(f"parquet/{table}.parquet")))
        assert len(csv_rows(bundle, table)) == parquet.num_rows == done.rows[table]
        # The sample study is no crowd study; no model paraphrased for it, no judge saved calls.
        is_empty = table in {"participations", "gold", "notes", "paraphrase_sets", "judged_sets"}
        assert (done.rows[table] == 0) == is_empty


def test_a_researchers_strategies_and_their_templates_are_exported(sample_db, settings, tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "strategies.toml").write_text('[strategies.moods]\nkind = "set"\n')
    (words / "moods.txt").write_text("Give {{n}}, one per mood.")
    export_study(sample_db, settings, "sample", tmp_path / "plain.zip")
    assert "strategies.toml" not in zipfile.ZipFile(tmp_path / "plain.zip").namelist()
    own = replace(settings, prompts_dir=words)
    export_study(sample_db, own, "sample", tmp_path / "own.zip")
    bundle = zipfile.ZipFile(tmp_path / "own.zip")
    assert "[strategies.moods]" in bundle.read("strategies.toml").decode()
    assert bundle.read("templates/moods.txt").decode() == "Give {{n}}, one per mood."


def test_the_rows_announced_are_the_rows_written(sample_db, settings, tmp_path):
    with sample_db.read() as session:
        announced = count_rows(session, get_study(session, "sample").id)
    written = export_study(sample_db, settings, "sample", tmp_path / "s.zip").rows
    assert announced == {name: written[name] for name in announced}


def test_settings_versions_templates_and_taxonomy_lie_beside_the_tables(sample_db, export):
    bundle = export(sample_db)
    study = json.loads(bundle.read("study.json"))
    assert study["slug"] == "sample"
    assert study["sample_data"] is True
    assert study["taxonomy_hash"] == study["taxonomy_hash_in_use"]
    assert {"python", "schema", "numpy", "taskanchor"} <= set(
        json.loads(bundle.read("versions.json"))
    )
    used = json.loads(bundle.read("templates.json"))
    assert [name.partition("@")[0] for name in used["responses"]] == [
        "system-anchored",
        "system-general",
    ]
    assert b"functionally equivalent" in bundle.read("templates/equivalence.txt")
    assert bundle.read("taxonomy.toml")
    assert b"sample data" in bundle.read("README.txt")


def test_a_taxonomy_in_another_language_is_exported_where_people_read_it(db, settings, tmp_path):
    plan = plan_of(arms=one_arm(), language="ar")
    open_crowd_study(db, plan)
    come(db, "p1")
    with db.write() as session:
        session.scalars(select(Participation)).one().consent = {"definitions": "de@01234567"}
    export_study(db, settings, SLUG, tmp_path / "s.zip")
    inside = set(zipfile.ZipFile(tmp_path / "s.zip").namelist())
    assert {"taxonomy.toml", "taxonomy.ar.toml", "taxonomy.de.toml"} <= inside
    # The way back into a prompts folder knows them too.
    assert "taxonomy.de.toml" in read_bundle(tmp_path / "s.zip").prompt_files


def test_only_english_is_exported_where_only_english_was_read(sample_db, export):
    names = export(sample_db).namelist()
    assert [name for name in names if name.startswith("taxonomy.")] == ["taxonomy.toml"]


def test_columns_keep_their_kinds(sample_db, export):
    table = pq.read_table(io.BytesIO(export(sample_db).read("parquet/ratings.parquet")))
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert kinds["rater_id"] == "int64"
    assert kinds["confidence"] == "double"
    assert kinds["created_at"] == "timestamp[us, tz=UTC]"
    assert isinstance(json.loads(table["parameters"][0].as_py()), dict)


def test_people_appear_under_keyed_pseudonyms_only(sample_db, export):
    with sample_db.write() as session:
        person = session.scalars(select(Rater).where(Rater.kind == "human")).first()
        person.name, person.meta = "Ada Lovelace", {"prolific": "5f1e-secret-pid"}
        session.add(Identity(rater_id=person.id, platform_id="platform-pid", contact="ada@here"))
        answer = session.scalars(select(Rating).where(Rating.rater_id == person.id)).first()
        answer.meta = {"PROLIFIC_PID": "5f1e-secret-pid"}
        identity = person.identity
    inside = contents(export(sample_db))
    for secret in (identity, "Ada Lovelace", "5f1e-secret-pid", "platform-pid", "ada@here"):
        assert not any(secret.encode() in content for content in inside.values()), secret
    raters = csv_rows(export(sample_db), "raters")
    people = {row["identity"] for row in raters if row["kind"] == "human"}
    assert len(people) == 3
    assert {row["rater_id"] for row in csv_rows(export(sample_db), LONG_RATINGS)} >= people
    assert any(row["identity"] == "replay:sample-judge-1" for row in raters)


def test_another_key_gives_other_pseudonyms(sample_db, settings, export):
    before = {row["identity"] for row in csv_rows(export(sample_db), "raters")}
    (settings.data_dir / KEY_FILE_NAME).unlink()
    after = {row["identity"] for row in csv_rows(export(sample_db), "raters")}
    assert len(before & after) == 3  # the judges


def test_no_secret_is_in_the_bundle(sample_db, settings, export):
    bundle = export(sample_db)
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    stored = (settings.data_dir / KEY_FILE_NAME).read_bytes().strip()
    for content in contents(bundle).values():
        assert key not in content
        assert stored not in content
        assert b"sk-" not in content
    assert not {"csv/identities.csv", "csv/identity.csv", "csv/leases.csv"} & set(bundle.namelist())


def test_text_that_a_spreadsheet_would_run_is_disarmed_in_csv_and_whole_in_parquet(
    sample_db, export
):
    formula = '=HYPERLINK("http://evil.example","read")'
    with sample_db.write() as session:
        session.scalars(select(Response)).first().text = formula
        session.scalars(select(Prompt)).first().text = "@SUM(1)"
    bundle = export(sample_db)
    texts = {row["text"] for row in csv_rows(bundle, "responses")}
    assert f"'{formula}" in texts
    assert formula not in texts
    parquet = pq.read_table(io.BytesIO(bundle.read("parquet/responses.parquet")))
    assert formula in parquet["text"].to_pylist()
    assert "'@SUM(1)" in {row["text"] for row in csv_rows(bundle, "prompts")}


def test_an_export_is_noted_among_the_events(sample_db, export):
    export(sample_db)
    with sample_db.read() as session:
        kinds = session.scalars(select(Event.kind)).all()
    assert kinds.count("exported") == 1


def test_only_the_one_study_is_exported(sample_db, settings, export):
    with sample_db.write() as session:
        other = add_study(session, "other", "Other", load_taxonomy(settings.prompts_dir))
        rating = ImportedRating(1, "their-item", "equivalence", "their-rater", "judge", "different")
        import_ratings(session, other, [rating], file_name="f")
    inside = contents(export(sample_db))
    assert not any(b"their-" in content for content in inside.values())
    other_rows = csv_rows(export(sample_db, "other"), LONG_RATINGS)
    assert [row["item_id"] for row in other_rows] == ["their-item"]


def test_an_empty_study_has_its_tables_without_rows(db, db_settings, tmp_path):
    with db.write() as session:
        add_study(session, "empty", "Empty", load_taxonomy(db_settings.prompts_dir))
    done = export_study(db, db_settings, "empty", tmp_path / "e.zip")
    assert {name for name, count in done.rows.items() if count} == {"events"}


def test_a_study_that_does_not_exist_is_named(db, db_settings, tmp_path):
    with pytest.raises(UserError, match="'nowhere'"):
        export_study(db, db_settings, "nowhere", tmp_path / "n.zip")
    assert not (tmp_path / "n.zip").exists()


def round_trip(database, settings, bundle, format_name):
    """Imports the long ratings of a bundle into an empty study, and reports on it."""
    name = f"{LONG_RATINGS}.{format_name}"
    taxonomy = load_taxonomy(settings.prompts_dir)
    parsed = parse_ratings(read_table(name, bundle.read(f"{format_name}/{name}")), taxonomy.keys())
    with database.write() as session:
        back = add_study(session, f"back-{format_name}", "Back", taxonomy)
        import_ratings(session, back, parsed.accept(skip_bad=False), file_name=name)
        return parsed, back.slug


def agreement(database, settings, slug, question):
    with database.read() as session:
        study = get_study(session, slug)
        return make_agreement_report(session, settings, study, question).as_dict()


def without_names(report):
    """A report whose people are numbered by what is said of them; statistics to nine digits."""
    text = json.dumps(report, default=str)
    values = json.loads(text, parse_float=lambda number: round(float(number), 9) + 0.0)
    values.pop("study")
    for row in values["judges"]:
        people = [{**person, "rater": ""} for person in row["per_person"]]
        row["per_person"] = sorted(people, key=str)
    return values


@pytest.mark.parametrize("question", ["equivalence", "quality"])
@pytest.mark.parametrize("format_name", ["csv", "parquet"])
def test_ratings_come_back_from_the_long_file_with_the_same_agreement(
    sample_db, settings, export, question, format_name
):
    bundle = export(sample_db)
    parsed, back = round_trip(sample_db, settings, bundle, format_name)
    assert not parsed.problems
    before = agreement(sample_db, settings, "sample", question)
    after = agreement(sample_db, settings, back, question)
    assert without_names(after) == without_names(before)


def test_a_judge_asked_in_both_orders_has_both_in_the_long_file(sample_db, export):
    rows = csv_rows(export(sample_db), LONG_RATINGS)
    own = [
        row["order"]
        for row in rows
        if row["rater_id"] == "replay:sample-judge-1" and row["question"] == "equivalence"
    ]
    assert own.count("ab") == own.count("ba") == 480


def test_a_judge_asked_in_other_words_is_another_rater_of_the_long_file(sample_db, export):
    with sample_db.write() as session:
        first = session.scalars(select(Rating).where(Rating.template.like("equivalence@%"))).first()
        first.template = "equivalence@0123456789abcdef"
    names = {row["rater_id"] for row in csv_rows(export(sample_db), LONG_RATINGS)}
    assert "replay:sample-judge-1#equivalence@01234567" in names


def test_people_of_a_crowd_study_leave_no_trace_of_who_they_are(db, db_settings, tmp_path):
    plan = plan_of(
        arms=one_arm("quality", n_items=4, ticks=["It is true."]),
        work={"ratings_per_item": 1, "items_per_person": 4},
        closing=[{"key": "else", "kind": "text", "text": "Anything else?"}],
        recruiting={"complete": {"code": "CODE-secret"}},
    )
    open_crowd_study(db, plan)
    captured = {"STUDY_ID": "study-secret", "SESSION_ID": "session-secret"}
    rater_id = come(db, "5f1e-secret", captured=captured)
    come(db, "5f1e-secret", captured={**captured, "SESSION_ID": "session-two-secret"})
    come(db, "5f1e-secret", test_outcome="complete")
    task, _ = answer(db, rater_id, ticks=("It is true.",), client_id="client-secret")
    with db.write() as session:
        add_note(session, rater_id, task.assignment_id, "comment", "=cmd()")
        study = get_study(session, "crowd")
        add_gold(session, study, new_example(session, study.id), "quality", "practice", "3", "So.")
    export_study(db, db_settings, "crowd", tmp_path / "crowd.zip")
    bundle = zipfile.ZipFile(tmp_path / "crowd.zip")
    assert not [name for name, data in contents(bundle).items() if b"secret" in data]
    people = csv_rows(bundle, "participations")
    names = {row["identity"] for row in csv_rows(bundle, "raters")}
    key = load_secret_key(None, db_settings.data_dir, bound_to_loopback=True)
    with db.read() as session:
        identities = [
            pseudonym(key, "crowd", one.identity) for one in session.scalars(select(Rater))
        ]
    assert names == set(identities)
    assert [row["is_test"] for row in people] == ["false", "true"]
    assert set(json.loads(people[0]["captured"])) == {"STUDY_ID", "SESSION_ID"}
    assert [row["text"] for row in csv_rows(bundle, "notes")] == ["'=cmd()"]
    assert [row["value"] for row in csv_rows(bundle, "gold")] == ["3"]
    assert json.loads(csv_rows(bundle, "ratings")[0]["meta"]) == {"ticks": ["It is true."]}
    assert [row["inclusion_probability"] != "" for row in csv_rows(bundle, "samples")] == [True] * 4
    assert len(csv_rows(bundle, LONG_RATINGS)) == 1


def new_example(session, study_id):
    example = {"content": {"prompt": "P", "response_a": "x"}}
    return ensure_external_items(session, study_id, {"example:1": example})["example:1"]


def test_a_bundle_says_until_when_it_may_be_kept(db, db_settings, tmp_path):
    open_crowd_study(db, plan_of(arms=one_arm(), retention_months=13))
    export_study(db, db_settings, SLUG, tmp_path / "kept.zip")
    described = json.loads(zipfile.ZipFile(tmp_path / "kept.zip").read("study.json"))
    assert described["bundle_version"] == 1
    exported, until = (date.fromisoformat(described[n]) for n in ("exported_on", "keep_until"))
    assert (until.year * 12 + until.month) - (exported.year * 12 + exported.month) == 13
    assert until.day == min(exported.day, 28)
