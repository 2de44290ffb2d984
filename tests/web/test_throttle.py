import pytest

from web.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def attempts_until_wait(throttle: Throttle, peer: str) -> int:
    count = 0
    while throttle.attempt(peer) == 0:
        count += 1
    return count


def test_three_attempts_are_free_then_waits_double(clock: Clock) -> None:
    throttle = Throttle(clock)
    assert attempts_until_wait(throttle, "10.0.0.1") == 3

    waits = []
    for _ in range(8):
        wait = throttle.attempt("10.0.0.1")
        waits.append(wait)
        clock.now += wait
        assert throttle.attempt("10.0.0.1") == 0

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_attempts_while_waiting_do_not_lengthen_the_wait(clock: Clock) -> None:
    throttle = Throttle(clock)
    attempts_until_wait(throttle, "10.0.0.1")

    assert [throttle.attempt("10.0.0.1") for _ in range(50)] == [1] * 50


def test_success_clears_the_count(clock: Clock) -> None:
    throttle = Throttle(clock)
    attempts_until_wait(throttle, "10.0.0.1")
    throttle.succeeded("10.0.0.1")

    assert attempts_until_wait(throttle, "10.0.0.1") == 3


def test_peers_do_not_slow_each_other_down(clock: Clock) -> None:
    throttle = Throttle(clock)
    attempts_until_wait(throttle, "10.0.0.1")

    assert throttle.attempt("10.0.0.2") == 0


def test_addresses_of_one_ipv6_network_count_together(clock: Clock) -> None:
    throttle = Throttle(clock)
    for host in range(3):
        throttle.attempt(f"2001:db8:0:1::{host}")

    assert throttle.attempt("2001:db8:0:1:ffff::1") > 0
    assert throttle.attempt("2001:db8:0:2::1") == 0


def test_memory_is_bounded(clock: Clock) -> None:
    throttle = Throttle(clock)
    for number in range(10_050):
        throttle.attempt(f"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}")

    assert len(throttle._peers) == 10_000
