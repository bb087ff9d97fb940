"""The stream as a WebSocket, on a real server."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from progresskit.errors import NotAuthenticated
from progresskit.web import Grant, Limits, allow_anyone, bearer_token


def test_a_stream_begins_with_a_snapshot_and_goes_on_with_events(gateway, stream, publish):
    publish(task_name="t", progress=0.25)
    with stream(gateway()) as socket:
        first = socket.message()
        assert (first["type"], first["project_id"], first["resumed"]) == ("snapshot", "p", False)
        assert first["actions"] == ["watch", "cancel"]
        assert [task["progress"] for task in first["tasks"]] == [0.25]
        receipt = publish(task_name="t", progress=0.5, message="half")
        event = socket.message()
        assert (event["type"], event["progress"], event["message"]) == ("progress", 0.5, "half")
        assert event["cursor"] == str(receipt.cursor)


def test_a_stream_says_what_its_client_may_do(gateway, stream):
    with stream(gateway(lambda connection, project_id, action: action == "watch")) as socket:
        assert socket.message()["actions"] == ["watch"]


def test_after_resumes(gateway, stream, publish):
    receipt = publish(task_name="t", progress=0.25)
    publish(task_name="u", progress=0.25)
    with stream(gateway(), query=f"?after={receipt.cursor}") as socket:
        first = socket.message()
        assert (first["resumed"], [task["task_name"] for task in first["tasks"]]) == (True, ["u"])


def test_only_who_asks_for_batches_gets_arrays(gateway, stream, publish):
    def messages(socket):
        """Return the messages up to the one that tells of the last event."""
        got = []
        while "0.995" not in json.dumps(got):
            got.append(socket.message())
        return got

    url = gateway()
    with stream(url) as plain, stream(url, query="?batch=1") as batched:
        plain.message()
        batched.message()
        for step in range(200):
            publish(progress=step / 200)
        assert any(isinstance(message, list) for message in messages(batched))
        assert all(isinstance(message, dict) for message in messages(plain))


def test_a_ping_is_answered_and_anything_else_is_skipped(gateway, stream):
    with stream(gateway()) as socket:
        socket.message()
        for skipped in ("PING", "ping ", "{}", '{"type":"cancel"}', "\x00", "", b"ping", b"\xff" * 100):
            socket.send(skipped)
        socket.send("ping")
        assert socket.message() == {"type": "pong"}


@pytest.mark.parametrize("data", ["x" * 4097, b"x" * 4097, "é" * 2049])
def test_a_message_over_4_kib_closes_with_1009(gateway, stream, data):
    with stream(gateway()) as socket:
        socket.message()
        socket.send(data[: len(data) - 1])
        socket.send("ping")
        assert socket.message() == {"type": "pong"}
        socket.send(data)
        assert socket.close_code() == 1009


def test_more_than_20_messages_a_second_close_with_4429(gateway, stream):
    with stream(gateway()) as socket:
        socket.message()
        for _ in range(21):
            socket.send("x")
        assert socket.close_code() == 4429


def test_20_messages_a_second_are_no_fault(gateway, stream):
    with stream(gateway()) as socket:
        socket.message()
        for _ in range(19):
            socket.send("x")
        socket.send("ping")
        assert socket.message() == {"type": "pong"}


def test_frames_of_any_content_end_in_a_documented_code_or_are_skipped(gateway, stream):
    url = gateway(limits=Limits(message_bytes=64, messages_per_s=1_000))

    @settings(max_examples=25)
    @given(st.lists(st.one_of(st.text(max_size=80), st.binary(max_size=80)), max_size=8))
    def check(messages):
        with stream(url) as socket:
            socket.message()
            too_large = [m for m in messages if len(m.encode() if isinstance(m, str) else m) > 64]
            try:
                for message in messages:
                    socket.send(message)
            except ConnectionClosed:
                assert too_large
            if too_large:
                assert socket.close_code() == 1009
            else:
                socket.send("ping")
                assert socket.message() == {"type": "pong"}

    check()


MASK = b"\0\0\0\0"
BROKEN = {
    "no UTF-8": (b"\x81\x82" + MASK + b"\xff\xfe", 1007),
    "no mask": (b"\x81\x04ping", 1002),
    "no such opcode": (b"\x83\x80" + MASK, 1002),
    "a part of nothing": (b"\x80\x80" + MASK, 1002),
    "too much, in parts": (b"\x01\xfe\x10\x00" + MASK + b"x" * 4096 + b"\x80\x81" + MASK + b"x", 1009),
    "a terabyte announced": (b"\x82\xff" + (1 << 40).to_bytes(8, "big") + MASK, 1009),
}


def test_broken_frames_close_with_the_codes_of_the_standard(gateway, stream, caplog):
    url = gateway()
    for name, (data, code) in BROKEN.items():
        with stream(url) as socket:
            socket.message()
            socket.connection.socket.sendall(data)
            assert socket.close_code() == code, name
    assert not [record for record in caplog.records if record.name.startswith("progresskit")]


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (False, 4404),
        (None, 4404),
        (NotAuthenticated(), 4401),
        (LookupError("secret"), 1011),
        ("yes", 1011),
        (Grant("a", expires_at=1), 4408),
    ],
)
def test_a_refused_socket_is_accepted_and_closed_with_the_code_and_nothing_else(
    gateway, stream, publish, verdict, code
):
    publish(progress=0.5)

    async def authorize(*_):
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    with stream(gateway(authorize)) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.connection.recv(timeout=5)
        assert closed.value.rcvd.code == code
        assert "secret" not in closed.value.rcvd.reason


@pytest.mark.parametrize("project_id", ["..%2f", "%2e%2e", "a%2Fb", "%00", "%ff", "a" * 129, "a%20b", "%0a"])
def test_a_bad_id_closes_with_4400(gateway, stream, project_id):
    with stream(gateway(), project_id) as socket:
        assert socket.close_code() in {4400, 4404}


def test_a_socket_to_no_route_closes_with_4404(gateway, stream):
    with stream(gateway(), "p/events") as socket:
        assert socket.close_code() == 4404


def test_a_foreign_origin_is_refused_before_accepting_and_nobody_is_asked(gateway, stream):
    asked = []
    url = gateway(lambda *arguments: asked.append(arguments))
    for project_id in ("p", "p/nowhere"):
        with pytest.raises(InvalidStatus) as refused, stream(url, project_id, origin="https://evil.example"):
            pass
        assert refused.value.response.status_code == 403
    assert not asked


def test_own_and_listed_origins_may_connect(gateway, stream):
    url = gateway(allow_origins=["https://app.example.com"])
    for origin in (url, "https://app.example.com"):
        with stream(url, origin=origin) as socket:
            assert socket.message()["type"] == "snapshot"


def test_the_subprotocol_is_answered_and_the_token_in_it_is_not(gateway, stream):
    def authorize(connection, project_id, action):
        return Grant("me") if bearer_token(connection) == "s3cret ü" else None

    url = gateway(authorize)
    token = base64.urlsafe_b64encode("s3cret ü".encode()).decode().rstrip("=")
    with stream(url, subprotocols=["progresskit.v1", f"bearer.{token}"]) as socket:
        assert socket.subprotocol == "progresskit.v1"
        assert socket.message()["type"] == "snapshot"
    with stream(url, subprotocols=["progresskit.v1", "bearer.AAAA"]) as socket:
        assert socket.subprotocol == "progresskit.v1"
        assert socket.close_code() == 4404
    with stream(url, additional_headers={"authorization": "Bearer s3cret ü".encode().decode("latin-1")}) as socket:
        assert socket.subprotocol is None
        assert socket.close_code() == 4404  # a header carries latin-1, and this is another text


def test_credentials_that_expire_close_a_live_socket_with_4408(gateway, stream, publish):
    expiry = time.time() + 0.6
    with stream(gateway(lambda *_: Grant("me", expires_at=expiry))) as socket:
        assert socket.message()["type"] == "snapshot"
        publish(progress=0.5)
        assert socket.message()["progress"] == 0.5
        assert socket.close_code() == 4408
        assert time.time() >= expiry


def test_credentials_that_do_not_expire_keep_it_open(gateway, stream):
    """Control: without an expiry the same socket lives on."""
    with stream(gateway(lambda *_: Grant("me"))) as socket:
        socket.message()
        time.sleep(0.8)
        socket.send("ping")
        assert socket.message() == {"type": "pong"}


def test_a_principal_has_so_many_connections_and_gets_them_back(gateway, stream, sse):
    def authorize(connection, project_id, action):
        return Grant(bearer_token(connection) or "nobody")

    url = gateway(authorize, limits=Limits(connections_per_principal=2))
    mine = {"authorization": "Bearer me"}
    with stream(url, additional_headers=mine) as one, sse(url, headers=mine) as (_, events):
        one.message()
        next(events)
        with stream(url, additional_headers=mine) as third:
            assert third.close_code() == 4429
        with sse(url, headers=mine) as (refused, _):
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) > 0
        with stream(url, additional_headers={"authorization": "Bearer you"}) as other:
            assert other.message()["type"] == "snapshot"
    deadline = time.monotonic() + 5
    while True:
        with stream(url, additional_headers=mine) as again, stream(url, additional_headers=mine) as once_more:
            frames = again.message(), once_more.message()
            break
        assert time.monotonic() < deadline
    assert [frame["type"] for frame in frames] == ["snapshot", "snapshot"]


def test_there_are_so_many_connections_in_all(gateway, stream):
    url = gateway(limits=Limits(connections=2))
    with stream(url) as one, stream(url) as two:
        one.message()
        two.message()
        with stream(url) as third:
            assert third.close_code() == 4429


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The `websockets` implementation is deprecated")
@pytest.mark.parametrize("ws", ["websockets", "websockets-sansio"])
def test_both_of_uvicorns_websocket_halves_serve(gateway, stream, publish, ws):
    url = gateway(allow_anyone, server={"ws": ws})
    with stream(url, subprotocols=["progresskit.v1"]) as socket:
        assert socket.subprotocol == "progresskit.v1"
        socket.message()
        publish(progress=0.5)
        assert socket.message()["progress"] == 0.5
        socket.send("x" * 5000)
        assert socket.close_code() == 1009
    with pytest.raises(InvalidStatus), stream(url, origin="https://evil.example"):
        pass
    with stream(url, "a%20b") as socket:
        assert socket.close_code() == 4400
