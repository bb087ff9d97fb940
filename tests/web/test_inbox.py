"""The socket on which batches come in, on a real server."""

from __future__ import annotations

import json
import threading
import time

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from progresskit.errors import NotAuthenticated, TransportError
from progresskit.frames import MAX_BATCH_BYTES
from progresskit.hub import Hub
from progresskit.web import Gateway, Grant, Limits, allow_anyone, bearer_token
from progresskit.web import inbox as inbox_module

SECRET = "redis://user:hunter2@host"


@pytest.fixture
def a_batch(an_event):
    """Return ``a_batch(number, project_id="p", **fields)``: one batch, as it is sent."""

    def a_batch(number, project_id="p", **fields):
        batch = {"project_id": project_id, "sender": "s", "number": number, "events": [an_event()]}
        return json.dumps(batch | fields)

    return a_batch


@pytest.fixture
def gated(serve, store):
    """Return ``gated(authorize=allow_anyone, **options) -> base_url``: a gateway of the gated store."""
    return lambda authorize=allow_anyone, **options: serve(Gateway(Hub(store), authorize=authorize, **options))


def position(transport, project_id="p"):
    return anyio.run(transport.read, project_id).cursor


def wait_for(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        threading.Event().wait(0.01)


def error(number, code):
    return {"type": "error", "number": number, "code": code}


# --- batches and receipts -----------------------------------------------------------------------------------------


def test_a_batch_is_answered_with_its_receipt_under_its_number(gateway, inbox, transport, a_batch):
    with inbox(gateway()) as socket:
        socket.send(a_batch(7, held=[["t", "r"], ["u", "x"]]))
        receipt = socket.message()
        here = str(position(transport))
        news = [["u", "x", "unknown"]]
        assert receipt == {"number": 7, "cursor": here, "accepted": [here], "refused": 0, "news": news}


def test_a_batch_that_comes_again_counts_once_on_another_socket_too(gateway, inbox, transport, a_batch):
    url = gateway()
    for accepted in (1, 0):
        with inbox(url) as socket:
            socket.send(a_batch(1))
            assert len(socket.message()["accepted"]) == accepted
            socket.send(a_batch(1))
            assert socket.message()["accepted"] == []
    assert position(transport).offset == 1


def test_batches_of_a_project_stay_in_order_and_projects_do_not_wait_for_each_other(gated, inbox, store, a_batch):
    with inbox(gated()) as socket:
        gate = store.hold("p")
        for batch in (a_batch(1), a_batch(2), a_batch(3, "q"), a_batch(4)):
            socket.send(batch)
        assert socket.message()["number"] == 3
        assert store.inside == 1  # the second waits for the first, which is the only one that the store has seen
        gate.set()
        receipts = [socket.message() for _ in range(3)]
    assert [receipt["number"] for receipt in receipts] == [1, 2, 4]
    assert [len(receipt["accepted"]) for receipt in receipts] == [1, 1, 1]  # out of order, an older number is refused


def test_only_so_many_are_in_flight_and_the_others_wait_on_the_wire(gated, inbox, store, a_batch):
    with inbox(gated()) as socket:
        gates = [store.hold(f"p{count}") for count in range(20)]
        for count in range(20):
            socket.send(a_batch(1, f"p{count}"))
        wait_for(lambda: store.inside == 8)
        for gate in gates:
            gate.set()
        assert [len(socket.message()["accepted"]) for _ in range(20)] == [1] * 20
    assert store.most_inside == 8


def test_a_ping_is_answered(gateway, inbox):
    with inbox(gateway()) as socket:
        for _ in range(20):  # more than may be in flight: it gives its place back
            socket.send("ping")
            assert socket.message() == {"type": "pong"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The `websockets` implementation is deprecated")
@pytest.mark.parametrize("ws", ["websockets", "websockets-sansio"])
def test_both_of_uvicorns_websocket_halves_serve(gateway, inbox, a_batch, ws):
    with inbox(gateway(server={"ws": ws}), subprotocols=["progresskit.v1"]) as socket:
        assert socket.subprotocol == "progresskit.v1"
        for number in range(1, 20):
            socket.send(a_batch(number))
        assert [socket.message()["number"] for _ in range(19)] == list(range(1, 20))
        socket.send("x" * (MAX_BATCH_BYTES + 1))
        assert socket.close_code() == 1009


# --- who may ------------------------------------------------------------------------------------------------------


def test_each_batch_is_authorised_for_its_project_and_a_refused_one_ends_nothing(gateway, inbox, transport, a_batch):
    asked = []

    def authorize(connection, project_id, action):
        asked.append((project_id, action))
        if project_id == "unknown":
            raise NotAuthenticated
        if project_id == "fails":
            raise LookupError(SECRET)
        return project_id == "p"

    with inbox(gateway(authorize)) as socket:
        for number, project_id, code in (
            (1, "q", "not_found"),
            (2, "unknown", "not_authenticated"),
            (3, "fails", "internal"),
        ):
            socket.send(a_batch(number, project_id))
            assert socket.message() == error(number, code)
        socket.send(a_batch(4))
        assert len(socket.message()["accepted"]) == 1
    assert asked == [(project_id, "publish") for project_id in ("q", "unknown", "fails", "p")]
    assert position(transport, "q").offset == 0


def test_who_may_not_learns_nothing_of_what_is_wrong_with_a_batch(gateway, inbox, a_batch):
    with inbox(gateway(lambda *_: False)) as socket:
        socket.send(a_batch(1, events=1))
        assert socket.message() == error(1, "not_found")


def test_nobody_takes_a_number_of_somebody_elses(gateway, inbox, transport, a_batch):
    url = gateway(lambda connection, *_: Grant(bearer_token(connection)))
    for principal in ("ann", "bob"):
        with inbox(url, additional_headers={"authorization": f"Bearer {principal}"}) as socket:
            socket.send(a_batch(1))
            assert len(socket.message()["accepted"]) == 1
    assert position(transport).offset == 2


def test_credentials_that_expire_close_the_socket_with_4408(gateway, inbox, a_batch):
    expiry = time.time() + 0.6
    with inbox(gateway(lambda *_: Grant("me", expires_at=expiry))) as socket:
        socket.send(a_batch(1))
        assert len(socket.message()["accepted"]) == 1
        assert socket.close_code() == 4408
        assert time.time() >= expiry


def test_credentials_that_do_not_expire_or_are_renewed_keep_it_open(gateway, inbox, a_batch):
    """Control: without an expiry, or with one that each batch puts off, the same socket lives on."""
    for life_s in (None, 0.6):
        url = gateway(lambda *_, life_s=life_s: Grant("me", expires_at=life_s and time.time() + life_s))
        with inbox(url) as socket:
            for number in range(1, 6):
                socket.send(a_batch(number))
                assert socket.message()["number"] == number
                threading.Event().wait(0.2)


def test_a_batch_of_expired_credentials_is_refused_and_ends_the_socket(gateway, inbox, transport, a_batch):
    with inbox(gateway(lambda *_: Grant("me", expires_at=1))) as socket:
        socket.send(a_batch(1))
        assert socket.message() == error(1, "expired")
        assert socket.close_code() == 4408
    assert position(transport).offset == 0


def test_a_stranger_may_not_sit_on_a_socket(gateway, inbox, a_batch, monkeypatch):
    monkeypatch.setattr(inbox_module, "NEWCOMER_S", 0.5)
    url = gateway(lambda _connection, project_id, _action: project_id == "p")
    with inbox(url) as silent, inbox(url) as refused, inbox(url) as known:
        known.send(a_batch(1))
        refused.send(a_batch(1, "q"))
        assert refused.message() == error(1, "not_found")
        assert silent.close_code() == 4401
        assert refused.close_code() == 4401
        known.message()
        known.send(a_batch(2))  # control: who was let in stays
        assert len(known.message()["accepted"]) == 1


def test_a_foreign_page_may_not_connect(gateway, inbox):
    with pytest.raises(InvalidStatus) as refused, inbox(gateway(), origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_a_principals_sockets_count_as_connections(gateway, inbox, stream, a_batch):
    url = gateway(lambda *_: Grant("me"), limits=Limits(connections_per_principal=2))
    with inbox(url) as first, stream(url) as watching, inbox(url) as third:
        first.send(a_batch(1))
        first.message()
        watching.message()
        third.send(a_batch(2))
        assert third.message() == error(2, "too_many")
        assert third.close_code() == 4429
        first.send(a_batch(3))
        assert len(first.message()["accepted"]) == 1


def test_there_are_so_many_connections_in_all(gateway, inbox):
    url = gateway(limits=Limits(connections=1))
    with inbox(url) as first:
        first.send("ping")
        first.message()
        with inbox(url) as second:
            assert second.close_code() == 4429


# --- hostile input ------------------------------------------------------------------------------------------------

NO_BATCHES = {
    "binary": b"\x00\xff",
    "a batch in binary": b'{"project_id":"p","sender":"s","number":1}',
    "nothing": "",
    "no JSON": "{",
    "NaN": '{"project_id":"p","sender":"s","number":1,"events":[{"progress":NaN}]}',
    "deep": '{"number":1,"events":' + "[" * 100_000,
    "deep and whole": '{"number":1,"events":' + "[" * 300 + "]" * 300 + "}",
    "a list": "[]",
    "a number": "1",
    "no number": '{"project_id":"p","sender":"s"}',
    "a number that is none": '{"project_id":"p","sender":"s","number":"1"}',
    "too large a number": '{"project_id":"p","sender":"s","number":9007199254740993}',
}


@pytest.mark.parametrize("data", NO_BATCHES.values(), ids=NO_BATCHES)
def test_what_nobody_could_be_answered_about_closes_with_4400(gateway, inbox, data):
    with inbox(gateway()) as socket:
        socket.send(data)
        assert socket.close_code() == 4400


@pytest.mark.parametrize("data", ["x" * 300_000, b"x" * 300_000, "é" * (MAX_BATCH_BYTES // 2 + 1)])
def test_a_message_over_256_kib_closes_with_1009(gateway, inbox, data):
    with inbox(gateway()) as socket:
        socket.send(data)
        assert socket.close_code() == 1009


def test_a_batch_of_256_kib_is_taken(gateway, inbox, a_batch):
    with inbox(gateway()) as socket:
        socket.send(a_batch(1, pad="x" * (MAX_BATCH_BYTES - len(a_batch(1, pad="")))))
        assert len(socket.message()["accepted"]) == 1


REFUSED = {
    "no project": ({"project_id": None}, "bad_request"),
    "no id of a project": ({"project_id": "a/b"}, "bad_request"),
    "a project of another type": ({"project_id": ["p"]}, "bad_request"),
    "no sender": ({"sender": None}, "bad_request"),
    "a long sender": ({"sender": "x" * 129}, "bad_request"),
    "events that are none": ({"events": {}}, "bad_request"),
    "too many events": ({"events": [{}] * 101}, "bad_request"),
    "too many runs": ({"held": [["t", "r"]] * 101}, "bad_request"),
    "an event that is none": ({"events": [1]}, "invalid_event"),
    "the store's run": ({"held": [["t", "auto-1"]]}, "invalid_event"),
}


def test_a_batch_that_is_not_valid_is_refused_and_ends_nothing(gateway, inbox, transport, a_batch):
    with inbox(gateway()) as socket:
        for number, (changes, code) in enumerate(REFUSED.values(), 1):
            socket.send(
                a_batch(number, **changes) if "project_id" not in changes else changed(a_batch(number), changes)
            )
            assert socket.message() == error(number, code), changes
        assert position(transport).offset == 0
        socket.send(a_batch(100))
        assert len(socket.message()["accepted"]) == 1


def changed(batch, changes):
    return json.dumps(json.loads(batch) | changes)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(["project_id", "sender", "number", "events", "held", "left"]), JSON)


def test_messages_of_any_content_are_answered_or_end_in_a_documented_code(gateway, inbox, a_batch):
    url = gateway(limits=Limits(batch_bytes=1_000))

    @settings(max_examples=40)
    @given(st.one_of(FIELDS, st.text(max_size=80), st.binary(max_size=80), st.just("x" * 1_001)))
    def check(said):
        message = changed(a_batch(7), said) if isinstance(said, dict) else said
        with inbox(url) as socket:
            socket.send(message)
            try:
                answer = socket.message()
            except ConnectionClosed:
                assert socket.connection.close_code in {4400, 1009}
            else:
                assert answer.get("code") in {None, "bad_request", "invalid_event"}
                socket.send("ping")
                assert socket.message() == {"type": "pong"}

    check()


# --- a store that doesn't answer, a client that doesn't read, a server that ends ----------------------------------


def test_a_store_that_does_not_answer_refuses_the_batch_and_ends_nothing(gated, inbox, store, a_batch):
    store.failure = TransportError(f"{SECRET} is down")
    with inbox(gated()) as socket:
        socket.send(a_batch(1))
        assert socket.message() == error(1, "store_unavailable")
        store.failure = TransportError(f"{SECRET} won't", retryable=False)
        socket.send(a_batch(2))
        assert socket.message() == error(2, "invalid_event")
        store.failure = LookupError(SECRET)
        socket.send(a_batch(3))
        assert socket.message() == error(3, "internal")
        store.failure = None
        socket.send(a_batch(1))
        assert len(socket.message()["accepted"]) == 1


def test_a_client_that_never_reads_its_receipts_holds_itself_up_and_loses_nothing(gated, inbox, store, a_batch):
    name, count = "진" * 128, 150
    held = [[name, f"{name[:-3]}{run}"] for run in range(100)]
    batches = [a_batch(number, events=[], held=held).encode() for number in range(1, count + 1)]

    with inbox(gated(), max_queue=1) as socket:

        def send():  # not by its own send(), which keeps it from reading meanwhile
            for batch in batches:
                socket.connection.socket.sendall(Frame(Opcode.TEXT, batch).serialize(mask=True))

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        seen = -1
        while store.published > seen:  # until nothing moves any more
            seen = store.published
            threading.Event().wait(1)
        assert seen < count, "everything was taken: nothing holds a client up that doesn't read"
        # Control: reading frees it.
        assert [socket.message()["number"] for _ in range(count)] == list(range(1, count + 1))
        sender.join(10)
    assert store.published == count


def test_a_server_that_ends_closes_the_socket_with_1012_and_waits_for_no_store(serve, gated, inbox, store, a_batch):
    url = gated()
    store.hold("p")
    with inbox(url) as socket:
        socket.send(a_batch(1))
        wait_for(lambda: store.inside == 1)
        began = time.monotonic()
        serve.stop(url)
        assert time.monotonic() - began < 4
        assert socket.close_code() == 1012


def test_a_client_that_leaves_gives_its_place_back(gated, inbox, stream, store, a_batch):
    url = gated(lambda *_: Grant("me"), limits=Limits(connections_per_principal=1, connections=1))
    store.hold("p")
    with inbox(url) as socket:
        socket.send(a_batch(1))
        wait_for(lambda: store.inside == 1)

    def comes_in():
        with stream(url, "q") as watching:
            try:
                return watching.message()["type"] == "snapshot"
            except ConnectionClosed:
                return False

    wait_for(comes_in)
