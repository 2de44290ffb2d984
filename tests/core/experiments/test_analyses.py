from dataclasses import replace
from itertools import combinations

import pytest

from core.diversity import Measure
from core.experiments.classification import analyse_classification, analyse_outside, family_of
from core.experiments.comparisons import analyse_language, analyse_temperature
from core.experiments.data import StudiedPrompt, StudyData
from core.experiments.judges import analyse_judges
from core.experiments.models import analyse_models
from core.experiments.stability import analyse_stability
from core.results import PairVerdict, ResponseRow, ResponseSet, SetMeasures


def prompt(number, **values):
    given = {
        "id": number,
        "external_id": f"p{number}",
        "source": "ours",
        "language": "en",
        "truth": "G",
        "by_model": {},
    }
    return StudiedPrompt(**(given | values))


def measured(condition, prompt_id, distinct, *, quality=4.0, model="m", n=2):
    strategy = condition.split("/")[1].split("#")[0]
    first = prompt_id * 100 + (50 if model != "m" else 0) + (10 if "anchored" in condition else 0)
    responses = [
        ResponseRow(first + i, prompt_id, condition, model, strategy, n, i, "G", "")
        for i in range(n)
    ]
    return SetMeasures(
        ResponseSet(condition, prompt_id, model, strategy, "G", n, responses),
        None,
        {"distinct": Measure(distinct), "quality": Measure(quality), "vocabulary": Measure(0.5)},
    )


def study(prompts=(), sets=(), **values):
    return StudyData("s", tuple(prompts), tuple(sets), **values)


def table(outcome, title):
    (found,) = [one for one in outcome.tables if one.title.startswith(title)]
    return found.rows


def test_recall_leaves_out_examples_of_the_taxonomy():
    prompts = [
        prompt(1, by_model={"openai:gpt-4o": "G"}),
        prompt(2, by_model={"openai:gpt-4o": "H"}),
        prompt(3, by_model={"openai:gpt-4o": "G"}, is_example=True),
        prompt(4),
    ]
    outcome = analyse_classification(study(prompts))
    family, model, category, n, recall, unclassified = table(outcome, "Recall")[0]
    assert (family, model, category, n, unclassified) == ("gpt", "openai:gpt-4o", "all", 2, 1)
    assert recall["mean"] == 0.5
    assert "1 prompts that are examples" in outcome.notes[0]


def test_misclassification_splits_anchored_sets_by_the_category_used():
    condition = "m/system-anchored#1"
    sets = [
        measured(condition, 1, 2.0),
        measured(condition, 2, 1.0),
        measured("m/temperature#2", 1, 1),
    ]
    used = {(condition, 1): "G", (condition, 2): "B", ("m/temperature#2", 1): "B"}
    outcome = analyse_classification(study([prompt(1), prompt(2)], sets, categories_used=used))
    rows = table(outcome, "What misclassification")
    assert [(row[1], row[2], row[3]["mean"]) for row in rows] == [("right", 1, 2), ("wrong", 1, 1)]


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai:gpt-4o", "gpt"),
        ("anthropic:claude-sonnet-4", "claude"),
        ("openai:meta-llama/Llama-3.1-8B", "llama"),
        ("openai:4o", "4o"),
    ],
)
def test_a_family_is_the_name_before_its_version(model, family):
    assert family_of(model) == family


def test_prompts_of_the_six_sets_are_not_outside():
    prompts = [
        prompt(1, source="SimpleQA", by_model={"m:1": "N"}),
        prompt(2, source="mail", truth=None, by_model={"m:1": "N"}),
        prompt(3, source="mail", truth=None, by_model={"m:1": "H"}),
    ]
    rows = table(analyse_outside(study(prompts)), "Share")
    assert [(row[0], row[1], row[2], row[3]["mean"]) for row in rows] == [
        ("m:1", "all", 2, 0.5),
        ("m:1", "mail", 2, 0.5),
    ]


def verdicts(judge, said):
    return [PairVerdict(a, b, judge, "judge", same) for (a, b), same in said.items()]


def test_judges_are_compared_on_pairs_both_scored():
    sets = [measured("m/temperature#1", number, 1.0) for number in (1, 2)]
    # Pair of prompt 1: both say same; of prompt 2: they differ.
    pairs = [one.set.ids for one in sets]
    said = verdicts("j:1", dict.fromkeys(pairs, True))
    said += verdicts("j:2", {pairs[0]: True, pairs[1]: False})
    data = study(sets=sets, verdicts=tuple(said), by_judge={"j:1": tuple(sets), "j:2": tuple(sets)})
    first, second, n_pairs, n_prompts, agreement, kappa = table(analyse_judges(data), "Judge with")[
        0
    ]
    assert (first, second, n_pairs, n_prompts) == ("j:1", "j:2", 2, 2)
    assert agreement["mean"] == 0.5
    # po = .5; pe = 1 × .5 + 0 × .5 = .5
    assert kappa == 0


