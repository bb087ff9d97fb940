"""The plain ways in, on a real server: a batch by POST, and asking a run to stop."""

from __future__ import annotations

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progresskit.batches import decode_batch
from progresskit.errors import NotAuthenticated, TransportError
from progresskit.events import Cursor
from progresskit.frames import MAX_BATCH_BYTES, Batch, Run
from progresskit.hub import Hub
from progresskit.web import Gateway, Grant, Limits, allow_anyone, bearer_token, bodies, limits, publishing
from progresskit.web.publishing import sender_of

SENDERS = st.text(min_size=1, max_size=128) | st.text(min_size=90, max_size=128)
SECRET = "redis://user:hunter2@host"


@pytest.fixture
def post(http):
    """Return ``post(url, body, **headers) -> response``: JSON, to the project ``p``."""

    def post(url, body, *, project_id="p", to="events", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json"} | headers
        return http.post(f"{url}/projects/{project_id}/{to}", content=data, headers=headers)

    return post


@pytest.fixture
def gated(serve, store):
    """Return ``gated(authorize=allow_anyone, **options) -> base_url``: a gateway of the gated store."""
    return lambda authorize=allow_anyone, **options: serve(Gateway(Hub(store), authorize=authorize, **options))


def assert_refused(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"error", "code"}
    assert body["code"] == code
    assert "hunter2" not in response.text


def read(transport, project_id="p"):
    return anyio.run(transport.read, project_id)


# --- a batch ------------------------------------------------------------------------------------------------------


def test_a_batch_is_answered_with_its_receipt(gateway, post, transport, an_event):
    body = {"project_id": "p", "sender": "s", "number": 1, "events": [an_event(), an_event(run_id="q")]}
    response = post(gateway(), body | {"held": [["t", "r"], ["u", "x"]], "left": []})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    position = read(transport).cursor
    first = str(Cursor(position.epoch, 1))
    news = [["t", "r", "superseded"], ["u", "x", "unknown"]]
    receipt = response.json()
    assert sorted(receipt.pop("news")) == news
    assert receipt == {"cursor": str(position), "accepted": [first, str(position)], "refused": 0}


def test_a_batch_that_is_sent_again_counts_once(gateway, post, transport, an_event):
    url, body = gateway(), {"sender": "s", "number": 1, "events": [an_event()]}
    assert len(post(url, body).json()["accepted"]) == 1
    assert post(url, body).json()["accepted"] == []
    assert read(transport).cursor.offset == 1


def test_without_sender_and_number_it_is_another_event(gateway, post, transport, an_event):
    url = gateway()
    for count in (1, 2):
        assert len(post(url, {"events": [an_event()]}).json()["accepted"]) == 1
        assert read(transport).cursor.offset == count


def test_watchers_get_what_was_posted(gateway, post, stream, an_event):
    url = gateway()
    with stream(url) as socket:
        socket.message()
        post(url, {"events": [an_event(message="by POST")]})
        assert socket.message()["message"] == "by POST"


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_only_json_is_taken(gateway, http, transport, an_event, content_type):
    url = gateway()
    headers = {} if content_type is None else {"content-type": content_type}
    body = json.dumps({"events": [an_event()], "task_name": "t"}).encode()
    for to in ("events", "cancel"):
        assert_refused(http.post(f"{url}/projects/p/{to}", content=body, headers=headers), 400, "bad_request")
    assert read(transport).cursor.offset == 0


def test_json_may_say_its_charset(gateway, post, an_event):
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert post(gateway(), {"events": [an_event()]}, **headers).status_code == 200


def test_a_foreign_page_may_not_post(gateway, post, transport, an_event):
    url = gateway()
    for to in ("events", "cancel"):
        response = post(url, {"events": [an_event()]}, to=to, origin="https://evil.example")
        assert_refused(response, 403, "foreign_origin")
    assert read(transport).cursor.offset == 0
    assert post(url, {"events": [an_event()]}, origin=url).status_code == 200


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"sender":"\xff"}',
    "NaN": b'{"events":[{"progress":NaN}]}',
    "deep": b'{"events":' + b"[" * 100_000,
    "deep and whole": b'{"events":' + b"[" * 300 + b"]" * 300 + b"}",
    "a list": b"[]",
    "another project": b'{"project_id":"q"}',
    "a project of another type": b'{"project_id":["p"]}',
    "a sender without a number": b'{"sender":"s"}',
    "a number without a sender": b'{"number":1}',
    "a number that is none": b'{"sender":"s","number":true}',
    "events that are none": b'{"events":{}}',
    "too many events": json.dumps({"events": [{}] * 101}).encode(),
    "too many runs": json.dumps({"held": [["t", "r"]] * 101}).encode(),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_batch_is_malformed(gateway, post, body):
    response = post(gateway(), body)
    assert_refused(response, 400, "bad_request")
    assert len(response.content) < 1_000


