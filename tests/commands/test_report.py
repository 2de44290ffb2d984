"""`taskanchor report` on a study, a bundle and a file of ratings; `taskanchor import`."""

import json

import pytest

LONG = "item_id,question,rater_id,rater_kind,value,prompt_id\n" + "".join(
    f"i{n},equivalence,{rater},{kind},{'same' if n % 3 else 'different'},p{n // 2}\n"
    for n in range(40)
    for rater, kind in (("ann", "human"), ("bob", "human"), ("model-x", "judge"))
)


@pytest.mark.usefixtures("sample_db")
def test_a_bundle_and_its_study_give_the_same_report(taskanchor, tmp_path):
    assert taskanchor("export", "sample", "--out", str(tmp_path / "s.zip")).code == 0
    made = []
    for source in ("sample", str(tmp_path / "s.zip")):
        folder = tmp_path / f"out{len(made)}"
        done = taskanchor("report", source, "--out", str(folder), "--json")
        assert done.code == 0, done.err
        made.append({name: (folder / name).read_bytes() for name in done.json["files"]})
    assert made[0] == made[1]


@pytest.mark.usefixtures("sample_db")
def test_an_imported_bundle_is_a_study_with_the_same_agreement(taskanchor, tmp_path):
    bundle = str(tmp_path / "s.zip")
    taskanchor("export", "sample", "--out", bundle)
    done = taskanchor("import", bundle, "--as", "copy", "--json")
    assert done.json["study"] == "copy"
    reports = [taskanchor("agreement", slug, "--json").json for slug in ("sample", "copy")]
    assert reports[0]["humans"] == reports[1]["humans"]
    again = taskanchor("import", bundle)
    assert again.code == 2
    assert "'sample' exists already" in again.err


def test_a_file_of_ratings_becomes_a_report_without_any_study(taskanchor, tmp_path):
    path = tmp_path / "My ratings.csv"
    path.write_text(LONG)
    done = taskanchor("report", str(path), "--out", str(tmp_path / "out"))
    assert done.code == 0, done.err
    page = (tmp_path / "out" / "report.html").read_text()
    assert "model-x" in page
    assert "the value is the same in all 20 prompts" in page
    assert taskanchor("study", "list").out.count("my-ratings") == 0


def test_a_label_studio_export_becomes_a_report(taskanchor, tmp_path):
    tasks = [
        {
            "id": n,
            "data": {"text": "x"},
            "annotations": [
                {
                    "completed_by": who,
                    "result": [
                        {"from_name": "tone", "type": "choices", "value": {"choices": ["dry"]}}
                    ],
                }
                for who in (1, 2)
            ],
        }
        for n in range(12)
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks))
    done = taskanchor("report", str(path), "--out", str(tmp_path / "out"))
    assert done.code == 0, done.err
    assert "Recognised as an export of Label Studio" in done.err
    assert (tmp_path / "out" / "tables" / "people-tone.tex").exists()


def test_a_bad_row_is_named_by_line_and_nothing_is_written(taskanchor, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(LONG + "i99,equivalence,ann,human,perhaps,p1\n")
    done = taskanchor("report", str(path), "--out", str(tmp_path / "out"))
    assert done.code == 1
    assert "line 122" in done.err
    assert not (tmp_path / "out").exists()
    assert taskanchor("report", str(path), "--out", str(tmp_path / "out"), "--skip-bad").code == 0


def test_a_file_that_is_not_there_is_named(taskanchor, tmp_path):
    done = taskanchor("report", "nowhere.zip", "--out", str(tmp_path / "out"))
    assert done.code == 2
    assert "There is no file nowhere.zip" in done.err
