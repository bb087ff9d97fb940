"""How the contract's checks reach a store, and do to it what happens to stores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING
from unittest import SkipTest

import anyio
from typing_extensions import override

from progresskit.transports import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from progresskit.transports import Transport

__all__ = ["MemoryHarness", "TransportHarness"]


class TransportHarness(ABC):
    """One store, for the checks of ``transport_checks``; subclass it for a transport of your own.

    Only :meth:`open` is required. What a store can't undergo is left as it is here: it raises
    ``unittest.SkipTest``, which pytest and unittest report as skipped. The store may be shared and may
    hold data: each check works in a project of its own. ::

        class MyHarness(TransportHarness):
            async def open(self) -> Transport:
                return MyTransport(SERVER)

        @pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
        async def test_my_transport(check):
            await check(MyHarness())
    """

    patience_s: float = 5.0
    """Seconds that a check may really wait for the store's time to pass; what takes longer is skipped."""

    @abstractmethod
    async def open(self) -> Transport:
        """Open a new handle on the store. The check closes it, by ``aclose()`` and ``close()``."""

    async def wipe(self) -> None:
        """Have the store lose all its data, as ``FLUSHALL`` does."""
        self.skip("wipe its store")

    async def rewind(self) -> None:
        """Have the store restart from an older dump: as it was when ``open`` was called last, or before that."""
        self.skip("put its store back to an older state")

    async def cut(self) -> None:
        """Break the links between handles and store, those that are open and those that are tried."""
        self.skip("cut the links to its store")

    async def mend(self) -> None:
        """Let links work again after :meth:`cut`."""
        self.skip("mend the links to its store")

    async def elapse(self, seconds: float) -> None:
        """Let so many seconds pass by the store's clock.

        A store whose clock can be set does it here. This one waits, up to ``patience_s``.
        """
        if seconds > self.patience_s:
            self.skip(f"wait {seconds:g} s (its patience_s is {self.patience_s:g})")
        await anyio.sleep(seconds)

    def skip(self, deed: str) -> None:
        """Give a check up that can't be made with this harness.

        Raises:
            unittest.SkipTest: Always.
        """
        msg = f"{type(self).__name__} can't {deed}"
        raise SkipTest(msg)


class MemoryHarness(TransportHarness):
    """The store of a :class:`MemoryTransport`, whose clock goes as :meth:`elapse` says.

    Its handles are one object, as with ``memory://name``. It has no link to cut but the listeners': they
    end. It never goes back to an older state.

    Args:
        make: Makes the transport from a clock; a subclass of MemoryTransport is checked by passing it.
    """

    def __init__(self, make: Callable[..., MemoryTransport] = MemoryTransport) -> None:
        self._make = make
        self._now_s = 0.0
        self._transport: MemoryTransport | None = None

    @override
    async def open(self) -> MemoryTransport:
        if self._transport is None or not self._transport.add_owner():
            self._transport = self._make(clock=lambda: self._now_s)
        self._transport.add_owner()  # one for each half: the checks close both, as a handle's owner must in general
        return self._transport

    @override
    async def wipe(self) -> None:
        if self._transport is not None:
            with self._transport._lock:  # noqa: SLF001 - what happens to a store from outside has no public name
                self._transport._projects.clear()  # noqa: SLF001 - as above

    @override
    async def cut(self) -> None:
        if self._transport is not None:
            with self._transport._lock:  # noqa: SLF001 - as above
                for listeners in self._transport._listeners.values():  # noqa: SLF001 - as above
                    for listener in listeners:
                        listener.end()

    @override
    async def mend(self) -> None:
        """Do nothing: who listens anew is heard."""

    @override
    async def elapse(self, seconds: float) -> None:
        self._now_s += seconds
