from core.crowd.plan import ItemPlan
from db.crowd.frame import load_frame
from tests.support.rated_study import RatedStudy


def test_a_set_of_a_strategy_of_ones_own_is_replaced_as_a_whole(db, settings):
    with db.write() as session:
        made = RatedStudy(session, settings)
        condition = made.condition("house-style")
        condition.spec = {"form": "set"}
        prompt = made.prompt("p")
        made.responses(prompt, condition, ["old 1", "old 2", "old 3"])
        newest = made.responses(prompt, condition, ["new 1", "new 2"], replicate=1)
        (members,) = load_frame(session, made.study, ItemPlan()).sets
        assert [one.id for one in members] == [one.id for one in newest]
