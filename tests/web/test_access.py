"""``authorize`` and everything that it may answer; the token of a connection."""

from __future__ import annotations

import base64
import functools
import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from progresskit.errors import NotAuthenticated
from progresskit.web import Grant, allow_anyone, bearer_token
from progresskit.web.access import Guard
from progresskit.web.refusals import EXPIRED, INTERNAL, NOT_AUTHENTICATED, NOT_FOUND, Refused

PASSWORD = "hunter2"
SCOPE = {"type": "http", "headers": [], "path": "/"}


async def refusal_of(authorize, **options):
    with pytest.raises(Refused) as caught:
        await Guard(authorize, **options).leave(SCOPE, "p", "watch")
    return caught.value.refusal


@pytest.mark.parametrize("verdict", [False, None])
async def test_no_and_nothing_look_as_if_there_were_no_such_project(verdict):
    assert await refusal_of(lambda *_: verdict) is NOT_FOUND


@pytest.mark.parametrize("verdict", [1, 0, "yes", "", object(), [], {"ok": True}, NotImplemented])
async def test_truth_is_not_enough(verdict, caplog):
    assert await refusal_of(lambda *_: verdict) is INTERNAL
    assert "return a bool or a Grant" in caplog.text


async def test_a_failing_authorize_lets_nobody_in_and_its_words_stay_in_the_log(caplog):
    def authorize(*_):
        raise LookupError(PASSWORD)

    refusal = await refusal_of(authorize)
    assert refusal is INTERNAL
    assert PASSWORD not in refusal.error
    [record] = caplog.records
    assert (record.name, record.levelno) == ("progresskit.web", logging.ERROR)
    assert record.exc_info


async def test_not_authenticated_is_its_own_answer():
    def authorize(*_):
        raise NotAuthenticated(PASSWORD)

    assert await refusal_of(authorize) is NOT_AUTHENTICATED


async def test_an_expired_grant_is_none():
    assert await refusal_of(lambda *_: Grant("a", expires_at=100), now=lambda: 100.0) is EXPIRED
    leave = await Guard(lambda *_: Grant("a", expires_at=100), now=lambda: 99.9).leave(SCOPE, "p", "watch")
    assert leave == ("a", 100)


async def test_authorize_is_asked_for_this_connection_project_and_action():
    asked = []

    def authorize(connection, project_id, action):
        asked.append((connection.headers["x-name"], project_id, action))
        return True

    scope = SCOPE | {"headers": [(b"x-name", b"me")]}
    assert await Guard(authorize).leave(scope, None, "admin") == (None, None)
    assert asked == [("me", None, "admin")]


class Sync:
    def __call__(self, *_):
        return Grant(threading.current_thread().name)


class Async:
    async def __call__(self, *_):
        return Grant(threading.current_thread().name)

    async def method(self, *_):
        return Grant(threading.current_thread().name)


async def plain(first, connection, project_id, action):
    return Grant(threading.current_thread().name)


@pytest.mark.parametrize(
    ("authorize", "in_thread"),
    [
        (lambda *_: Grant(threading.current_thread().name), True),
        (Sync(), True),
        (Async(), False),
        (Async().method, False),
        (functools.partial(plain, 1), False),
    ],
)
async def test_a_sync_authorize_runs_in_a_thread_and_an_async_one_in_the_loop(authorize, in_thread):
    leave = await Guard(authorize).leave(SCOPE, "p", "watch")
    assert (leave.principal != threading.current_thread().name) is in_thread


async def test_a_function_that_only_returns_a_coroutine_is_awaited():
    def authorize(connection, project_id, action):
        return allow_anyone(connection, project_id, action)

    assert await Guard(authorize).leave(SCOPE, "p", "watch") == (None, None)


def test_authorize_must_be_callable():
    with pytest.raises(TypeError, match="allow_anyone"):
        Guard("everybody")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"principal": 7}, TypeError),
        ({"principal": ""}, ValueError),
        ({"principal": "a", "expires_at": "tomorrow"}, TypeError),
        ({"principal": "a", "expires_at": True}, TypeError),
        ({"principal": "a", "expires_at": float("nan")}, ValueError),
        ({"principal": "a", "expires_at": float("inf")}, ValueError),
    ],
)
def test_a_grant_says_to_whom_and_until_when(arguments, error):
    with pytest.raises(error, match=r"use|name"):
        Grant(**arguments)


def connection(*, authorization=None, subprotocols=()):
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return HTTPConnection({"type": "websocket", "path": "/", "headers": headers, "subprotocols": list(subprotocols)})


@given(st.text(min_size=1))
def test_a_token_of_any_text_comes_through_the_subprotocol(token):
    encoded = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    assert bearer_token(connection(subprotocols=["progresskit.v1", f"bearer.{encoded}"])) == token


@given(st.text(), st.lists(st.text()))
def test_no_header_and_no_subprotocol_breaks_the_reading_of_a_token(header, subprotocols):
    hostile = connection(subprotocols=[*subprotocols, *(f"bearer.{each}" for each in subprotocols)])
    assert bearer_token(hostile) is None or isinstance(bearer_token(hostile), str)
    latin = header.encode("latin-1", "replace").decode("latin-1")
    assert isinstance(bearer_token(connection(authorization=f"Bearer {latin}")), str | None)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
    ],
)
def test_the_authorization_header_is_read(header, token):
    assert bearer_token(connection(authorization=header)) == token


@pytest.mark.parametrize("text", ["", "a", "!!!!", "YWJj\n", "__8", "YW Jj", "é"])
def test_what_is_no_base64url_is_no_token(text):
    assert bearer_token(connection(subprotocols=[f"bearer.{text}"])) is None
