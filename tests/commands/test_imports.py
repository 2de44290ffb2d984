"""prompts, responses and ratings import: own formats and NoveltyBench's shapes."""

import json
import zipfile

import pytest
from sqlalchemy import select

from core.importing.prompt_sets import PROMPT_SETS
from db.engine import open_database
from db.models import Event, Item, Prompt, Rater, Rating, Response, Study


@pytest.fixture
def study(taskanchor):
    assert taskanchor("study", "create", "pilot").code == 0
    return "pilot"


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        file = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        file.write_text(content)
        return str(file)

    return write_file


def stored(settings, *columns):
    with open_database(settings).read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(columns[0]))]


# -- prompts


def test_prompts_are_imported_from_csv_and_a_second_time_change_nothing(
    taskanchor, study, write, settings
):
    file = write("p.csv", "id,prompt,category,mood\na,Write a poem.,G,dark\nb,Add 2 and 2.,A,\n")
    first = taskanchor("prompts", "import", study, file, "--json")
    assert (first.code, first.json["added"], first.json["unchanged"]) == (0, 2, 0)
    again = taskanchor("prompts", "import", study, file, "--json")
    assert (again.json["added"], again.json["unchanged"]) == (0, 2)
    assert stored(settings, Prompt.external_id, Prompt.text, Prompt.category) == [
        ("a", "Write a poem.", "G"),
        ("b", "Add 2 and 2.", "A"),
    ]
    assert stored(settings, Prompt.external_id, Prompt.meta)[0] == ("a", {"mood": "dark"})


def test_bad_rows_are_named_by_line_and_nothing_is_imported_unless_they_are_skipped(
    taskanchor, study, write, settings
):
    file = write("p.jsonl", [{"prompt": "good"}, {"prompt": " "}, {"id": "x"}])
    refused = taskanchor("prompts", "import", study, file)
    assert refused.code == 1
    assert "line 2" in refused.err
    assert "line 3" in refused.err
    assert stored(settings, Prompt.id) == []

    skipped = taskanchor("prompts", "import", study, file, "--skip-bad", "--json")
    assert skipped.code == 0
    assert skipped.json["added"] == 1
    assert [problem["line"] for problem in skipped.json["problems"]] == [2, 3]


def test_a_published_set_is_drawn_from_and_its_origin_kept_and_exported(
    taskanchor, study, write, settings, tmp_path
):
    rows = [
        {"problem": f"Who won prize {i}?", "answer": "Ada", "metadata": "{}"} for i in range(80)
    ]
    file = write("simple.jsonl", rows)
    first = taskanchor("prompts", "import", study, file, "--format", "simpleqa", "--json")
    assert (first.code, first.json["added"]) == (0, 50)
    again = taskanchor("prompts", "import", study, file, "--format", "simpleqa", "--json")
    assert (again.json["added"], again.json["unchanged"]) == (0, 50)
    assert {row[1:] for row in stored(settings, Prompt.external_id, Prompt.category)} == {("A",)}
    (about,) = stored(settings, Study.settings)[0][0]["prompt_sets"]
    assert (about["id"], about["n_rows"], about["n_drawn"], about["seed"]) == (
        "simpleqa",
        80,
        50,
        38,
    )

    assert taskanchor("export", study, "--out", str(tmp_path / "s.zip")).code == 0
    with zipfile.ZipFile(tmp_path / "s.zip") as bundle:
        described = json.loads(bundle.read("study.json"))
        prompts = bundle.read("csv/prompts.csv").decode()
    assert described["settings"]["prompt_sets"][0]["licence"] == "MIT (openai/simple-evals)"
    assert "MIT (openai/simple-evals)" in prompts


def test_a_damaged_copy_is_refused_and_named_unless_bad_rows_are_skipped(
    taskanchor, study, write, settings
):
    rows = [
        {"problem": f"When was {i}?", "answer": "Jan-08" if i == 3 else "1908"} for i in range(9)
    ]
    file = write("damaged.jsonl", rows)
    refused = taskanchor("prompts", "import", study, file, "--format", "simpleqa")
    assert refused.code == 1
    assert "line 4: answer is 'Jan-08', which is what a spreadsheet makes of a date" in refused.err
    assert "1 of 9 rows show that this copy is damaged" in refused.err
    assert stored(settings, Prompt.id) == []
    skipped = taskanchor(
        "prompts", "import", study, file, "--format", "simpleqa", "--skip-bad", "--json"
    )
    assert (skipped.code, skipped.json["added"], skipped.json["skipped_bad"]) == (0, 8, 1)


