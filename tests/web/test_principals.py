"""Nothing leaves without ``authorize``: for any principals and any rights, on every way out."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from progresskit.errors import NotAuthenticated
from progresskit.web import Gateway, Grant, allow_anyone, bearer_token
from progresskit.web.pages import PUBLIC_FILES

PRINCIPALS = ["ann", "bob", "eve"]
PROJECTS = ["p0", "p1", "p2"]
RIGHTS = st.dictionaries(
    st.tuples(st.sampled_from(PRINCIPALS), st.sampled_from(PROJECTS)),
    st.sampled_from([True, False, None, "grant", "expired", "unknown", "fails", "truthy"]),
)


class Rights:
    """What each principal may see, set anew by each example."""

    def __init__(self):
        self.table = {}

    def authorize(self, connection, project_id, action):
        principal = bearer_token(connection)
        if principal not in PRINCIPALS:
            raise NotAuthenticated
        match self.table.get((principal, project_id)):
            case "grant":
                return Grant(principal)
            case "expired":
                return Grant(principal, expires_at=1)
            case "unknown":
                raise NotAuthenticated
            case "fails":
                raise RuntimeError(project_id)
            case verdict:
                return verdict

    def allows(self, principal, project_id):
        verdict = self.table.get((principal, project_id))
        return verdict is True or verdict == "grant"


def seen_of(project_id, principal, url, ways):
    """Return everything that a principal gets to read of a project, by each way."""
    http, stream, sse = ways
    headers = {"authorization": f"Bearer {principal}"}
    seen = [http.get(f"{url}/projects/{project_id}{rest}", headers=headers).text for rest in ("", "/connections")]
    with stream(url, project_id, additional_headers=headers) as socket:
        try:
            seen.append(socket.connection.recv(timeout=5))
        except ConnectionClosed as closed:
            seen.append(closed.rcvd.reason)
    with sse(url, project_id, headers=headers) as (response, events):
        seen.append(str(next(events)) if response.status_code == 200 else response.read().decode())
    return seen


@pytest.fixture
def ways(http, stream, sse):
    return http, stream, sse


@pytest.fixture
def secrets(publish):
    for project_id in PROJECTS:
        publish(project_id, "t", message=f"secret of {project_id}")


@pytest.mark.usefixtures("secrets")
def test_a_principal_reads_what_authorize_allows_and_not_a_word_more(gateway, ways):
    rights = Rights()
    url = gateway(rights.authorize)

    @settings(max_examples=8)
    @given(RIGHTS, st.sampled_from([*PRINCIPALS, "nobody"]))
    def check(table, principal):
        rights.table = table
        for project_id in PROJECTS:
            snapshot, connections, socket, events = seen_of(project_id, principal, url, ways)
            if rights.allows(principal, project_id):
                secret = f"secret of {project_id}"
                assert secret in snapshot
                assert secret in socket
                assert secret in events
                assert project_id in connections
            else:
                for text in (snapshot, connections, socket, events):
                    assert "secret" not in text
                    assert project_id not in text

    check()


@pytest.mark.usefixtures("secrets")
def test_without_the_rights_everything_is_read(gateway, ways):
    """Control: the same ways out, where ``authorize`` lets everybody pass."""
    seen = seen_of("p0", "nobody", gateway(allow_anyone), ways)
    assert sum("secret of p0" in text for text in seen) == 3


def test_every_route_that_shows_a_project_asks(gateway, http):
    """A route that is added later must be guarded, or be named here as open."""
    asked = []

    def authorize(connection, project_id, action):
        asked.append(connection.scope["path"])
        return False

    url = gateway(authorize)
    table = [
        route.path.replace("{project_id}", "p") for route in Gateway("memory://routes", authorize=authorize).routes
    ]
    for path in table:
        http.get(url + path)
        http.post(url + path, json={})
    is_open = {"/health", "/projects/p/view", *(f"/{name}" for name in PUBLIC_FILES)}
    is_socket = {"/projects/p/stream", "/publish"}
    assert set(asked) == set(table) - is_open - is_socket


@pytest.mark.usefixtures("secrets")
def test_expiry_closes_each_live_socket_in_its_time_and_no_other(gateway, stream):
    expiries = {}

    def authorize(connection, project_id, action):
        principal = bearer_token(connection)
        return Grant(principal, expires_at=expiries[principal])

    url = gateway(authorize)

    @settings(max_examples=4)
    @given(st.lists(st.sampled_from([0.2, 0.4, 0.5, None]), min_size=1, max_size=4))
    def check(lives):
        now = time.time()
        expiries.update({f"user {i}": None if life is None else now + life for i, life in enumerate(lives)})
        with ExitStack() as sockets:
            live = {
                name: sockets.enter_context(stream(url, "p0", additional_headers={"authorization": f"Bearer {name}"}))
                for name in list(expiries)[: len(lives)]
            }
            for name, socket in live.items():
                if expiries[name] is not None:
                    assert socket.close_code() == 4408
                    assert time.time() >= expiries[name]
            for name, socket in live.items():
                if expiries[name] is None:
                    socket.send("ping")
                    assert socket.until("pong")

    check()
