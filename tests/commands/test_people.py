"""`taskanchor people`: links in a terminal."""

from __future__ import annotations

import json

import pytest

from core.security import load_secret_key, rater_id_from_token
from db.queries.tasks import get_progress

INVITE = ("people", "invite", "sample", "--count", "2", "--ratings-per-item", "2", "--pairs", "4")


@pytest.mark.usefixtures("sample_db")
def test_invited_people_get_links_of_their_own(taskanchor, sample_db, settings):
    called = taskanchor(*INVITE, "--responses", "3", "--base-url", "https://app.example/", "--json")
    assert called.code == 0
    *_, ada, bo = json.loads(called.out)["people"]
    assert (ada["answered"], ada["assigned"]) == (0, 7)
    assert ada["link"] != bo["link"]
    address, _, token = ada["link"].partition("?link=")
    assert address == "https://app.example/rate"
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    with sample_db.read() as session:
        assert get_progress(session, rater_id_from_token(token, key)).total == 7


@pytest.mark.usefixtures("sample_db")
def test_names_take_the_place_of_a_count_and_are_listed(taskanchor):
    arguments = ("--name", "Ada", "--name", "Bo", "--name", "Cy")
    assert taskanchor(*INVITE, *arguments).code == 0
    listed = taskanchor("people", "list", "sample")
    assert [line.split()[0] for line in listed.out.splitlines()[-3:]] == ["Ada", "Bo", "Cy"]
    assert "/rate?link=" in listed.out


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--ratings-per-item", "3"), 2, "need at least as many people; 2 are planned"),
        (("--category", "Z"), 2, "no item fits the choice"),
        (("--count", "0"), 2, "Invalid value"),
    ],
)
def test_an_invitation_that_cannot_be_kept_says_why(taskanchor, arguments, code, said):
    called = taskanchor(*INVITE, *arguments)
    assert called.code == code
    assert said in called.err
    people = json.loads(taskanchor("people", "list", "sample", "--json").out)["people"]
    assert [person["name"] for person in people] == [f"Simulated person {n}" for n in (1, 2, 3)]