@pytest.mark.parametrize(
    "options",
    [
        ("--rows", "5"),
        ("--all",),
        ("--format", "simpleqa", "--all", "--rows", "5"),
        ("--format", "simpleqa", "--rows", "0"),
        ("--format", "sympleqa"),
    ],
)
def test_options_of_published_sets_are_refused_where_they_mean_nothing(
    taskanchor, study, write, options
):
    file = write("p.jsonl", [{"prompt": "x"}])
    assert taskanchor("prompts", "import", study, file, *options).code == 2


def test_the_published_sets_are_listed_with_licence_and_origin(taskanchor):
    listed = taskanchor("prompts", "sets", "--json").json["sets"]
    assert [one["id"] for one in listed] == list(PROMPT_SETS)
    assert "licence: Apache-2.0 (allenai/MacGyver)" in taskanchor("prompts", "sets").out


def test_an_id_taken_by_another_text_is_refused(taskanchor, study, write, settings):
    taskanchor("prompts", "import", study, write("a.jsonl", [{"id": "a", "prompt": "one"}]))
    clash = taskanchor(
        "prompts",
        "import",
        study,
        write("b.jsonl", [{"id": "a", "prompt": "two"}, {"prompt": "x"}]),
    )
    assert clash.code == 1
    assert "line 1" in clash.err
    assert stored(settings, Prompt.text) == [("one",)]


def test_a_later_file_may_add_a_category_but_not_change_it(taskanchor, study, write, settings):
    for category in ("", "G", "A"):
        row = {"id": "a", "prompt": "one", "category": category}
        assert taskanchor("prompts", "import", study, write("p.jsonl", [row])).code == 0
    assert stored(settings, Prompt.category) == [("G",)]


@pytest.mark.parametrize("name", ["missing.csv", "pilot.docx"])
def test_a_file_that_cannot_be_read_is_named(taskanchor, study, tmp_path, name):
    if name == "pilot.docx":
        (tmp_path / name).write_bytes(b"PK\x03\x04nothing")
    result = taskanchor("prompts", "import", study, str(tmp_path / name))
    assert result.code in (1, 2)
    assert name in result.err
    assert "Traceback" not in result.err


def test_an_import_into_an_unknown_study_says_how_to_create_it(taskanchor, write):
    result = taskanchor("prompts", "import", "nowhere", write("p.jsonl", [{"prompt": "x"}]))
    assert result.code == 2
    assert "taskanchor study create nowhere" in result.err


# -- responses


def test_responses_made_elsewhere_are_stored_by_slot(taskanchor, study, write, settings):
    taskanchor("prompts", "import", study, write("p.jsonl", [{"id": "a", "prompt": "one"}]))
    rows = [
        {"prompt_id": "a", "condition": "theirs", "sample_index": i, "text": f"t{i}"}
        for i in range(3)
    ]
    file = write("r.jsonl", rows)
    assert taskanchor("responses", "import", study, file, "--json").json["added"] == 3
    assert taskanchor("responses", "import", study, file, "--json").json["unchanged"] == 3
    assert stored(settings, Response.sample_index, Response.text, Response.status) == [
        (0, "t0", "ok"),
        (1, "t1", "ok"),
        (2, "t2", "ok"),
    ]

    rows[1]["text"] = "changed"
    clash = taskanchor("responses", "import", study, write("r.jsonl", rows))
    assert (clash.code, "line 2" in clash.err) == (1, True)


def test_responses_to_an_unknown_prompt_are_refused(taskanchor, study, write, settings):
    row = {"prompt_id": "ghost", "condition": "c", "sample_index": 0, "text": "t"}
    result = taskanchor("responses", "import", study, write("r.jsonl", [row]))
    assert result.code == 1
    assert "'ghost'" in result.err
    assert stored(settings, Response.id) == []


def test_a_partition_needs_the_format_that_has_one(taskanchor, study, write):
    result = taskanchor("responses", "import", study, write("r.jsonl", [{}]), "--with-partition")
    assert (result.code, "--format noveltybench" in result.err) == (2, True)


# -- ratings


