"""Where a gateway may be: what is an address, and what is said of one that is none."""

from __future__ import annotations

import subprocess
import sys

import anyio
import pytest

from progresskit.hub import Hub
from progresskit.transports import MemoryTransport
from progresskit.transports.websocket import WebSocketTransport
from progresskit.web import Gateway, Limits, allow_anyone

SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ws://",
        "ftp://host",
        f"ws://host:{SECRET}",
        f"ws://user:{SECRET}@",
        f"ws://host/?token={SECRET}",
        f"ws://host/?{SECRET}",
        f"ws://host/#token={SECRET}",
        f"ws://host/a b{SECRET}",
        f"ws://host/?timeout_s={SECRET}",
        "ws://host/?timeout_s=0",
        "ws://host/?timeout_s=nan",
        f"ws://[{SECRET}",
    ],
)
def test_what_is_no_address_is_refused_without_a_word_of_it(url):
    with pytest.raises(ValueError, match=r"\w") as refused:
        WebSocketTransport(url)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {"token": ""},
        {"token": f"{SECRET} "},
        {"token": f"{SECRET}\r\nx: y"},
        {"token": f"{SECRET}ü"},
        {"headers": {"x": f"{SECRET}\n"}},
        {"headers": {"x": f"{SECRET}진"}},
        {"headers": {"x": 7}},
        {"headers": {f"x {SECRET}": "y"}},
        {"token": SECRET, "headers": {"authorization": SECRET}},
    ],
)
def test_credentials_that_are_none_are_refused_without_a_word_of_them(options):
    with pytest.raises(ValueError, match=r"\w") as refused:
        WebSocketTransport("ws://host", **options)
    assert SECRET not in str(refused.value)


def test_a_prefix_and_other_schemes_lead_there_too(serve, batch, progress):
    from starlette.applications import Starlette  # noqa: PLC0415 - only this test mounts
    from starlette.routing import Mount  # noqa: PLC0415 - as above

    store = MemoryTransport()
    gateway = Gateway(Hub(store), authorize=allow_anyone, limits=Limits())
    url = serve(Starlette(routes=[Mount("/api/v1/ws", gateway)], lifespan=gateway.lifespan))
    for number, address in enumerate((f"{url}/api/v1/ws", f"{url.replace('http', 'ws')}/api/v1/ws/"), 1):
        transport = WebSocketTransport(address)
        assert len(transport.publish(batch(number, progress(0.5))).accepted) == 1
        assert anyio.run(transport.read, "p").cursor.offset == number
        transport.close()
    assert repr(transport) == f"<WebSocketTransport {url.replace('http', 'ws')}/api/v1/ws>"


def test_what_is_missing_is_said_with_the_line_that_installs_it():
    program = """
import sys
sys.modules["websockets"] = None
from progresskit import transport_from_url
try:
    transport_from_url("ws://localhost")
except ImportError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "pip install 'progresskit[websocket]'" in said
