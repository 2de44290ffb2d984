import pytest

from core.errors import UserError
from core.importing import parse_responses, read_table

HEADER = "prompt_id,condition,sample_index,text,model\n"


def responses(text: str):
    return parse_responses(read_table("r.csv", (HEADER + text).encode()))


def test_a_response_is_read_with_its_place_and_metadata():
    (response,) = responses("p1,mine,3, spaced text ,gpt\n").rows
    assert (response.prompt_id, response.condition, response.sample_index) == ("p1", "mine", 3)
    assert response.text == " spaced text "
    assert response.metadata == {"model": "gpt"}


@pytest.mark.parametrize("index", ["-1", "1.5", "x", "", "99999999999", "1e3", "²"])
def test_an_index_that_is_no_whole_number_is_a_problem(index: str):
    parsed = responses(f"p1,mine,{index},text,\n")
    assert not parsed.rows
    assert "sample_index" in parsed.problems[0][1]


def test_an_index_written_as_a_float_is_accepted():
    assert responses("p1,mine,2.0,text,\n").rows[0].sample_index == 2


def test_a_slot_given_twice_is_a_problem_that_names_the_first():
    parsed = responses("p1,mine,0,one,\np1,mine,0,two,\np1,other,0,three,\n")
    assert len(parsed.rows) == 2
    assert parsed.problems[0][0] == 3
    assert "line 2" in parsed.problems[0][1]


def test_a_blank_text_is_a_problem():
    assert responses("p1,mine,0,,\n").problems == [(2, "text is blank; expected text")]


def test_a_missing_column_is_named():
    with pytest.raises(UserError, match="'text' is missing"):
        parse_responses(read_table("r.csv", b"prompt_id,condition,sample_index\np,c,0\n"))
