"""Credentials: they may change, they are refused, and nobody sees them."""

from __future__ import annotations

import logging
import pickle
import shutil
import subprocess

import anyio
import pytest

from progresskit.errors import NotAuthenticated, TransportError
from progresskit.hub import Hub
from progresskit.transports import MemoryTransport
from progresskit.transports.websocket import WebSocketTransport
from progresskit.web import Gateway, Grant, bearer_token

SECRET = "hunter2"


def lets_in(*tokens):
    async def authorize(connection, project_id, action):
        if bearer_token(connection) not in tokens:
            raise NotAuthenticated
        return Grant("me")

    return authorize


async def test_a_token_that_changes_is_asked_for_anew(stand, batch, progress):
    stand.authorize = lets_in("old")
    tokens = ["old"]
    transport = WebSocketTransport(stand.address, token=lambda: tokens[0])

    def publish(number):
        return transport.publish(batch(number, progress(number / 10)))

    await anyio.to_thread.run_sync(publish, 1)
    stand.authorize = lets_in("new")
    with pytest.raises(TransportError, match="not_authenticated") as refused:
        await anyio.to_thread.run_sync(publish, 2)
    assert refused.value.retryable
    with pytest.raises(TransportError, match="401") as refused:
        await transport.read("p")
    assert refused.value.retryable
    tokens[0] = "new"
    assert len((await anyio.to_thread.run_sync(publish, 2)).accepted) == 1
    assert (await transport.read("p")).cursor.offset == 2
    stand.authorize = lets_in("newest")
    tokens[0] = "newest"
    assert len((await anyio.to_thread.run_sync(publish, 3)).accepted) == 1  # the kept connection's were the former ones
    async with transport.listen("p"):
        pass
    await transport.aclose()
    transport.close()


async def test_what_stays_refused_is_said_to_readers_and_kept_by_publishers(stand, batch, progress):
    stand.authorize = lets_in("right")
    transport = WebSocketTransport(stand.address, token="wrong")
    with pytest.raises(TransportError) as refused:
        await transport.read("p")
    assert not refused.value.retryable
    with pytest.raises(TransportError) as refused:
        await transport.cancel("p", "t")
    assert not refused.value.retryable
    with pytest.raises(TransportError) as refused:
        await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1)))
    assert refused.value.retryable


def failing():
    raise LookupError(SECRET)


def malformed():
    return f"{SECRET}\n"


NO_TOKENS = (failing, malformed)


@pytest.mark.parametrize(
    "credentials",
    [
        (f"user:{SECRET}@", {}),
        ("", {"token": SECRET}),
        ("", {"token": lambda: SECRET}),
        ("", {"token": failing}),
        ("", {"token": malformed}),
        ("", {"headers": {"x-api-key": SECRET}}),
    ],
)
async def test_no_secret_is_in_an_error_a_log_or_a_name(stand, nowhere, caplog, credentials, batch, progress):  # noqa: PLR0917 - fixtures
    caplog.set_level(logging.DEBUG)
    seen = []

    async def authorize(connection, project_id, action):
        seen.append(str(connection.headers))
        raise NotAuthenticated

    stand.authorize = authorize
    said = []
    userinfo, options = credentials
    for address in (stand.address, nowhere):
        transport = WebSocketTransport(address.replace("ws://", f"ws://{userinfo}"), **options)
        said.append(repr(transport))
        for call in (
            lambda transport=transport: anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1))),
            lambda transport=transport: transport.read("p"),
            lambda transport=transport: transport.cancel("p", "t"),
            lambda transport=transport: first_of(transport),
        ):
            with pytest.raises(TransportError) as failed:
                await call()
            said += [str(failed.value), repr(failed.value), str(pickle.loads(pickle.dumps(failed.value)))]
            while (error := failed.value.__cause__ or None) is not None:
                pytest.fail(f"the error tells of another one: {error!r}")
    mine = [record.getMessage() for record in caplog.records if not record.name.startswith(("uvicorn", "asyncio"))]
    assert not [text for text in said + mine if SECRET in text]
    # Control: what isn't to be seen was sent, but where there was none to send.
    assert len(seen) == (0 if options.get("token") in NO_TOKENS else 4)


async def first_of(transport):
    async with transport.listen("p") as stream:
        return await anext(stream)


async def test_a_user_in_the_url_and_headers_are_sent_along(stand, batch, progress):
    seen = []

    async def authorize(connection, project_id, action):
        seen.append((connection.headers.get("authorization"), connection.headers.get("x-api-key")))
        return True

    stand.authorize = authorize
    address = stand.address.replace("ws://", "ws://us%20er:p%40ss@")
    transport = WebSocketTransport(address, headers={"x-api-key": "k"})
    await transport.read("p")
    await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.1)))
    async with transport.listen("p"):
        pass
    transport.close()
    assert set(seen) == {("Basic dXMgZXI6cEBzcw==", "k")}


@pytest.fixture
def certificate(tmp_path):
    """Return a key and a certificate for 127.0.0.1 that nobody has signed but itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("skipped because openssl is missing: install openssl as your system does")
    key, path = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", path, "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return key, path


async def test_tls_is_spoken_and_the_certificate_checked(serve, certificate, monkeypatch, batch, progress):
    key, path = certificate
    gateway = Gateway(Hub(MemoryTransport()), authorize=lets_in(SECRET))
    url = serve(gateway, ssl_keyfile=key, ssl_certfile=path).replace("http", "wss") + "?timeout_s=5"
    stranger = WebSocketTransport(url, token=SECRET)
    for call in (lambda: anyio.to_thread.run_sync(stranger.publish, batch(1)), lambda: stranger.read("p")):
        with pytest.raises(TransportError, match=r"(?i)certificate"):
            await call()
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    transport = WebSocketTransport(url, token=SECRET)
    async with transport.listen("p") as stream:
        await anyio.to_thread.run_sync(transport.publish, batch(1, progress(0.5)))
        with anyio.fail_after(10):
            assert (await anext(stream)).progress == 0.5
    assert (await transport.read("p")).cursor.offset == 1
    assert await transport.cancel("p", "t")
    await transport.aclose()
    transport.close()
    assert repr(transport).startswith("<WebSocketTransport wss://127.0.0.1:")