def test_ratings_make_external_items_and_a_changed_answer_a_revision(
    taskanchor, study, write, settings
):
    rows = [
        {"item_id": f"i{i}", "question": "equivalence", "rater_id": rater, "rater_kind": kind,
         "value": value, "prompt_id": f"q{i}", "response_a": "x", "response_b": "y"}
        for i in range(2)
        for rater, kind, value in (
            ("ann", "human", "same"), ("bob", "human", "no"), ("j", "judge", ""),
        )
    ]  # fmt: skip
    first = taskanchor("ratings", "import", study, write("r.jsonl", rows), "--json")
    assert first.json["added"] == 6
    values = stored(settings, Rating.id, Rating.value, Rating.reason)
    assert [value for _, value, _ in values] == ["equivalent", "different", None] * 2
    assert stored(settings, Item.key, Item.kind, Item.cluster)[0] == ("i0", "external", "q0")

    rows[0]["value"] = "different"
    changed = taskanchor("ratings", "import", study, write("r.jsonl", rows), "--json")
    assert (changed.json["added"], changed.json["unchanged"]) == (1, 5)
    assert stored(settings, Rating.id, Rating.value, Rating.revision)[-1][1:] == ("different", 1)


def test_a_rater_is_a_person_or_a_judge_not_both(taskanchor, study, write, settings):
    row = {"item_id": "i", "question": "equivalence", "rater_id": "x", "value": "yes"}
    human = write("h.jsonl", [row | {"rater_kind": "human"}])
    judge = write("j.jsonl", [row | {"rater_kind": "judge", "item_id": "k"}])
    assert taskanchor("ratings", "import", study, human).code == 0
    result = taskanchor("ratings", "import", study, judge)
    assert (result.code, "'x'" in result.err) == (2, True)
    assert stored(settings, Rater.identity, Rater.kind) == [("x", "human")]


# -- NoveltyBench


@pytest.fixture
def noveltybench(write):
    """Three small files in NoveltyBench's shapes: two prompts, three generations each."""
    prompts = [
        {"id": f"n{i}", "prompt": f"Name {i}.", "category": "Creativity",
         "prompt_paraphrases": ["Say a name."]}
        for i in range(2)
    ]  # fmt: skip
    responses = [
        {"id": f"n{i}", "prompt": f"Name {i}.", "model": "their-model",
         "generations": ["Ann", "Anne", "Bob"], "partition": [0, 0, 1] if i else [0, 1, 2],
         "generation_scores": [1, 0, 2], "distinct_k": 2, "utility_k": 3.0}
        for i in range(2)
    ]  # fmt: skip
    pairs = [
        {"id": f"n{i}", "prompt": f"Name {i}.", "response_a": "Ann", "response_b": "Bob",
         "annotator": f"person-{i}", "equivalent": bool(i)}
        for i in range(2)
    ]  # fmt: skip
    return {
        "prompts": write("prompts.jsonl", prompts),
        "responses": write("responses.jsonl", responses),
        "pairs": write("pairs.jsonl", pairs),
    }


def test_noveltybench_partitions_become_a_judge_whose_distinct_counts_are_theirs(
    taskanchor, study, noveltybench, settings
):
    options = ("--format", "noveltybench", "--json")
    prompts = taskanchor("prompts", "import", study, noveltybench["prompts"], *options)
    assert prompts.json["added"] == 2
    assert "Creativity" in prompts.json["notices"][0]
    assert stored(settings, Prompt.external_id, Prompt.category) == [("n0", None), ("n1", None)]

    command = ("responses", "import", study, noveltybench["responses"], *options)
    responses = taskanchor(*command, "--with-partition")
    assert (responses.code, responses.json["added"]) == (0, 6)

    report = taskanchor("results", study, "--rater", "noveltybench-partition", "--json").json
    (row,) = [row for row in report["rows"] if row["category"] == "all"]
    assert row["condition"] == "imported:their-model"
    assert (row["n_prompts"], row["n_responses"], row["n_incomplete"]) == (2, 6, 0)
    assert row["distinct"]["mean"] == 2.5

    before = len(stored(settings, Rating.id))
    taskanchor(
        "responses", "import", study, noveltybench["responses"], *options, "--with-partition"
    )
    assert len(stored(settings, Rating.id)) == before == 6


def test_noveltybench_pairs_have_one_person_each_and_agreement_says_so(
    taskanchor, study, noveltybench
):
    imported = taskanchor(
        "ratings", "import", study, noveltybench["pairs"], "--format", "noveltybench", "--json"
    )
    assert imported.json["added"] == 2
    report = taskanchor("agreement", study, "--question", "equivalence", "--json").json
    (people,) = [row for row in report["humans"] if row["category"] == "all"]
    assert people["n_items"] == 2
    assert people["percent"]["value"] is None
    assert people["percent"]["reason"] == "no item has two human ratings"


def test_every_import_leaves_a_trace(taskanchor, study, write, settings):
    taskanchor("prompts", "import", study, write("p.jsonl", [{"prompt": "x"}]))
    kinds = [kind for _, kind in stored(settings, Event.id, Event.kind)]
    assert kinds == ["study_created", "prompts_imported"]