INVALID = {
    "no type": {"type": None},
    "no timestamp": {"timestamp": None},
    "beyond the whole": {"progress": 1.5},
    "a name of two lines": {"task_name": "a\nb"},
    "the store's run": {"run_id": "auto-1"},
    "another project": {"project_id": "q"},
    "too large": {"type": "completed", "result": "x" * 33_000},
}


@pytest.mark.parametrize("fields", INVALID.values(), ids=INVALID)
def test_an_event_that_is_not_valid_is_422_and_nothing_of_its_batch_counts(gateway, post, transport, an_event, fields):
    response = post(gateway(), {"events": [an_event(), an_event(**fields)]})
    assert_refused(response, 422, "invalid_event")
    assert "events[1]: " in response.json()["error"]
    assert read(transport).cursor.offset == 0


def test_a_body_over_256_kib_is_413(gateway, post, transport, an_event):
    url = gateway()
    body = {"events": [an_event()], "pad": ""}
    body["pad"] = "x" * (MAX_BATCH_BYTES - len(json.dumps(body)))
    assert post(url, body).status_code == 200
    body["pad"] += "x"
    assert_refused(post(url, body), 413, "too_large")
    assert_refused(post(url, body, to="cancel"), 413, "too_large")
    assert read(transport).cursor.offset == 1


def test_a_body_that_does_not_say_how_large_it_is_is_counted(gateway, http):
    parts = (b" " * 1_000 for _ in range(300))
    headers = {"content-type": "application/json"}
    assert_refused(http.post(f"{gateway()}/projects/p/events", content=parts, headers=headers), 413, "too_large")


def test_an_absurd_length_is_413(gateway):
    address = urlsplit(gateway()).netloc
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.putrequest("POST", "/projects/p/events")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", "9" * 18)
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    response.read()
    connection.close()


def test_a_body_that_never_comes_is_given_up(gateway, monkeypatch):
    monkeypatch.setattr(bodies, "_PATIENCE_S", 0.3)
    connection = http.client.HTTPConnection(urlsplit(gateway()).netloc, timeout=5)
    connection.request(
        "POST", "/projects/p/events", body=None, headers={"content-type": "application/json", "content-length": "10"}
    )
    assert connection.getresponse().status == 400
    connection.close()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


def test_no_body_gets_anything_but_a_documented_answer(gateway, post, an_event):
    url = gateway()

    @settings(max_examples=60)
    @given(st.dictionaries(st.sampled_from(["events", "held", "left", "sender", "number", "project_id"]), JSON))
    def check(changes):
        response = post(url, {"events": [an_event()]} | changes)
        assert response.status_code in {200, 400, 422}
        assert "Traceback" not in response.text

    check()


# --- who may ------------------------------------------------------------------------------------------------------


VERDICTS = [
    (False, (404, "not_found")),
    (None, (404, "not_found")),
    (NotAuthenticated("hunter2"), (401, "not_authenticated")),
    (LookupError("hunter2"), (500, "internal")),
    (Grant("a", expires_at=1), (401, "expired")),
]


@pytest.mark.parametrize(("verdict", "refusal"), VERDICTS)
def test_what_authorize_says_is_what_is_answered(gateway, post, transport, verdict, refusal):
    asked = []

    def authorize(connection, project_id, action):
        asked.append((project_id, action))
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    url = gateway(authorize)
    for to in ("events", "cancel"):
        assert_refused(post(url, {"task_name": "t"}, to=to), *refusal)
        assert_refused(post(url, b"{", to=to), *refusal)  # who may not, learns nothing of what is wrong
    assert asked == [("p", "publish")] * 2 + [("p", "cancel")] * 2
    assert read(transport).cursor.offset == 0


def by_token(connection, project_id, action):
    token = bearer_token(connection)
    return True if token is None else Grant(token)


def test_nobody_takes_a_number_of_somebody_elses(gateway, post, transport, an_event):
    url = gateway(by_token)
    body = {"sender": "s", "number": 1, "events": [an_event()]}
    for headers in ({}, {"authorization": "Bearer ann"}, {"authorization": "Bearer bob"}):
        assert len(post(url, body, **headers).json()["accepted"]) == 1
        assert post(url, body, **headers).json()["accepted"] == []
    assert read(transport).cursor.offset == 3
    # Control: to the store itself, two senders of one name are one.
    batch = decode_batch(json.dumps(body), project_id="q", sender="s")
    assert [len(transport.publish(batch).accepted) for _ in range(2)] == [1, 0]


