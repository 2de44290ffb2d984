"""The six prompt sets: drawn by the paper's rule, from files in their publishers' formats.

All rows here were written for these tests.
"""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import ImportFileError, UserError
from core.importing import parse_prompts
from core.importing.drawing import read_prompt_set
from core.importing.prompt_set_rows import spreadsheet_damage
from core.importing.prompt_sets import PROMPT_SETS, get_prompt_set
from core.taxonomy import load_taxonomy

KEYS = load_taxonomy().keys()


def jsonl(*rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_csv(rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def drawn(name: str, data: bytes, file: str = "file.jsonl", **options):
    return read_prompt_set(file, data, PROMPT_SETS[name], **options)


def prompts(name: str, data: bytes, file: str = "file.jsonl", *, skip_bad=False, **options):
    table = drawn(name, data, file, **options).table
    return parse_prompts(table, KEYS).accept(skip_bad=skip_bad)


def simpleqa(i: int, answer: str = "Ada Birch", **more):
    about = {"topic": "Art", "answer_type": "Person", "urls": ["http://example.org/a"]}
    return {"metadata": str(about), "problem": f"Who won prize {i}?", "answer": answer} | more


def math(i: int, level: object):
    return {
        "problem": f"What is $1+{i}$?", "answer": str(1 + i), "subject": "Algebra",
        "level": level, "unique_id": f"test/algebra/{i}.json", "solution": "Add them.",
    }  # fmt: skip


def macgyver(i: int, solvable="Yes", unconventional="unconventional"):
    return {
        "ID": i, "Problem": f"Open jar {i} with a spoon.", "Solvable?": solvable,
        "Unconventional?": unconventional, "Solution": "Step1: Tap.<br>\nStep2: Turn.",
        "Label": "efficient",
    }  # fmt: skip


def community(i: int, lang="en", pregenerated: object = False):
    return {
        "assigned_lang": lang, "annotator_id": f"person-{i}", "annotator_age": "30",
        "is_pregenerated_first_prompt": pregenerated, "first_turn_prompt": f"Where to eat {i}?",
        "first_turn_response_a": "Here.",
    }  # fmt: skip


def wildbench(i: int, *roles: str):
    turns = [
        {"content": f"{role} says {i}", "role": role, "language": "English", "toxic": False}
        for role in roles or ("user",)
    ]
    return {
        "id": i, "session_id": f"s{i}", "conversation_input": turns,
        "checklist": ["Is it kind?"], "primary_tag": "Editing", "secondary_tags": ["Tone"],
    }  # fmt: skip


# -- the rule


def test_the_first_rows_of_the_shuffle_are_taken():
    rows = [simpleqa(i) for i in range(200)]
    order = np.random.default_rng(38).permutation(200)[:50]
    taken = prompts("simpleqa", jsonl(*rows))
    assert [one.text for one in taken] == [rows[i]["problem"] for i in order]
    assert [one.line for one in taken] == [i + 1 for i in order]


def test_the_shuffle_is_the_same_as_ever():
    # By numpy 2.4: np.random.default_rng(38).permutation(10).
    taken = prompts("simpleqa", jsonl(*[simpleqa(i) for i in range(10)]), n=4)
    assert [one.text for one in taken] == [f"Who won prize {i}?" for i in SHUFFLED_BY_38[:4]]


SHUFFLED_BY_38 = [5, 0, 6, 1, 2, 8, 7, 3, 4, 9]


def test_another_seed_number_or_all_rows_can_be_asked_for():
    data = jsonl(*[simpleqa(i) for i in range(20)])
    assert {one.text for one in prompts("simpleqa", data, n=5)} != {
        one.text for one in prompts("simpleqa", data, n=5, seed=1)
    }
    everything = prompts("simpleqa", data, everything=True)
    assert [one.line for one in everything] == list(range(1, 21))


def test_a_file_with_fewer_rows_gives_all_and_says_so():
    found = drawn("simpleqa", jsonl(simpleqa(1), simpleqa(2)))
    assert len(found.table.rows) == 2
    assert "takes 50 prompts, and this file gives 2" in found.notices[0]


def test_provenance_says_where_from_and_how_many():
    data = jsonl(*[macgyver(i, "Yes" if i % 2 else "No") for i in range(120)])
    about = drawn("macgyver", data, "mine.jsonl").provenance
    assert (about.n_rows, about.n_eligible, about.n_drawn, about.seed) == (120, 60, 50, 38)
    assert (about.licence, about.file) == ("Apache-2.0 (allenai/MacGyver)", "mine.jsonl")
    assert len(about.sha256) == 64
    everything = drawn("macgyver", data, everything=True).provenance
    assert (everything.n_eligible, everything.n_drawn, everything.seed) == (120, 120, None)
    assert json.loads(json.dumps(about.as_dict()))["rule"].startswith("the solvable")


@pytest.mark.parametrize("make", [jsonl, None, as_parquet])
def test_every_format_gives_the_same_prompts(make):
    rows = [simpleqa(i) for i in range(8)]
    file = {jsonl: "a.jsonl", None: "a.csv", as_parquet: "a.parquet"}[make]
    data = jsonl(*rows) if make is jsonl else as_csv(rows) if make is None else as_parquet(rows)
    (first, *_) = taken = prompts("simpleqa", data, file)
    assert [one.text for one in taken] == [f"Who won prize {SHUFFLED[i]}?" for i in range(8)]
    assert first.metadata["topic"] == "Art"


SHUFFLED = [int(i) for i in np.random.default_rng(38).permutation(8)]


# -- each set


def test_simpleqa_is_category_a_with_its_answer_as_reference():
    (one,) = prompts("simpleqa", jsonl(simpleqa(1)))
    assert (one.category, one.reference, one.source, one.language) == (
        "A", "Ada Birch", "SimpleQA", "en",
    )  # fmt: skip
    assert one.id.startswith("simpleqa-")
    assert one.metadata == {
        "topic": "Art", "answer_type": "Person", "urls": ["http://example.org/a"],
        "prompt_set": "simpleqa", "licence": "MIT (openai/simple-evals)",
    }  # fmt: skip


@pytest.mark.parametrize("about", ["", "not {a literal", "[1]", "{'topic': " + "[" * 300, None])
def test_metadata_that_cannot_be_read_loses_nothing_else(about):
    (one,) = prompts("simpleqa", jsonl(simpleqa(1, metadata=about)))
    assert (one.text, "topic" in one.metadata) == ("Who won prize 1?", False)


def test_math_gives_ten_of_each_level_as_category_d():
    rows = [math(i, [1, "2", "Level 3", 4.0, 5][i % 5]) for i in range(100)]
    taken = prompts("math500", jsonl(*rows))
    levels = [one.metadata["level"] for one in taken]
    assert [levels.count(level) for level in range(1, 6)] == [10] * 5
    assert {one.category for one in taken} == {"D"}
    assert all("solution" not in one.metadata for one in taken)
    order = [int(i) for i in np.random.default_rng(38).permutation(100)]
    first_of_level_2 = next(i for i in order if i % 5 == 1)
    assert next(one for one in taken if one.metadata["level"] == 2).id == (
        f"test/algebra/{first_of_level_2}.json"
    )


def test_math_can_be_drawn_in_multiples_of_five_only():
    data = jsonl(*[math(i, 1 + i % 5) for i in range(20)])
    assert len(prompts("math500", data, n=10)) == 10
    with pytest.raises(UserError, match="12 rows cannot be drawn from MATH-500; expected a mult"):
        drawn("math500", data, n=12)


def test_a_level_the_file_lacks_is_named():
    found = drawn("math500", jsonl(*[math(i, 1 + i % 2) for i in range(40)]))
    assert "takes 50 prompts, and this file gives 20" in found.notices[0]


def test_a_level_that_is_none_is_a_problem_of_its_line():
    with pytest.raises(ImportFileError, match="line 2: level is 'six'; expected 1 to 5"):
        prompts("math500", jsonl(math(1, 1), math(2, "six")))


def test_macgyver_takes_solvable_unconventional_problems_as_category_e():
    rows = [
        macgyver(1), macgyver(2, "No"), macgyver(3, "Yes", "conventional"),
        macgyver(4, "Yes", None), macgyver(5, "yes", " Unconventional "),
    ]  # fmt: skip
    taken = prompts("macgyver", jsonl(*rows))
    assert {one.id for one in taken} == {"macgyver-1", "macgyver-5"}
    assert {one.category for one in taken} == {"E"}
    assert taken[0].metadata["published_solution"] == "Step1: Tap.\nStep2: Turn."


def test_noveltybench_gives_all_with_paraphrases_and_leaves_the_truth_open():
    rows = [
        {"id": "c-0", "category": "Creativity", "prompt": "P?", "prompt_paraphrases": ["Q?"]},
        {"id": "c-1", "category": "Creativity", "prompt": "R?"},
    ]
    table = drawn("noveltybench", jsonl(*rows))
    parsed = parse_prompts(table.table, KEYS)
    by_id = {one.id: one for one in parsed.rows}
    assert [one.line for one in parsed.rows] == [1, 2]
    assert by_id["c-0"].metadata["paraphrases"] == ["Q?"]
    assert "paraphrases" not in by_id["c-1"].metadata
    assert by_id["c-0"].metadata["source_category"] == "Creativity"
    assert {one.category for one in parsed.rows} == {None}
    assert table.provenance.seed is None
    assert len(parsed.notices) == 1


def test_paraphrases_of_another_shape_are_a_problem_of_their_line():
    row = {"id": "c-0", "prompt": "P?", "prompt_paraphrases": ["Q?", 3]}
    with pytest.raises(ImportFileError, match="line 1: prompt_paraphrases holds something else"):
        prompts("noveltybench", jsonl(row))


def test_community_alignment_takes_english_prompts_of_users_once_each():
    rows = [
        community(1), community(1), community(2, "fr"), community(3, "en", True),
        community(4, "EN", "False"), community(5, "en", "True"),
        community(6) | {"first_turn_prompt": None},
    ]  # fmt: skip
    found = drawn("community-alignment", jsonl(*rows))
    taken = parse_prompts(found.table, KEYS).accept(skip_bad=False)
    assert {one.text for one in taken} == {"Where to eat 1?", "Where to eat 4?"}
    assert found.provenance.n_eligible == 2
    assert {one.category for one in taken} == {None}
    assert "personal information" in found.notices[-1]


def test_nothing_about_the_people_of_community_alignment_is_kept():
    (one,) = prompts("community-alignment", jsonl(community(1)))
    assert one.metadata == {
        "prompt_set": "community-alignment",
        "licence": "CC BY 4.0 (facebook/community-alignment-dataset)",
    }


def test_an_older_copy_without_the_column_that_tells_whose_prompt_it_is_says_so():
    row = community(1)
    del row["is_pregenerated_first_prompt"]
    found = drawn("community-alignment", jsonl(row))
    assert len(found.table.rows) == 1
    assert any("no column is_pregenerated_first_prompt" in said for said in found.notices)


def test_wildbench_takes_single_turns_with_their_checklist():
    rows = [wildbench(1), wildbench(2, "user", "assistant", "user"), wildbench(3, "assistant")]
    (one,) = prompts("wildbench", jsonl(*rows))
    assert (one.id, one.text, one.language) == ("wildbench-s1", "user says 1", "English")
    assert one.metadata["checklist"] == ["Is it kind?"]
    assert one.metadata["secondary_tags"] == ["Tone"]


def test_wildbench_is_read_from_parquet_and_from_csv_with_json_cells():
    rows = [wildbench(1), wildbench(2)]
    nested = prompts("wildbench", as_parquet(rows), "w.parquet")
    flat = [
        {name: json.dumps(v) if isinstance(v, list) else v for name, v in row.items()}
        for row in rows
    ]
    assert [one.text for one in prompts("wildbench", as_csv(flat), "w.csv")] == [
        one.text for one in nested
    ]
    assert nested[0].metadata["checklist"] == ["Is it kind?"]


@pytest.mark.parametrize("turns", ["no JSON", '"text"', ["a"], None, 3])
def test_a_conversation_of_another_shape_is_a_problem_of_its_line(turns):
    broken = wildbench(2) | {"conversation_input": turns}
    with pytest.raises(ImportFileError, match="line 2: conversation_input is"):
        prompts("wildbench", jsonl(wildbench(1), broken))


# -- files that are not what they should be


@pytest.mark.parametrize(
    "answer",
    [
        "Jan-08",
        "8-Jan",
        "08-Jan-98",
        "5-MAR-2001",
        "1.23E+11",
        "#NAME?",
        "2008-01-08T00:00:00",
        "####",
    ],
)
def test_a_spreadsheets_marks_in_an_answer_refuse_the_copy_with_the_reason(answer):
    data = jsonl(simpleqa(1), simpleqa(2, answer))
    with pytest.raises(ImportFileError, match=r"line 2: answer is .* which is what a sp"):
        prompts("simpleqa", data)
    (left,) = prompts("simpleqa", data, skip_bad=True)
    assert left.text == "Who won prize 1?"
    assert "1 of 2 rows show that this copy is damaged" in drawn("simpleqa", data).notices[1]


def test_damage_is_seen_outside_the_sample_too():
    rows = [simpleqa(i, "Jan-08" if i == 99 else "Ada") for i in range(100)]
    with pytest.raises(ImportFileError, match="import the original file"):
        prompts("simpleqa", jsonl(*rows), n=3)


@pytest.mark.parametrize("text", ["Who was JosÃ© GarcÃ­a?", "the â€˜bestâ€™", "na\ufffdve"])
def test_a_wrong_encoding_is_recognised(text):
    assert "read in a wrong encoding" in spreadsheet_damage(text)


@pytest.mark.parametrize(
    "text",
    [
        "January 8, 2008", "8 January", "2008", "Mar-a-Lago", "May", "1-0", "E. coli", "#1",
        "2008-01-08", "José García", "Ãnima", "10-12", "Dec", "3.5", "1E5",
    ],
)  # fmt: skip
def test_sound_answers_are_left_alone(text):
    assert spreadsheet_damage(text) == ""


@pytest.mark.parametrize("name", list(PROMPT_SETS))
def test_another_file_is_refused_by_the_column_it_lacks(name):
    with pytest.raises(UserError, match=r"is not .*: column '.*' is missing; found: id, score"):
        drawn(name, jsonl({"id": "x", "score": 1}))


@pytest.mark.parametrize("name", list(PROMPT_SETS))
@pytest.mark.parametrize(
    "data",
    [
        b"{", b'{"problem": "x", "answer"', b"[1, 2]\n", b"\xff\xfe\x00", b"null\n", b'"\\ud800"\n',
    ],
)  # fmt: skip
def test_rubbish_ends_in_an_error_for_the_reader(name, data):
    with pytest.raises(UserError):
        prompts(name, data)


@pytest.mark.parametrize("name", list(PROMPT_SETS))
def test_a_row_with_a_cell_of_the_wrong_kind_is_a_problem_of_its_line(name):
    whole = {
        "simpleqa": simpleqa(1), "math500": math(1, 1), "macgyver": macgyver(1),
        "noveltybench": {"id": "c", "prompt": "P?"}, "community-alignment": community(1),
        "wildbench": wildbench(1),
    }[name]  # fmt: skip
    first = PROMPT_SETS[name].columns[0]
    with pytest.raises(ImportFileError, match="line 2"):
        prompts(name, jsonl(whole, whole | {"id": "d", first: {"not": "text"}}))


def test_a_cut_off_parquet_file_is_refused():
    data = as_parquet([wildbench(1)])
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        drawn("wildbench", data[: len(data) // 2], "w.parquet")


def test_a_spreadsheet_is_refused_with_what_to_do():
    with pytest.raises(
        UserError, match="save the sheet as 'CSV UTF-8', or let `taskanchor prompts"
    ):
        drawn("macgyver", b"PK", "problem_solution_pair.xlsx")


def test_an_unknown_set_is_named_with_the_known_ones():
    with pytest.raises(UserError, match="no prompt set 'simple'; expected one of simpleqa"):
        get_prompt_set("simple")


def test_every_set_says_its_licence_origin_and_rule():
    for one in PROMPT_SETS.values():
        assert all((one.label, one.citation, one.licence, one.origin, one.rule, one.columns))
    assert {one.id: one.category for one in PROMPT_SETS.values() if one.category} == {
        "simpleqa": "A", "math500": "D", "macgyver": "E",
    }  # fmt: skip
