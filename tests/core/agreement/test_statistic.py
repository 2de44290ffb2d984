from core.agreement.statistic import Statistic


def test_json_form_leaves_out_an_empty_method_and_reason():
    assert Statistic(0.5, 0.4, 0.6, "m").as_dict() == {
        "value": 0.5, "low": 0.4, "high": 0.6, "method": "m",
    }  # fmt: skip


def test_json_form_of_an_undefined_value_is_null_with_its_reason():
    assert Statistic.undefined("no data").as_dict() == {
        "value": None, "low": None, "high": None, "reason": "no data",
    }  # fmt: skip


def test_a_value_that_is_not_finite_is_never_reported():
    assert Statistic.without_interval(float("nan"), "why").value is None
