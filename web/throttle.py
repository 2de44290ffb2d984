"""Slows down guessing at the password."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_FREE_ATTEMPTS = 3
_MAX_WAIT_S = 60.0
_MAX_PEERS = 10_000


class Throttle:
    """Counts wrong attempts per peer; from the fourth on, each doubles the wait, up to a minute.

    An IPv6 peer is its /64 network, which is what one subscriber gets. Attempts count from the
    moment they are made, so many at once gain nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._peers: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, peer: str | None) -> float:
        """Registers an attempt. Returns 0 if it may go on, else the seconds still to wait."""
        name = _peer_name(peer)
        count, free_at = self._peers.get(name, (0, 0.0))
        now = self._clock()
        if now < free_at:
            return free_at - now
        count += 1
        excess = count - _FREE_ATTEMPTS
        wait = min(2.0 ** min(excess, 10), _MAX_WAIT_S) if excess >= 0 else 0.0
        self._peers[name] = (count, now + wait)
        self._peers.move_to_end(name)
        if len(self._peers) > _MAX_PEERS:
            self._peers.popitem(last=False)
        return 0.0

    def succeeded(self, peer: str | None) -> None:
        """Forgets a peer's wrong attempts."""
        self._peers.pop(_peer_name(peer), None)


def _peer_name(peer: str | None) -> str:
    if peer is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
