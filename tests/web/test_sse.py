"""The stream as server-sent events, on a real server."""

from __future__ import annotations

import socket
import time

import pytest

from progresskit.web import Grant


def test_the_events_are_the_frames_of_the_socket(gateway, stream, sse, publish):
    publish(task_name="t", progress=0.25)
    url = gateway()
    with stream(url) as other, sse(url) as (response, events):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"
        assert "content-length" not in response.headers
        first, same = next(events), other.message()
        assert first["data"] == same
        assert (first["event"], first["id"]) == ("snapshot", same["cursor"])
        publish(task_name="t", progress=0.5)
        second, same = next(events), other.message()
        assert second["data"] == same
        assert (second["event"], second["id"]) == ("progress", same["cursor"])


def test_the_last_event_id_resumes_and_goes_before_the_query(gateway, sse, publish):
    old = publish(task_name="t", progress=0.25).cursor
    new = publish(task_name="u", progress=0.25).cursor
    publish(task_name="v", progress=0.25)
    url = gateway()

    def tasks(query="", headers=None):
        with sse(url, query=query, headers=headers) as (_, events):
            data = next(events)["data"]
        return data["resumed"], [task["task_name"] for task in data["tasks"]]

    assert tasks(f"?after={old}") == (True, ["u", "v"])
    assert tasks(f"?after={old}", {"last-event-id": str(new)}) == (True, ["v"])
    assert tasks(f"?after={old}", {"last-event-id": ""}) == (True, ["u", "v"])
    assert tasks("", {"last-event-id": "garbage"}) == (False, ["t", "u", "v"])


def test_credentials_that_expire_end_the_stream(gateway, sse):
    expiry = time.time() + 0.5
    url = gateway(lambda *_: Grant("me", expires_at=expiry))
    with sse(url) as (response, events):
        frames = list(events)  # to its end
        assert time.time() >= expiry
        assert [frame["event"] for frame in frames] == ["snapshot"]
        assert response.status_code == 200
    with sse(url) as (response, _):
        assert response.status_code == 401


def test_head_answers_the_headers_and_streams_nothing(gateway, http):
    response = http.head(f"{gateway()}/projects/p/events")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")


def test_a_request_that_brings_a_body_is_ended(gateway):
    url = gateway()
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /projects/p/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        connection.sendall(b"5\r\nhello\r\n0\r\n\r\n")
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):  # the last chunk
            part = connection.recv(65536)
            assert part, "the connection was cut"
            answer += part


@pytest.mark.parametrize("origin", [None, "https://app.example.com"])
def test_a_listed_origin_may_read_the_stream(gateway, sse, origin):
    url = gateway(allow_origins=["https://app.example.com"])
    with sse(url, headers={"origin": origin} if origin else {}) as (response, events):
        assert response.headers.get("access-control-allow-origin") == origin
        next(events)
