"""Readings: how one thing is written and said in different ways, language by language. Pure."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from progresskit.audio.readings.base import Language

__all__ = ["readings_of"]

_MODULES: Final = {"en": "en", "ko": "ko", "zh": "zh", "cmn": "zh", "yue": "zh", "ja": "ja"}


@lru_cache
def readings_of(language: str | None) -> Language | None:
    """Return how a language is read, given the first part of its BCP 47 tag; None where it isn't known here."""
    name = _MODULES.get(language or "en")  # what has no tag and no script of its own is read as English
    if name is None:
        return None
    known: Language = import_module(f"{__name__}.{name}").LANGUAGE
    return known
