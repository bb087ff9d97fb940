"""The live page and its files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from progresskit.errors import NotAuthenticated
from progresskit.web.pages import PUBLIC_FILES

FILES = {
    "/projects/p/view": "text/html",
    "/view.css": "text/css",
    "/progresskit.js": "text/javascript",
    "/js/element.js": "text/javascript",
    "/js/element.js.map": "application/json",
}


@pytest.fixture
def url(gateway):
    def authorize(*_):
        raise NotAuthenticated

    return gateway(authorize)


@pytest.mark.parametrize(("path", "media_type"), FILES.items())
def test_the_shell_of_the_page_is_open_and_cached_by_its_tag(url, http, path, media_type):
    response = http.get(url + path)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-cache"
    tag = response.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = http.get(url + path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.get(url + path, headers={"if-none-match": '"other"'}).status_code == 200


def test_the_page_may_load_its_own_scripts_and_styles_only_and_be_framed_by_nobody(url, http):
    policy = http.get(f"{url}/projects/p/view").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    assert "*" not in policy


def test_the_page_needs_nothing_that_its_policy_forbids(url, http):
    page = http.get(f"{url}/projects/p/view").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert all(re.search(r"\bsrc=", tag) for tag in re.findall(r"<script[^>]*>", page))
    for reference in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert reference in {"../../js/view.js", "../../view.css"} or reference.startswith(("data:", "?"))


def test_every_module_finds_what_it_imports(url, http):
    imported = {"progresskit.js", "js/view.js", "js/element.js"}
    for name in sorted(imported):
        source = http.get(f"{url}/{name}").text
        imported |= {str(PurePosixPath(name).parent / path) for path in re.findall(r'from ?"\./([^"]+)"', source)}
    assert imported <= {*PUBLIC_FILES}
    assert "js/client.js" in imported


def test_what_can_be_no_project_has_no_page(url, http):
    assert http.get(f"{url}/projects/a%20b/view").json()["code"] == "bad_request"
