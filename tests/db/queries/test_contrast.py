from itertools import combinations

import pytest

from core.errors import UserError
from db.queries.contrast import find_contrast, fix_contrast
from db.reports import make_results_report
from tests.support.rated_study import RatedStudy


class Contrasted:
    """Two prompts under two conditions, three responses each."""

    def __init__(self, session, settings) -> None:
        self.made = RatedStudy(session, settings)
        self.study = self.made.study
        self.sets = []
        conditions = [self.made.condition(name) for name in ("temperature", "system-anchored")]
        self.plain, self.anchored = (one.label for one in conditions)
        for number in range(2):
            prompt = self.made.prompt(f"p{number}")
            for condition in conditions:
                responses = self.made.responses(prompt, condition, ["one", "two", "three"])
                self.sets.append((condition.label, responses))

    def judge(self) -> None:
        """Anchored responses are all found different, the others all the same: 12 verdicts."""
        for label, responses in self.sets:
            for first, second in combinations(responses, 2):
                value = "different" if label == self.anchored else "equivalent"
                self.made.say("j:1", self.made.pair(first, second), value)

    def fix(self, session, **values):
        asked = {"condition": self.anchored, "baseline": self.plain, "measure": "distinct"}
        return fix_contrast(session, self.study, **(asked | values))


def test_a_contrast_set_before_judging_says_so_and_may_still_be_changed(db, db_settings):
    with db.write() as session:
        one = Contrasted(session, db_settings)
        assert find_contrast(one.study) is None
        one.fix(session, measure="quality")
        found = one.fix(session)
        assert (found.measure, found.answers_then) == ("distinct", 0)
        assert find_contrast(one.study) == found


def test_once_responses_are_judged_it_stays_and_one_set_then_counts_what_was_seen(db, db_settings):
    with db.write() as session:
        one = Contrasted(session, db_settings)
        one.fix(session)
        one.judge()
        with pytest.raises(UserError, match="there are 12 answers about responses; it stays"):
            one.fix(session, measure="quality")
        report = make_results_report(session, db_settings, one.study, rater="j:1")
        primary = report["primary_contrast"]
        # Three of three against one of three, in both prompts.
        assert (primary["difference"]["mean"], primary["difference"]["n"]) == (2.0, 2)
        one.study.settings = {}
        assert one.fix(session).answers_then == 12


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"baseline": "nowhere"}, "no condition 'nowhere'"),
        ({"measure": "beauty"}, "Measure is 'beauty'"),
        ({"baseline": "openai:m/system-anchored"}, "no condition"),
    ],
)
def test_what_is_not_there_cannot_be_compared(db, db_settings, values, said):
    with db.write() as session:
        one = Contrasted(session, db_settings)
        with pytest.raises(UserError, match=said):
            one.fix(session, **values)
