import xml.etree.ElementTree as ET

from core.figures import Axis, Figure, Panel, Point, Series
from core.figures.svg import figure_svg


def figure(**changes):
    series = Series(
        "Temperature <b> $x$",
        "#E69F00",
        "circle",
        (Point(0, 2, y_range=(1, 3)), Point(1, 4, x_range=(0.5, 1.5))),
    )
    theirs = Series("published", "#E69F00", "diamond", (Point(0, 3),), hollow=True)
    panel = Panel(
        "a model", Axis("category", ((0.0, "all\n16"), (1.0, "G\n9"))), Axis("distinct responses"),
        (series, theirs), (("x", 0.5),),
    )  # fmt: skip
    values = {
        "name": "f",
        "title": "How many are distinct?",
        "alt": "distinct by category",
        "panels": (panel,),
        "rows": [],
        "notes": ("published, other judges; not a replication",),
    }
    return Figure(**(values | changes))


def texts(svg: str) -> str:
    return " ".join("".join(node.itertext()) for node in ET.fromstring(svg).iter() if node.text)


def test_the_svg_is_xml_whose_words_stay_words():
    said = texts(figure_svg(figure()))
    for part in ("How many are distinct?", "distinct responses", "a model", "not a replication"):
        assert part in said


def test_names_are_drawn_as_they_are():
    assert "Temperature <b> $x$" in texts(figure_svg(figure()))


def test_the_same_figure_gives_the_same_file():
    assert figure_svg(figure()) == figure_svg(figure())


def test_panels_are_drawn_side_by_side_and_empty_places_stay_empty():
    panels = figure().panels * 3
    said = texts(figure_svg(figure(panels=panels, columns=2)))
    assert said.count("a model") >= 3


def test_a_figure_without_marks_is_still_a_file():
    assert figure_svg(figure(panels=(Panel("", Axis("x"), Axis("y"), ()),))).startswith("<?xml")
