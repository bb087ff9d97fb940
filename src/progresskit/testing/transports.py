"""The contract of :class:`progresskit.Transport` as named checks, for any transport.

Each check is a coroutine function that takes a :class:`TransportHarness`, and complains with
``AssertionError``. Nothing here needs pytest::

    for check in transport_checks:
        anyio.run(check, MyHarness())
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from progresskit.testing.contract import leases, publish, read, subscribe
from progresskit.testing.harness import MemoryHarness, TransportHarness

__all__ = ["Check", "MemoryHarness", "TransportHarness", "transport_checks"]

Check: TypeAlias = Callable[[TransportHarness], Awaitable[None]]

transport_checks: Final[tuple[Check, ...]] = (
    *publish.CHECKS,
    *leases.CHECKS,
    *read.CHECKS,
    *subscribe.CHECKS,
)
"""Every check; each has a name that reads as its rule, and quotes the rule in its docstring."""
