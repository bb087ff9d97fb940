"""The plain routes, on a real server: what they answer, and to whom."""

from __future__ import annotations

import json
import socket
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progresskit.errors import NotAuthenticated, TransportError
from progresskit.hub import Hub
from progresskit.state import Snapshot
from progresskit.transports import MemoryTransport
from progresskit.web import Gateway, Grant, allow_anyone
from progresskit.web.health import Store
from progresskit.web.pages import PUBLIC_FILES

if TYPE_CHECKING:
    import httpx

PLAIN = ["/projects/p", "/projects/p/connections", "/connections"]
OPEN = ["/health", "/projects/p/view", *(f"/{name}" for name in PUBLIC_FILES)]
STREAMED = ["/projects/p/events"]


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"error", "code"}
    assert body["code"] == code
    assert "Traceback" not in response.text


def test_the_snapshot_is_what_the_store_holds(gateway, http, publish):
    publish(task_name="t", progress=0.5)
    receipt = publish(task_name="u", progress=0.25, message="<b>")
    url = gateway()
    response = http.get(f"{url}/projects/p")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    body = response.json()
    assert (body["type"], body["project_id"], body["cursor"]) == ("snapshot", "p", str(receipt.cursor))
    assert body["resumed"] is False
    assert [(task["task_name"], task["progress"]) for task in body["tasks"]] == [("t", 0.5), ("u", 0.25)]
    assert http.get(f"{url}/projects/nobody").json()["cursor"] == "0:0"


def test_after_asks_for_what_changed_since_and_a_malformed_one_for_all(gateway, http, publish):
    first = publish(task_name="t", progress=0.5)
    publish(task_name="u", progress=0.25)
    url = gateway()
    resumed = http.get(f"{url}/projects/p", params={"after": str(first.cursor)}).json()
    assert (resumed["resumed"], [task["task_name"] for task in resumed["tasks"]]) == (True, ["u"])
    for after in ("", "x", "1:2:3", "\x00", "ä:1", "e:99999999999999999999"):
        whole = http.get(f"{url}/projects/p", params={"after": after}).json()
        assert (whole["resumed"], len(whole["tasks"])) == (False, 2)


def test_connections_are_counted_by_project(gateway, http, stream, sse):
    url = gateway()
    with stream(url, "a") as one, stream(url, "a") as two, sse(url, "b") as (_, events):
        one.message()
        two.message()
        next(events)
        assert http.get(f"{url}/projects/a/connections").json() == {"project_id": "a", "active_connections": 2}
        assert http.get(f"{url}/projects/c/connections").json() == {"project_id": "c", "active_connections": 0}
        assert http.get(f"{url}/connections").json() == {
            "total_projects": 2,
            "total_connections": 3,
            "projects": {"a": 2, "b": 1},
        }


@pytest.mark.parametrize(
    ("verdict", "status", "code"),
    [
        (False, 404, "not_found"),
        (None, 404, "not_found"),
        (NotAuthenticated("secret"), 401, "not_authenticated"),
        (LookupError("secret"), 500, "internal"),
        (Grant("a", expires_at=1), 401, "expired"),
    ],
)
def test_what_authorize_says_is_what_every_guarded_route_answers(gateway, http, verdict, status, code):
    def authorize(*_):
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    url = gateway(authorize)
    for path in PLAIN + STREAMED:
        response = http.get(url + path)
        assert_refused(response, status, code)
        assert "secret" not in response.text
        assert (response.headers.get("www-authenticate") == "Bearer") == (status == 401)
    for path in OPEN:
        assert http.get(url + path).status_code == 200


def test_each_route_asks_for_its_own_action(gateway, http):
    asked = set()

    def authorize(connection, project_id, action):
        asked.add((connection.scope["path"], project_id, action))
        return False

    url = gateway(authorize)
    for path in PLAIN + STREAMED + OPEN:
        http.get(url + path)
    assert asked == {
        ("/projects/p", "p", "watch"),
        ("/projects/p/connections", "p", "watch"),
        ("/projects/p/events", "p", "watch"),
        ("/connections", None, "admin"),
    }


