from itertools import product

import pytest
from sqlalchemy import delete

from core.importing import ImportedRating
from core.importing.ratings import ExternalItem
from core.taxonomy import load_taxonomy
from db.engine import Database, open_database
from db.imports import import_ratings
from db.models import Item, Participation, Rater, Rating, Response, now
from db.queries.agreement import find_epsilon
from db.queries.disagreement import adjudicate
from db.queries.studies import add_study, get_study, touch
from tests.pages.researcher.conftest import OpenPage

VIEWS = (
    "short", "figures", "categories", "part", "raters", "stand-in", "whole", "depends", "plan",
    "method",
)  # fmt: skip
RATINGS = b"""item_id,question,rater_id,rater_kind,value,prompt_id
i1,equivalence,ann,human,same,p1
i1,equivalence,gpt,judge,same,p1
i2,equivalence,ann,human,different,p2
i2,equivalence,gpt,judge,same,p2
"""


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.fixture
def pilot(settings) -> Database:
    """An empty study named pilot."""
    database = open_database(settings)
    with database.write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy())
    return database


def look_at(page, view: str) -> None:
    page.segmented_control(key="view").set_value(view).run()
    assert not page.exception, page.exception


@pytest.mark.usefixtures("sample_db")
def test_sentences_come_first_and_baselines_stand_apart(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    drawn = shown(page)
    assert "3 people gave 288 answers to 96 items from 16 prompts" in drawn
    for judge in ("replay:sample-judge-1", "replay:sample-judge-2", "ensemble:majority"):
        assert f"{judge} agrees with a person as often as another person does" in drawn
    look_at(page, "figures")
    assert [heading.value for heading in page.subheader] == [
        "Judges beside people",
        "Without skill",
        "People among themselves",
    ]


@pytest.mark.usefixtures("sample_db")
def test_categories_are_marked_exploratory_once_they_are_shown(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    look_at(page, "figures")
    assert "(exploratory)" not in shown(page)
    page.toggle(key="each-category").set_value(True).run()
    assert not page.exception
    assert "H (exploratory)" in shown(page)
    assert "50 items from 30 prompts" in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_the_methods_line_names_methods_seed_and_words(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    page.number_input(key="seed").set_value(7).run()
    look_at(page, "method")
    drawn = shown(page)
    assert "Seed 7." in drawn
    assert "Wilson with effective n and t" in drawn
    assert "equivalence@" in drawn


@pytest.mark.usefixtures("sample_db")
def test_the_list_of_items_leads_to_compare(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    look_at(page, "part")
    confusion, items = page.dataframe[0].value, page.dataframe[1].value
    assert int(confusion.drop(columns="judge says").to_numpy().sum()) == 96
    assert items["read"].str.startswith("/compare?study=sample&item=pair%3A").all()
    assert any(f"{len(items)} of 96 items" in text.value for text in page.text)


@pytest.mark.usefixtures("sample_db")
def test_another_question_is_another_report(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    page.selectbox(key="question").select("quality").run()
    assert not page.exception
    look_at(page, "method")
    assert "Level ordinal; weights" in shown(page)
    look_at(page, "figures")
    assert "sensitivity" not in shown(page)


@pytest.mark.usefixtures("pilot")
def test_ratings_made_elsewhere_are_enough(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    assert "Nobody has rated anything yet" in page.info[0].value
    page.file_uploader(key="ratings-0").upload("r.csv", RATINGS).run()
    page.button(key="ratings-store").click().run()
    assert not page.exception
    assert page.success[0].value == "4 ratings added, 0 there already."
    drawn = shown(page)
    assert "no item has two human ratings" in drawn
    assert "1 person gave 2 answers to 2 items from 2 prompts" in drawn


@pytest.mark.usefixtures("pilot")
def test_a_bad_row_is_named_by_line_and_nothing_is_imported_unless_asked(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    bad = RATINGS + b"i3,equivalence,ann,human,perhaps,p3\n"
    page.file_uploader(key="ratings-0").upload("r.csv", bad).run()
    assert list(page.dataframe[1].value["line"]) == [6]
    assert page.button(key="ratings-store").disabled
    page.checkbox(key="ratings-skip-bad").check().run()
    page.button(key="ratings-store").click().run()
    assert page.success[0].value == "4 ratings added, 0 there already."


@pytest.mark.usefixtures("pilot")
def test_a_file_without_the_columns_says_which_is_missing(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    page.file_uploader(key="ratings-0").upload("r.csv", b"a,b\n1,2\n").run()
    assert not page.exception
    assert "column &#x27;item_id&#x27; is missing" in shown(page)


def test_new_ratings_are_in_the_report_at_once(open_page: OpenPage, pilot: Database):
    def rate(rater: str, value: str) -> None:
        with pilot.write() as session:
            row = ImportedRating(1, "i1", "equivalence", rater, "human", value)
            import_ratings(session, get_study(session, "pilot"), [row], file_name="f")

    rate("ann", "equivalent")
    page = open_page("agreement", study="pilot")
    assert "1 person gave 1 answer to 1 item" in shown(page)
    rate("bob", "different")
    page.run()
    assert "2 people gave 2 answers" in shown(page)


def test_names_of_raters_cannot_become_markup(open_page: OpenPage, pilot: Database):
    hostile = "<img src=http://evil.example/x.png>"
    with pilot.write() as session:
        rows = [
            ImportedRating(1, "i1", "equivalence", hostile, "judge", "equivalent"),
            ImportedRating(2, "i1", "equivalence", "ann", "human", "equivalent"),
        ]
        import_ratings(session, get_study(session, "pilot"), rows, file_name="f")
    page = open_page("agreement", study="pilot")
    for view in VIEWS:
        look_at(page, view)
        assert "<img" not in shown(page), view
    look_at(page, "figures")
    assert "&lt;img" in shown(page)


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("question", ["equivalence", "quality"])
def test_every_view_draws(open_page: OpenPage, question: str):
    page = open_page("agreement", study="sample")
    page.selectbox(key="question").select(question).run()
    for view in VIEWS:
        look_at(page, view)
        said = [html.proto.body for html in page.get("html") if "<style" not in html.proto.body]
        assert "failed" not in "".join(said).lower(), view


@pytest.mark.usefixtures("sample_db")
def test_a_filter_leaves_the_rest_out(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    page.multiselect(key="filter-category").select("G").run()
    assert not page.exception
    drawn = shown(page)
    assert "96 items" not in drawn
    assert "3 people gave" in drawn


def test_an_adjudicated_answer_is_a_reference_and_nobody_among_people(
    open_page: OpenPage, sample_db: Database
):
    with sample_db.write() as session:
        study = get_study(session, "sample")
        items = session.query(Item).filter_by(study_id=study.id, kind="pair").limit(3).all()
        for item, seen in zip(items, (False, False, True), strict=True):
            adjudicate(session, study.id, item.key, "equivalence", "equivalent", actor="eva",
                       judges_seen=seen)  # fmt: skip
    page = open_page("agreement", study="sample")
    assert "3 people gave 288 answers" in shown(page)
    look_at(page, "figures")
    assert "Judges beside adjudicated answers" in [one.value for one in page.subheader]
    assert "1 item was settled after judges&#x27; verdicts were seen" in shown(page)
    look_at(page, "part")
    page.segmented_control(key="evidence-reference").set_value("adjudicated").run()
    assert not page.exception
    confusion = page.dataframe[0].value
    assert "adjudicated: equivalent" in confusion.columns
    assert int(confusion.drop(columns="judge says").to_numpy().sum()) == 2


def test_groupings_are_compared_as_partitions_and_counts_corrected(
    open_page: OpenPage, sample_db: Database
):
    with sample_db.write() as session:
        study = get_study(session, "sample")
        session.add_all(people := [
            Rater(study_id=study.id, kind="human", identity=f"sorter-{n}", name="") for n in (1, 2)
        ])  # fmt: skip
        session.flush()
        pairs = session.query(Item).filter_by(study_id=study.id, kind="pair")
        prompts = {item.prompt_id: item for item in pairs}
        for item in prompts.values():
            answered = session.query(Response).filter_by(
                prompt_id=item.prompt_id, condition_id=session.get(
                    Response, item.response_a_id).condition_id
            ).order_by(Response.sample_index).all()  # fmt: skip
            ids = [one.id for one in answered]
            one_set = Item(study_id=study.id, kind="set", key=f"set:{item.prompt_id}",
                           cluster=item.cluster, prompt_id=item.prompt_id, category=item.category,
                           content={"response_ids": ids})  # fmt: skip
            session.add(one_set)
            session.flush()
            for person, value in zip(people, ("0,0,1,2,3", "0,0,1,1,2"), strict=True):
                session.add(Rating(rater_id=person.id, item_id=one_set.id, question="grouping",
                                   value=value))  # fmt: skip
        touch(session, study.id)
    page = open_page("agreement", study="sample")
    page.selectbox(key="question").select("grouping").run()
    assert not page.exception
    drawn = shown(page)
    assert "adjusted Rand" in drawn
    assert "16 prompts" in drawn
    assert "People sorted into groups" in drawn
    assert "cannot estimate the study" in drawn


def test_epsilon_is_fixed_once_and_then_named(open_page: OpenPage, sample_db: Database):
    page = open_page("agreement", study="sample")
    look_at(page, "stand-in")
    assert "Epsilon is not fixed" in shown(page)
    assert "may stand in" not in shown(page)
    page.segmented_control(key="alt-kind").set_value("skilled").run()
    page.button(key="alt-fix").click().run()
    assert not page.exception
    assert "Epsilon is not fixed" not in shown(page)
    assert "may stand in for one of these 3 raters at epsilon 0.15" in shown(page)
    assert any("Epsilon 0.15, in place of skilled annotators" in one.value for one in page.text)
    with sample_db.read() as session:
        found = find_epsilon(get_study(session, "sample"))
    assert found.epsilon == 0.15
    assert found.answers_then > 0


@pytest.mark.usefixtures("sample_db")
def test_the_published_variant_is_a_choice(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    look_at(page, "stand-in")
    page.segmented_control(key="alt-variant").set_value("published").run()
    assert not page.exception
    assert "baseline:constant" in shown(page)


def test_excluded_people_are_shown_both_ways(open_page: OpenPage, sample_db: Database):
    with sample_db.write() as session:
        person = session.query(Rater).filter_by(identity="person-1").one()
        session.add(
            Participation(
                rater_id=person.id,
                study_id=person.study_id,
                arm="main",
                phase="complete",
                excluded_reason="too fast",
                excluded_at=now(),
            )
        )
    page = open_page("agreement", study="sample")
    drawn = shown(page)
    assert "2 people gave 192 answers" in drawn
    assert "With everybody (3 people) two people agree on" in drawn
    page.toggle(key="with-excluded").set_value(True).run()
    assert "3 people gave 288 answers" in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_the_report_is_made_on_request(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    look_at(page, "method")
    page.button(key="report-prepare").click().run()
    assert not page.exception
    assert {one.key for one in page.get("download_button")} or len(page.get("download_button")) == 2


def test_usefulness_is_looked_at_one_direction_at_a_time(pilot: Database, open_page: OpenPage):
    rows = [
        ImportedRating(
            number, f"i{item}", "usefulness", rater, kind, value, order=order,
            item=ExternalItem(prompt_id=f"p{item}", category="G"),
        )
        for number, (item, (rater, kind, order, value)) in enumerate(
            product(
                range(4),
                (
                    ("ann", "human", "ab", "useful"),
                    ("bob", "human", "ba", "not_useful"),
                    ("gpt", "judge", "ab", "useful"),
                ),
            )
        )
    ]  # fmt: skip
    with pilot.write() as session:
        import_ratings(session, get_study(session, "pilot"), rows, file_name="f")
    page = open_page("agreement", study="pilot")
    assert "1 person gave 4 answers to 4 items" in shown(page)
    assert "gpt" in shown(page)
    page.segmented_control(key="direction").set_value("ba").run()
    assert not page.exception
    assert "1 person gave 4 answers to 4 items" in shown(page)
    assert "gpt" not in shown(page)
    look_at(page, "raters")
    with pilot.write() as session:
        session.execute(delete(Rating).where(Rating.order == "ba"))
        touch(session, get_study(session, "pilot").id)
    page = open_page("agreement", study="pilot")
    page.segmented_control(key="direction").set_value("ba").run()
    assert page.text[-1].value == "Nobody has answered in this direction."


@pytest.mark.usefixtures("sample_db")
def test_scores_are_shown_where_answers_are_scores_and_nowhere_else(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    look_at(page, "figures")
    assert "Answers as scores" not in [heading.value for heading in page.subheader]
    page.selectbox(key="question").select("quality").run()
    assert "Answers as scores" in [heading.value for heading in page.subheader]
    drawn = shown(page)
    for said in ("ICC, mean", "Spearman", "minus people&#x27;s mean", "their order is undefined"):
        assert said in drawn, said
    assert "H (exploratory)" not in drawn
    page.toggle(key="each-category").set_value(True).run()
    assert not page.exception
    assert shown(page).count("H (exploratory)") > drawn.count("H (exploratory)") + 3
