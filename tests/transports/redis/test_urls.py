"""What a URL may say, and what is said where it is wrong."""

from __future__ import annotations

import pytest

from progresskit import transport_from_url
from progresskit.transports.redis import RedisTransport


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://", "localhost:6379/0"),
        ("redis:///0", "localhost:6379/0"),
        ("redis://[::1]:7000/1", "::1:7000/1"),
        ("valkey://h/2?namespace=mine&timeout_s=1.5", "h:6379/2"),
        ("redis://h?timeout_s=60", "h:6379/0"),
        ("rediss://user:secret@h:6380/0?ssl_cert_reqs=none", "h:6380/0"),
        ("redis://h?db=3&protocol=3&decode_responses=True&health_check_interval=30&socket_timeout=60", "h:6379/3"),
    ],
)
def test_a_url_is_taken_as_redis_py_takes_it(url, where):
    assert repr(transport_from_url(url)) == f"<RedisTransport {where}>"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://h/x", "number of a database"),
        ("redis://h:port/0", "Port"),
        ("redis://h?db=x", "db"),
        ("redis://h?colour=blue", "no option 'colour'"),
        ("redis://h?timeout_s=soon", "timeout_s 'soon'"),
        ("redis://h?timeout_s=0", "timeout_s '0'"),
        ("redis://h?timeout_s=1e10", "timeout_s '1e10' is not valid: use a number of seconds over 0, and at most 60"),
        ("redis://h?timeout_s=inf", "timeout_s 'inf'"),
        ("redis://h?timeout_s=nan", "timeout_s 'nan'"),
        ("redis://h?namespace={a}", "namespace '{a}'"),
    ],
)
def test_a_url_that_is_wrong_is_refused_with_the_reason(url, reason):
    with pytest.raises(ValueError, match=reason):
        transport_from_url(url)


@pytest.mark.parametrize("url", ["redis://:s3cret#@h/0", "redis://u:s3cret@h:port/0", "redis://u:s3cret@h?colour=blue"])
def test_no_password_is_shown(url):
    with pytest.raises(ValueError, match="is not valid") as caught:
        transport_from_url(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", [None, 5, object()])
def test_what_is_neither_a_url_nor_a_client_is_refused(value):
    with pytest.raises(TypeError, match=f"a value of type {type(value).__name__} is no Redis: pass a URL"):
        RedisTransport(value)