@given(st.lists(st.tuples(st.none() | st.text(min_size=1), SENDERS), unique=True, max_size=20))
def test_what_stands_for_a_sender_is_one_to_one_and_no_longer_than_it_must_be(pairs):
    names = [sender_of(*pair) for pair in pairs]
    assert len(set(names)) == len(pairs)
    assert all(len(name) <= 128 for name in names)
    assert not [
        name
        for name, (principal, _) in zip(names, pairs, strict=True)
        if principal and len(principal) > 5 and principal in name
    ]


# --- a store that doesn't answer ----------------------------------------------------------------------------------


def test_a_store_that_does_not_answer_is_503_with_a_time_to_come_back(gated, post, store, an_event, caplog):
    store.failure = TransportError(f"{SECRET} is down")
    url = gated()
    for _ in range(3):
        response = post(url, {"events": [an_event()]})
        assert_refused(response, 503, "store_unavailable")
        assert int(response.headers["retry-after"]) > 0
    assert len([record for record in caplog.records if "store of project" in record.message]) == 1
    store.failure = None
    assert post(url, {"events": [an_event()]}).status_code == 200


def test_what_the_store_refuses_for_good_is_422_and_its_words_stay_in_the_log(gated, post, store, an_event):
    store.failure = TransportError(f"{SECRET} takes no such thing", retryable=False)
    assert_refused(post(gated(), {"events": [an_event()]}), 422, "invalid_event")


def test_a_store_that_fails_in_its_own_way_is_500(gated, post, store, an_event):
    store.failure = LookupError(SECRET)
    assert_refused(post(gated(), {"events": [an_event()]}), 500, "internal")


def test_a_store_that_hangs_is_503_and_holds_up_nobody_else(gated, post, store, an_event, monkeypatch):
    monkeypatch.setattr(publishing, "PATIENCE_S", 0.5)
    url = gated()
    store.hold("p")
    with ThreadPoolExecutor(1) as pool:
        hung = pool.submit(post, url, {"events": [an_event()]})
        wait_for(lambda: store.inside == 1)
        assert post(url, {"events": [an_event()]}, project_id="q").status_code == 200
        assert not hung.done()
        assert_refused(hung.result(10), 503, "store_unavailable")
    assert store.inside == 1  # its thread is still there, and its place with it


def test_so_many_threads_wait_for_a_store_and_no_more(gated, post, store, an_event, monkeypatch):
    monkeypatch.setattr(publishing, "PATIENCE_S", 0.5)
    monkeypatch.setattr(publishing, "THREADS", 3)
    url = gated()
    gate = store.hold("p")
    with ThreadPoolExecutor(6) as pool:
        for _ in range(2):  # a place is free when its thread has ended, not when its request has
            for response in pool.map(lambda _: post(url, {"events": [an_event()]}), range(6)):
                assert_refused(response, 503, "store_unavailable")
    assert (store.most_inside, store.published) == (3, 3)
    gate.set()
    wait_for(lambda: store.inside == 0)
    wait_for(lambda: post(url, {"events": [an_event()]}).status_code == 200)


def test_a_principal_has_so_many_batches_in_flight_and_the_next_one_waits(gated, post, store, an_event, monkeypatch):
    url = gated(by_token, limits=Limits(batches_in_flight=2))
    gate = store.hold("p")
    body = {"events": [an_event()]}
    with ThreadPoolExecutor(4) as pool:
        taken = [pool.submit(post, url, body, authorization="Bearer ann") for _ in range(2)]
        wait_for(lambda: store.inside == 2)
        waiting = pool.submit(post, url, body, authorization="Bearer ann")
        assert post(url, body, project_id="q", authorization="Bearer bob").status_code == 200
        assert store.inside == 2
        gate.set()
        assert [each.result(10).status_code for each in (*taken, waiting)] == [200] * 3
        monkeypatch.setattr(limits, "_WAIT_S", 0.2)
        store.release()
        gate = store.hold("p")
        taken = [pool.submit(post, url, body, authorization="Bearer ann") for _ in range(2)]
        wait_for(lambda: store.inside == 2)
        refused = post(url, body, authorization="Bearer ann")
        assert_refused(refused, 429, "too_many")
        assert int(refused.headers["retry-after"]) > 0
        gate.set()
        assert [each.result(10).status_code for each in taken] == [200] * 2


