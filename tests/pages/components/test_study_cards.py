import pytest

from db.queries.stations import Station
from pages.components.study_cards import next_page, station_text, suggest_slug


def stations(**done: int) -> list[Station]:
    pages = {
        "Prompts": "prompts",
        "Categories": "prompts",
        "Responses": "generate",
        "Judges": "judges",
        "Ratings": "people",
        "Agreement": "agreement",
        "Report": "export",
    }
    return [Station(name, page, done.get(name, 0), None, "things") for name, page in pages.items()]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Émotions, pilot 2", "emotions-pilot-2"),
        ("  --  ", ""),
        ("研究", ""),
        ("a" * 70, "a" * 64),
        ("a" * 63 + " b", "a" * 63),
    ],
)
def test_names_are_made_from_titles_within_the_rules(title: str, slug: str):
    assert suggest_slug(title) == slug


@pytest.mark.parametrize(
    ("done", "page"),
    [
        ({}, "prompts"),
        ({"Prompts": 3}, "generate"),
        ({"Prompts": 3, "Responses": 9}, "judges"),
        ({"Prompts": 3, "Responses": 9, "Judges": 9}, "people"),
        ({"Prompts": 3, "Responses": 9, "Judges": 9, "Ratings": 2}, "compare"),
    ],
)
def test_a_study_goes_on_where_nothing_is_yet(done: dict[str, int], page: str):
    assert next_page(stations(**done)) == page


def test_shares_go_by_what_is_planned_and_say_it():
    half = Station("Responses", "generate", 40, 80, "responses")
    assert (half.share, station_text(half)) == (0.5, "40 of 80 responses")
    assert Station("Prompts", "prompts", 16, None, "prompts").share == 1.0
    assert Station("Judges", "judges", 0, None, "pairs").share == 0.0
    assert Station("Judges", "judges", 5, 0, "pairs").share == 0.0