def test_kappa_is_undefined_where_both_always_say_one_thing():
    sets = [measured("m/temperature#1", 1, 1.0)]
    said = verdicts("j:1", {sets[0].set.ids: True}) + verdicts("j:2", {sets[0].set.ids: True})
    data = study(sets=sets, verdicts=tuple(said), by_judge={"j:1": (), "j:2": ()})
    assert table(analyse_judges(data), "Judge with")[0][5] is None


def test_a_sweep_is_drawn_when_two_temperatures_are_there():
    sets = [measured(f"m/temperature/t={t}#{t}", 1, 1.0 + t) for t in (0, 1)]
    temperatures = {one.set.condition: float(place) for place, one in enumerate(sets)}
    outcome = analyse_temperature(study(sets=sets, temperatures=temperatures))
    assert [row[2] for row in table(outcome, "By temperature")] == [0.0, 1.0]
    assert [point.y for point in outcome.figure.panels[0].series[0].points] == [1.0, 2.0]
    alone = analyse_temperature(study(sets=sets[:1], temperatures=temperatures))
    assert alone.figure is None


def wave(slug, counts):
    condition = f"m/temperature#{slug}"
    return StudyData(
        slug,
        tuple(prompt(number) for number in range(len(counts))),
        tuple(measured(condition, number, count) for number, count in enumerate(counts)),
        families={condition: "m/temperature"},
        served={condition: (f"m-{slug}",)},
        first_day={condition: "2026-11-01"},
        rater="j:1",
    )


def test_waves_are_paired_by_prompt_and_name_the_models_served():
    outcome = analyse_stability([wave("one", [1, 2, 1]), wave("two", [2, 2, 2])])
    rows = table(outcome, "Difference to the first wave, one")
    assert rows[0][:4] == ("m/temperature", "two", "distinct", 3)
    assert rows[0][5]["mean"] == pytest.approx(2 / 3)
    assert ("two", "m/temperature#two", "2026-11-01", "m-two") in table(outcome, "What the servers")
    assert "neither cause nor intent" in outcome.notes[0]


def test_drift_is_drawn_wave_by_wave_with_a_line_where_the_served_model_changed():
    waves = [wave("one", [1, 2, 1]), wave("two", [2, 2, 2]), wave("three", [2, 2, 2])]
    same = [replace(one, served={f"m/temperature#{one.slug}": ("m-1",)}) for one in waves]
    figure = analyse_stability(same).figure
    distinct = figure.panels[0]
    assert [(point.x, point.y) for point in distinct.series[0].points] == [
        (0.0, 0.0),
        (1.0, pytest.approx(2 / 3)),
        (2.0, pytest.approx(2 / 3)),
    ]
    assert distinct.rules == (("y", 0.0),)
    renamed = [*same[:2], replace(same[2], served={"m/temperature#three": ("m-2",)})]
    figure = analyse_stability(renamed).figure
    assert figure.panels[0].rules == (("y", 0.0), ("x", 1.5))
    assert "served by m-2" in figure.panels[0].series[0].points[2].hover


def test_translations_are_paired_with_their_originals():
    prompts = [
        prompt(1, by_model={"m:1": "G"}),
        prompt(2, language="ar", translation_of="p1", by_model={"m:1": "H"}),
    ]
    sets = [measured("m/temperature#1", 1, 1.0), measured("m/temperature#1", 2, 2.0)]
    outcome = analyse_language(study(prompts, sets))
    condition, language, measure, n, metric = table(outcome, "Translation")[0]
    assert (condition, language, measure, n, metric["mean"]) == (
        "m/temperature#1", "ar", "distinct", 1, 1.0,
    )  # fmt: skip
    assert table(outcome, "Classified")[0] == ("m:1", "ar", 1, 0.0)


def test_the_matrix_tells_within_from_between_models():
    sets = [
        measured("a/temperature#1", 1, 1.0, model="m"),
        measured("b/temperature#2", 1, 1.0, model="k"),
    ]
    own = {tuple(sorted(pair)) for one in sets for pair in combinations(one.set.ids, 2)}

    def distance(first, second):
        return 1.0 if tuple(sorted((first, second))) in own else 0.25

    (matrix,) = analyse_models(study(sets=sets), {"test": distance}).tables
    assert matrix.columns == ("", "k", "m")
    assert [[cell["mean"] for cell in row[1:]] for row in matrix.rows] == [[1.0, 0.25], [0.25, 1.0]]


def test_an_unknown_distance_leaves_the_cell_empty():
    sets = [
        measured("a/temperature#1", 1, 1.0, model="m"),
        measured("b/temperature#2", 1, 1.0, model="k"),
    ]
    (matrix,) = analyse_models(study(sets=sets), {"test": lambda _a, _b: None}).tables
    assert {cell["mean"] for row in matrix.rows for cell in row[1:]} == {None}