METHODS = {
    **{path: ["GET", "HEAD"] for path in PLAIN + OPEN},
    "/projects/p/events": ["GET", "HEAD", "POST"],
    "/projects/p/cancel": ["POST"],
}


def test_a_route_takes_its_methods_and_says_so(gateway, http):
    url = gateway()
    for path, methods in METHODS.items():
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"} - set(methods):
            response = http.request(method, url + path)
            assert_refused(response, 405, "method_not_allowed")
            assert response.headers["allow"] == ", ".join([*methods, "OPTIONS"])
        if "HEAD" in methods:
            head = http.head(url + path)
            assert (head.status_code, head.content) == (200, b"")


def test_what_is_no_route_is_not_found(gateway, http):
    url = gateway()
    for path in ("/", "/x", "/projects", "/projects/", "/projects/p/stream", "/projects/p/events/"):
        for method in ("GET", "POST", "DELETE"):
            assert_refused(http.request(method, url + path), 404, "not_found")


def raw_get(url: str, target: bytes) -> tuple[int, bytes]:
    """Ask for a target as it stands; a client library would mend it."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" % target)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]


HOSTILE_IDS = [b"..", b".", b"%2e%2e", b"%2E", b"a%2Fb", b"a%2fb", b"%00", b"a%0a", b"a%0d%0ab", b"%ff%fe", b"%c3%a9"]
HOSTILE_IDS += [b"a" * 129, b"a%20b", b"%25", b"a;b", b"a@b", b"<script>", b"%", b"%zz", b"%u0041", b"*"]


def test_an_id_that_breaks_the_rule_is_a_bad_request_on_every_route(gateway):
    url = gateway()
    for hostile in HOSTILE_IDS:
        for rest in (b"", b"/events", b"/connections", b"/view"):
            status, body = raw_get(url, b"/projects/" + hostile + rest)
            assert (status, json.loads(body)["code"]) == (400, "bad_request"), hostile


def test_an_id_at_the_edge_of_the_rule_is_taken(gateway, http):
    url = gateway()
    for project_id in ("a" * 128, "~", "a.b-c_d~e", "...", "%61"):
        assert http.get(f"{url}/projects/{project_id}").status_code == 200


def test_no_target_gets_anything_but_a_documented_answer(gateway):
    url = gateway()
    characters = st.characters(min_codepoint=33, max_codepoint=126)
    part = st.one_of(
        st.text(characters, max_size=20),
        st.sampled_from(
            ["projects", "..", "%2f", "%00", "%c0%ae", "events", "view", "connections", "health", "?", "?after="]
        ),
        st.binary(max_size=6).map(lambda data: "".join(f"%{byte:02x}" for byte in data)),
    )

    @settings(max_examples=60)
    @given(st.lists(part, max_size=5))
    def check(parts):
        target = ("/" + "/".join(parts)).encode()
        if b"/events" in target and b"projects" in target:
            return  # it would stream
        status, body = raw_get(url, target)
        assert status in {200, 400, 404}
        assert b"Traceback" not in body

    check()


def test_a_foreign_origin_gets_403_whatever_it_asks_for(gateway, http):
    asked = []
    url = gateway(lambda *arguments: asked.append(arguments))
    for path, method in product([*PLAIN, *OPEN, *STREAMED, "/nowhere"], ("GET", "HEAD", "POST", "OPTIONS")):
        headers = {"origin": "https://evil.example", "access-control-request-method": "GET"}
        response = http.request(method, url + path, headers=headers)
        assert response.status_code == 403
        if method != "HEAD":
            assert_refused(response, 403, "foreign_origin")
        assert not [name for name in response.headers if name.startswith("access-control")]
    assert not asked


def test_own_and_listed_origins_and_none_are_answered_and_only_the_listed_gets_cors(gateway, http):
    url = gateway(allow_origins=["https://app.example.com"])
    for origin, allowed in ((None, None), (url, None), ("https://app.example.com", "https://app.example.com")):
        response = http.get(f"{url}/projects/p", headers={"origin": origin} if origin else {})
        assert response.status_code == 200
        assert response.headers.get("access-control-allow-origin") == allowed
        assert response.headers["vary"] == "origin"


def test_a_preflight_of_a_listed_origin_is_answered_without_asking_who_it_is(gateway, http):
    asked = []
    url = gateway(lambda *arguments: asked.append(arguments), allow_origins=["https://app.example.com"])
    headers = {
        "origin": "https://app.example.com",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization, last-event-id",
    }
    for path, methods in METHODS.items():
        response = http.options(url + path, headers=headers)
        assert (response.status_code, response.content) == (204, b"")
        assert response.headers["access-control-allow-origin"] == "https://app.example.com"
        assert response.headers["access-control-allow-methods"] == ", ".join(methods)
        assert "authorization" in response.headers["access-control-allow-headers"]
    assert not asked


def test_a_listed_origin_can_read_a_refusal(gateway, http):
    url = gateway(lambda *_: None, allow_origins=["https://app.example.com"])
    response = http.get(f"{url}/projects/p", headers={"origin": "https://app.example.com"})
    assert_refused(response, 404, "not_found")
    assert response.headers["access-control-allow-origin"] == "https://app.example.com"


class Broken(MemoryTransport):
    """A store that can be made to refuse, or to say nothing."""

    failure: BaseException | None = None
    reads = 0

    async def read(self, project_id, after=None):
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return await super().read(project_id, after)


def test_a_store_that_does_not_answer_is_503_with_a_time_to_come_back(serve, http):
    store = Broken()
    store.failure = TransportError("redis://user:hunter2@host is down")
    url = serve(Gateway(Hub(store), authorize=allow_anyone))
    for path in ("/projects/p", "/health"):
        response = http.get(url + path)
        assert_refused(response, 503, "store_unavailable")
        assert int(response.headers["retry-after"]) > 0
        assert "hunter2" not in response.text
    store.failure = None
    assert http.get(f"{url}/projects/p").status_code == 200
    assert http.get(f"{url}/health").json() == {"status": "ok"}


def test_a_snapshot_that_the_store_refuses_for_good_is_422_and_not_worth_another_try(serve, http):
    store = Broken()
    store.failure = TransportError("redis://user:hunter2@host has no such database", retryable=False)
    response = http.get(f"{serve(Gateway(Hub(store), authorize=allow_anyone))}/projects/p")
    assert_refused(response, 422, "not_taken")
    assert "retry-after" not in response.headers
    assert "hunter2" not in response.text


def test_a_snapshot_that_the_end_of_the_server_cuts_off_is_503(serve, http, monkeypatch):
    store = Broken()
    store.failure = TransportError("closed", retryable=False)
    hub = Hub(store)
    url = serve(Gateway(hub, authorize=allow_anyone))
    assert http.get(f"{url}/view.css").status_code == 200
    monkeypatch.setattr(Hub, "running", property(lambda _: False))
    assert_refused(http.get(f"{url}/projects/p"), 503, "closing")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Answering:
    """A hub of which only the reading counts."""

    failure: Exception | None = None
    reads = 0

    async def snapshot(self, project_id, after):
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return Snapshot(project_id, None)


async def test_an_answer_of_the_store_is_good_for_15_seconds_and_a_silence_for_one():
    clock, hub = Clock(), Answering()
    store = Store(hub, clock=clock)
    assert await store.is_well()
    clock.now = 14.9
    hub.failure = TransportError("down")
    assert await store.is_well()
    assert hub.reads == 1
    clock.now = 15.1
    assert not await store.is_well()
    assert not await store.is_well()
    assert hub.reads == 2
    clock.now = 16.2
    hub.failure = None
    assert await store.is_well()
    assert hub.reads == 3


async def test_any_answer_shows_that_the_store_is_well():
    hub = Answering()
    store = Store(hub, clock=Clock())
    await store.snapshot("p", None)
    assert await store.is_well()
    assert hub.reads == 1


def test_what_is_no_hub_and_no_url_is_refused_with_the_remedy():
    with pytest.raises(TypeError, match=r"pass Hub\(transport\)"):
        Gateway(MemoryTransport(), authorize=allow_anyone)
    with pytest.raises(TypeError, match="authorize"):
        Gateway("memory://")
    with pytest.raises(ValueError, match="no transport for a URL"):
        Gateway("carrier-pigeon://", authorize=allow_anyone)