@pytest.fixture
def half_sent():
    """Return ``half_sent(url, *, to="events", **headers)``: the connection of a POST whose body doesn't come."""
    with ExitStack() as connections:

        def send(url, *, to="events", **headers):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
            connections.callback(connection.close)
            headers = {"content-type": "application/json", "content-length": "10"} | headers
            connection.request("POST", f"/projects/p/{to}", body=b"{", headers=headers)
            return connection

        yield send


@pytest.mark.parametrize("to", ["events", "cancel"])
def test_bodies_that_are_slow_to_come_keep_nobody_from_posting(gateway, post, half_sent, an_event, to):
    requests = []

    def allow(connection, *_):
        requests.append(connection)
        return Grant("shared")

    url = gateway(allow)
    for _ in range(Limits().batches_in_flight):
        half_sent(url, to=to)
    wait_for(lambda: len(requests) == Limits().batches_in_flight)
    assert post(url, {"events": [an_event()]}).status_code == 200
    assert post(url, {"task_name": "t"}, to="cancel").status_code == 202


def test_a_principal_has_so_many_posts_under_way_whose_bodies_cost_memory(gateway, post, stream, half_sent, an_event):
    url = gateway(by_token, limits=Limits(connections_per_principal=2))
    body = {"events": [an_event()]}
    with stream(url, additional_headers={"authorization": "Bearer ann"}) as watching:
        watching.until("snapshot")  # which is no POST
        connections = [half_sent(url, authorization="Bearer ann") for _ in range(2)]
        wait_for(lambda: post(url, body, authorization="Bearer ann").status_code == 429)
        assert_refused(post(url, body, authorization="Bearer ann"), 429, "too_many")
        assert post(url, body, authorization="Bearer bob").status_code == 200
        connections[0].close()
        wait_for(lambda: post(url, body, authorization="Bearer ann").status_code == 200)


def test_there_are_so_many_posts_in_all(gateway, post, half_sent, an_event):
    url = gateway(by_token, limits=Limits(connections=1))
    connection = half_sent(url, authorization="Bearer ann")
    wait_for(lambda: post(url, {"events": [an_event()]}, authorization="Bearer bob").status_code == 429)
    connection.close()
    wait_for(lambda: post(url, {"events": [an_event()]}, authorization="Bearer bob").status_code == 200)


# --- asking a run to stop -----------------------------------------------------------------------------------------


def test_a_cancel_reaches_the_publisher(gateway, post, publish, transport):
    publish(progress=0.5)
    response = post(gateway(), {"task_name": "t"}, to="cancel")
    assert (response.status_code, response.json()) == (202, {"project_id": "p", "task_name": "t"})
    receipt = transport.publish(Batch("p", "test", 100, held=(Run("t", "r"),)))
    assert receipt.news == {Run("t", "r"): "cancel"}


def test_where_no_run_is_live_it_is_409(gateway, post, transport, an_event):
    url = gateway()
    assert_refused(post(url, {"task_name": "t"}, to="cancel"), 409, "not_live")
    post(url, {"events": [an_event(run_id=None), an_event(type="completed", task_name="done")]})
    for name in ("t", "done", "missing"):
        assert_refused(post(url, {"task_name": name}, to="cancel"), 409, "not_live")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"task_name":1}', b'{"task_name":"a\\nb"}', b'{"task_name":""}', b"{"]
)
def test_a_cancel_of_no_task_is_malformed(gateway, post, body):
    assert_refused(post(gateway(), body, to="cancel"), 400, "bad_request")


def test_a_cancel_that_the_store_does_not_answer_is_503(gated, post, store, monkeypatch):
    async def fail(*_):
        raise TransportError(SECRET)

    async def hang(*_):
        await anyio.sleep_forever()

    url = gated()
    monkeypatch.setattr(publishing, "PATIENCE_S", 0.2)
    for cancel in (fail, hang):
        monkeypatch.setattr(store, "cancel", cancel)
        response = post(url, {"task_name": "t"}, to="cancel")
        assert_refused(response, 503, "store_unavailable")
        assert int(response.headers["retry-after"]) > 0


def test_a_cancel_that_the_store_refuses_for_good_is_422_and_not_worth_another_try(gated, post, store, monkeypatch):
    async def refuse(*_):
        raise TransportError(SECRET, retryable=False)

    monkeypatch.setattr(store, "cancel", refuse)
    response = post(gated(), {"task_name": "t"}, to="cancel")
    assert_refused(response, 422, "not_taken")
    assert "retry-after" not in response.headers


def wait_for(holds):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        threading.Event().wait(0.01)
