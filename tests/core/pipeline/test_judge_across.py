from collections import Counter
from dataclasses import replace

import pytest

from core.pipeline.specs import JudgeSpec
from core.providers import base

ACROSS = JudgeSpec("scripted:judge", "equivalence", pairs="across", per_two=4)


@pytest.fixture
def two_models(bench):
    """Two strategies of two models, three responses each to three prompts."""
    spec = bench.generate_spec("temperature", "system-general")
    bench.run(spec)
    others = tuple(replace(one, model_id="other:m") for one in spec.conditions)
    base.register("other", lambda _settings: bench.model)
    bench.run(replace(spec, conditions=others))
    bench.model.asked.clear()
    return bench


def pairs_asked(bench):
    """(prompt, strategy, index of the one, index of the other) of every question."""
    keys = [request.key for request in bench.model.asked]
    return [(key.prompt, key.strategy, key.index) for key in keys]


def test_so_many_pairs_of_two_models_are_asked_for_each_prompt_and_strategy(two_models):
    progress = two_models.run(ACROSS)
    assert (progress.planned, progress.done, progress.calls) == (24, 24, 24)
    asked = pairs_asked(two_models)
    assert len(set(asked)) == 24
    counts = Counter((prompt, strategy) for prompt, strategy, _ in asked)
    assert set(counts.values()) == {4}
    assert len(counts) == 6


def test_the_same_seed_draws_the_same_pairs_and_another_other_ones(two_models):
    two_models.run(ACROSS)
    first = set(pairs_asked(two_models))
    again = two_models.run(ACROSS)
    assert (again.skipped, again.calls) == (24, 0)
    more = two_models.run(replace(ACROSS, per_two=9))
    # All nine pairs of a stratum: the four that were drawn before are not asked again.
    assert (more.planned, more.calls) == (54, 30)
    two_models.model.asked.clear()
    two_models.data.ratings.clear()
    two_models.run(replace(ACROSS, seed=1))
    assert set(pairs_asked(two_models)) != first


def test_one_model_alone_has_nothing_to_be_compared_across(bench):
    bench.generate("temperature", "system-general")
    assert bench.run(ACROSS).planned == 0
