"""The WebSocket transport keeps the port's contract, through a real gateway and a proxy that can be cut."""

from __future__ import annotations

from contextlib import closing

import pytest

from progresskit.testing.transports import TransportHarness, transport_checks
from progresskit.transports import Transport, transport_from_url
from progresskit.transports.websocket import WebSocketTransport


class GatewayHarness(TransportHarness):
    """A gateway on uvicorn before a memory store, behind a proxy that can be cut."""

    def __init__(self, stand):
        self._stand = stand

    async def open(self):
        return WebSocketTransport(f"{self._stand.address}?timeout_s=5")  # the machine may be busy with other things

    async def wipe(self):
        with self._stand.store._lock:
            self._stand.store._projects.clear()

    async def cut(self):
        self._stand.proxy.refuse()

    async def mend(self):
        self._stand.proxy.mend()

    async def elapse(self, seconds):
        self._stand.clock.now_s += seconds


@pytest.mark.parametrize("anyio_backend", ["asyncio", pytest.param("trio", marks=pytest.mark.long)], indirect=True)
@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract(check, stand):
    await check(GatewayHarness(stand))


@pytest.mark.long
@pytest.mark.parametrize("check", transport_checks, ids=lambda check: check.__name__)
async def test_contract_with_patience(check, stand):
    harness = GatewayHarness(stand)
    harness.patience_s = 60
    await check(harness)


def test_it_is_a_transport_and_a_url_opens_it(stand, batch, progress):
    with closing(transport_from_url(stand.address)) as transport:
        assert isinstance(transport, WebSocketTransport)
        assert isinstance(transport, Transport)
        assert len(transport.publish(batch(1, progress(0.5))).accepted) == 1
        assert repr(transport) == f"<WebSocketTransport {stand.address}>"
