"""Own, listed and foreign origins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.web.origins import Origins
from progresskit.web.refusals import FOREIGN_ORIGIN, Refused


def scope(origin=None, host="example.com", scheme="http", *more):
    headers = [(b"host", host.encode())] if host is not None else []
    headers += [(b"origin", each.encode()) for each in (origin, *more) if each is not None]
    return {"type": "http", "scheme": scheme, "headers": headers, "root_path": "/any/where", "path": "/any/where/x"}


def is_foreign(request, allowed=()):
    try:
        Origins(allowed).admit(request)
    except Refused as refused:
        return refused.refusal is FOREIGN_ORIGIN
    return False


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://example.com", "example.com", "http"),
        ("http://example.com", "example.com", "ws"),
        ("http://example.com", "EXAMPLE.com:80", "http"),
        ("http://EXAMPLE.com:80", "example.com", "http"),
        ("https://example.com", "example.com", "https"),
        ("https://example.com", "example.com:443", "wss"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "http"),
        ("http://[::1]:8000", "[::1]:8000", "http"),
        # TLS ended at a proxy: the last hop says http of a https page.
        ("https://example.com", "example.com", "http"),
    ],
)
def test_the_host_that_was_asked_for_is_the_own_origin_wherever_the_app_is_mounted(origin, host, scheme):
    assert not is_foreign(scope(origin, host, scheme))


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://evil.com", "example.com", "http"),
        ("http://example.com:8000", "example.com", "http"),
        ("http://example.com", "example.com:8000", "http"),
        ("http://example.com", "example.com", "https"),  # a page that the network could have changed
        ("http://example.com", "example.com", "wss"),
        ("http://example.com.evil.com", "example.com", "http"),
        ("http://evil.com/example.com", "example.com", "http"),
        ("http://user@example.com", "example.com", "http"),
        ("http://example.com/", "example.com", "http"),
        ("http://example.com#", "example.com", "http"),
        ("ftp://example.com", "example.com", "http"),
        ("null", "null", "http"),
        ("", "", "http"),
        ("http://", "", "http"),
        ("http://example.com", None, "http"),
        ("http://[::1", "[::1", "https"),
    ],
)
def test_any_other_is_foreign(origin, host, scheme):
    assert is_foreign(scope(origin, host, scheme))


def test_no_origin_passes():
    assert not is_foreign(scope())


def test_two_origins_are_foreign_even_where_one_is_the_own():
    assert is_foreign(scope("http://example.com", "example.com", "http", "http://evil.com"))


@given(st.text(), st.text(), st.sampled_from(["http", "https", "ws", "wss"]))
def test_no_text_passes_for_the_own_origin_but_that_of_the_host(origin, host, scheme):
    encoded = {
        "type": "http",
        "scheme": scheme,
        "headers": [(b"host", host.encode()), (b"origin", origin.encode())],
    }
    if not is_foreign(encoded):
        assert origin.lower().partition("://")[2].removesuffix(":80").removesuffix(":443") in host.lower()


def test_a_listed_origin_passes_and_may_read_the_answer():
    origins = Origins(["https://App.example.com:443", "capacitor://localhost"])
    headers = origins.admit(scope("https://app.example.com", "api.example.com"))
    assert headers["access-control-allow-origin"] == "https://app.example.com"
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["vary"] == "origin"
    assert origins.admit(scope("capacitor://localhost"))["access-control-allow-origin"] == "capacitor://localhost"
    assert is_foreign(scope("https://app.example.com:444", "api.example.com"), ["https://app.example.com"])
    assert is_foreign(scope("http://app.example.com", "api.example.com"), ["https://app.example.com"])


def test_an_answer_to_nobody_in_particular_allows_nobody_in_particular():
    assert "access-control-allow-origin" not in Origins(["https://a.com"]).admit(scope())
    assert Origins([]).admit(scope()) == {}


@pytest.mark.parametrize("origin", ["*", "https://*.example.com", "example.com", "https://a.com/", "null", "", "a b"])
def test_what_is_no_origin_can_not_be_listed(origin):
    with pytest.raises(ValueError, match="is no origin: write scheme, host and port"):
        Origins([origin])


def test_one_string_is_no_list_of_origins():
    with pytest.raises(TypeError, match="pass a list"):
        Origins("https://app.example.com")
