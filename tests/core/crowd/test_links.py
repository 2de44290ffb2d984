"""The address that is handed to a platform."""

from __future__ import annotations

import pytest

from core.crowd.links import recruiting_link
from core.crowd.plan import Recruiting
from core.security import join_link

KEY = b"a key of the tests"


@pytest.mark.parametrize(
    ("recruiting", "parameters"),
    [
        (
            Recruiting(platform="prolific"),
            "&PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}",
        ),
        (
            Recruiting(platform="generic", id_parameter="worker", captured=("batch", "worker")),
            "&worker={worker}&batch={batch}",
        ),
    ],
)
def test_a_link_has_a_place_for_each_parameter_once(recruiting, parameters):
    link = recruiting_link("https://app.example", 3, KEY, recruiting)
    assert link == join_link("https://app.example", 3, KEY) + parameters
