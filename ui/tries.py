"""How often a wrong password may be tried."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Tries:
    """Counts wrong tries of the last minute: 3 for a name from one address, 5 from one address, 50 in all.

    Only tries that are taken count, so that nobody waits longer than a minute. One name can't use up all tries of its
    address, behind which there may be many people.

    Args:
        clock: Seconds, never going back.
    """

    _SECONDS = 60.0

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: list[tuple[float, str, str]] = []

    def wait(self, address: str, name: str) -> float:
        """Seconds until another try is taken; 0 if it is taken now."""
        now = self._clock()
        self._wrong = [one for one in self._wrong if one[0] > now - self._SECONDS]
        of_pair = [at for at, *by in self._wrong if by == [address, name]]
        of_address = [at for at, where, _ in self._wrong if where == address]
        of_all = [at for at, _, _ in self._wrong]
        limits = ((of_pair, 3), (of_address, 5), (of_all, 50))
        return max([0.0, *(at[-n] + self._SECONDS - now for at, n in limits if len(at) >= n)])

    def note(self, address: str, name: str) -> None:
        """Count a wrong try, and log its address."""
        _log.warning("a wrong name or password from %s", address)
        self._wrong.append((self._clock(), address, name))

    def forget(self, address: str, name: str) -> None:
        """Forget the wrong tries of someone who got it right."""
        self._wrong = [one for one in self._wrong if one[1:] != (address, name)]
