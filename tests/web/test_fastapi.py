"""The gateway in a FastAPI app: mounted, and as a router."""

from __future__ import annotations

import warnings

import pytest
from fastapi import FastAPI

from progresskit.hub import Hub
from progresskit.web import Gateway, allow_anyone
from progresskit.web.fastapi import progress_router

PREFIX = "/api/v1/ws"


def mounted(hub):
    gateway = Gateway(hub, authorize=allow_anyone)
    app = FastAPI(lifespan=gateway.lifespan)
    app.mount(PREFIX, gateway)
    return app


def mounted_without_lifespan(hub):
    app = FastAPI()
    app.mount(PREFIX, Gateway(hub, authorize=allow_anyone))
    return app


def routed(hub):
    app = FastAPI()
    app.include_router(progress_router(hub, authorize=allow_anyone), prefix=PREFIX)

    @app.get("/projects/{project_id}/own")
    async def own(project_id: str) -> str:
        return project_id

    return app


@pytest.fixture(params=[mounted, mounted_without_lifespan, routed])
def url(request, serve, transport):
    hub = Hub(transport)
    return serve(request.param(hub)) + PREFIX


def test_every_way_in_works_under_a_prefix(url, http, inbox, publish, an_event):
    publish(progress=0.25)
    assert http.post(f"{url}/projects/p/events", json={"events": [an_event()]}).status_code == 200
    assert http.post(f"{url}/projects/p/cancel", json={"task_name": "t"}).status_code == 202
    with inbox(url) as socket:
        socket.send('{"project_id":"p","sender":"s","number":1,"held":[["t","r"]]}')
        assert socket.message()["news"] == [["t", "r", "cancel"]]


def test_every_way_out_works_under_a_prefix(url, http, stream, sse, publish):
    publish(progress=0.5)
    with stream(url) as socket, sse(url) as (_, events):
        assert socket.message()["tasks"][0]["progress"] == 0.5
        assert next(events)["event"] == "snapshot"
        assert http.get(f"{url}/connections").json()["total_connections"] == 2
    assert http.get(f"{url}/projects/p").json()["tasks"][0]["progress"] == 0.5
    assert http.get(f"{url}/health").status_code == 200
    page = f"{url}/projects/p/view"
    assert http.get(page).status_code == 200
    for relative in ("../../js/view.js", "../../view.css"):
        assert http.get(http.get(page).url.join(relative)).status_code == 200


def test_the_answers_are_the_gateways_own_under_a_prefix_too(url, http, stream):
    assert http.get(f"{url}/projects/a%20b").json()["code"] == "bad_request"
    refused = http.post(f"{url}/projects/p")
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    own = url.removesuffix(PREFIX)
    assert http.get(f"{url}/projects/p", headers={"origin": own}).status_code == 200
    assert http.get(f"{url}/projects/p", headers={"origin": "https://evil.example"}).json()["code"] == "foreign_origin"
    with stream(url, "a%20b") as socket:
        assert socket.close_code() == 4400


def test_a_router_leaves_the_apps_own_routes_alone(serve, transport, http):
    url = serve(routed(Hub(transport)))
    assert http.get(f"{url}/projects/p/own").json() == "p"
    assert http.get(f"{url}/openapi.json").status_code == 200


@pytest.fixture
def test_client():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using `httpx` with")  # Starlette's own matter
        from starlette.testclient import TestClient  # noqa: PLC0415 - it warns as it is imported
    return lambda app: TestClient(app, base_url="http://127.0.0.1")


def test_a_router_runs_its_hub_for_as_long_as_the_app(transport, test_client):
    hub = Hub(transport)
    with test_client(routed(hub)) as client:
        assert hub.running
        assert client.get(f"{PREFIX}/health").status_code == 200
    assert not hub.running


def test_a_test_client_without_a_lifespan_works_too(transport, test_client, an_event):
    hub = Hub(transport)
    client = test_client(mounted(hub))
    for _ in range(2):  # each request has an event loop of its own
        assert client.get(f"{PREFIX}/projects/p").status_code == 200
        assert client.post(f"{PREFIX}/projects/p/events", json={"events": [an_event()]}).status_code == 200
        with client.websocket_connect(f"{PREFIX}/projects/p/stream") as socket:
            assert socket.receive_json()["type"] == "snapshot"
    assert not hub.running
