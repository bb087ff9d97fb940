"""What tells one backend from another, in this process and the next."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from progresskit.audio.identity import backend_id


class Service:
    def __init__(self, model, *, rate=1.0):
        self.model = model
        self._rate = rate
        self.client = object()

    def speak(self, text): ...


def speak(text, speed=1): ...


def test_a_backend_is_its_class_and_its_plain_settings():
    assert backend_id(Service("a")) == backend_id(Service("a"))
    others = [Service("b"), Service("a", rate=2.0), Service(Path("a")), Service("a").speak, Service("b").speak]
    assert len({backend_id(each) for each in [Service("a"), *others]}) == 5, "only a path and its text are one"


def test_settings_in_a_dict_or_a_list_are_plain_and_what_holds_an_object_is_not():
    settings = [{"speed": 1}, {"speed": 2}, ["warm"], {"voices": [{"joe": 1.0}]}, {"voices": [{"joe": 2.0}]}]
    assert len({backend_id(Service(each)) for each in settings}) == len(settings)
    assert backend_id(Service({"client": object()})) == backend_id(Service([object()])), (
        "in no process are they the same"
    )


def test_a_function_is_its_name_and_what_is_bound_to_it():
    slow, fast = functools.partial(speak, speed=1), functools.partial(speak, speed=2)
    assert (
        len({backend_id(each) for each in (speak, slow, fast, test_a_function_is_its_name_and_what_is_bound_to_it)})
        == 4
    )


def test_what_nobody_could_tell_apart_is_refused_until_it_has_an_id():
    def local(text): ...

    for each in (local, lambda text: text, functools.partial(speak, speed=object())):
        with pytest.raises(TypeError, match="cache_id"):
            backend_id(each)
    local.cache_id = "joe-v1"
    assert backend_id(local) == "joe-v1"
