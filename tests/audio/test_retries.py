"""Which errors may pass if one asks again, and how long to wait before."""

from __future__ import annotations

import datetime as dt
import math
import socket
import threading
import urllib.error
from email.message import Message

import httpx
import pytest

from progresskit.audio.retries import advise, wait_s
from progresskit.errors import TTSError

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


class Answer(Exception):  # noqa: N818 - as vendors name theirs
    def __init__(self, status, headers=None):
        super().__init__(f"HTTP {status}")
        self.response = type("Response", (), {"status_code": status, "headers": headers or {}})()


class ReadTimeout(Exception):  # noqa: N818 - httpx's name, which is no TimeoutError
    pass


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_an_answer_that_may_change_is_asked_for_again(status):
    assert advise(Answer(status), now=NOW).retryable


@pytest.mark.parametrize("error", [Answer(400), Answer(401), Answer(404), ValueError(), KeyError("x"), TypeError()])
def test_a_mistake_stays_one(error):
    assert not advise(error, now=NOW).retryable


@pytest.mark.parametrize("error", [OSError(), ConnectionResetError(), TimeoutError(), ReadTimeout()])
def test_the_network_may_come_back(error):
    assert advise(error, now=NOW).retryable


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut off"])
def test_what_httpx_says_of_a_lost_connection_is_no_mistake(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=give, args=(server, answer), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert advise(error_of(url), now=NOW).retryable
    assert advise(error_of(url), now=NOW).retryable  # now it refuses connections
    assert not advise(error_of("nowhere://x"), now=NOW).retryable


def give(server, answer):
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


def error_of(url):
    with pytest.raises(httpx.HTTPError) as caught:
        httpx.get(url)
    return caught.value


def test_a_backend_says_it_itself():
    assert not advise(TTSError("no", retryable=False), now=NOW).retryable
    assert advise(TTSError("busy", retry_after_s=3), now=NOW).retry_after_s == 3


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("soon", None), (math.nan, None), (-3, 0), (0, 0)])
def test_a_header_may_be_passed_on_as_it_came(said, seconds):
    advice = advise(TTSError("busy", retry_after_s=said), now=NOW)
    assert advice.retry_after_s == seconds
    assert wait_s(1, advice, chance=1) == max(0.5, seconds or 0)


def test_what_caused_an_error_counts():
    error = RuntimeError("it failed")
    error.__cause__ = OSError()
    assert advise(error, now=NOW).retryable
    error.__cause__ = error
    assert not advise(error, now=NOW).retryable


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("Wed, 25 Nov 2026 00:01:00 GMT", 60),
        ("Wed, 25 Nov 2020 00:00:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("9" * 400, None),
        ("Wed, 25 Nov 2026 00:01:00 +99999999999999999999", None),
        ("Wed, 99999999999999999999 Nov 2026 00:01:00 GMT", None),
        ("Wed, 25 Nov 99999 00:01:00 GMT", None),
    ],
)
def test_retry_after_may_be_a_number_or_a_date(value, seconds):
    assert advise(Answer(429, {"retry-after": value}), now=NOW).retry_after_s == seconds
    headers = Message()
    headers["Retry-After"] = value
    error = urllib.error.HTTPError("https://x", 503, "no", headers, None)
    assert advise(error, now=NOW).retry_after_s == seconds


def test_waits_grow_and_are_never_shorter_than_asked():
    advice = advise(OSError(), now=NOW)
    assert [wait_s(failures, advice, chance=1) for failures in (1, 2, 3)] == [0.5, 1, 2]
    assert wait_s(1, advise(TTSError("busy", retry_after_s=9), now=NOW), chance=0) == 9
