"""What a language tells the scorer: how its writing may be said, and which words must be said right.

A language is three pure functions. All of them are given a *clean* text (:func:`progresskit.audio.normalize.clean`):
in NFC, without full-width forms, with ``'``, ``-`` and ``~`` for all their look-alikes, in its own case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Critical", "CriticalKind", "Language", "Reading"]

CriticalKind = Literal["number", "negation", "opposite"]
"""What is lost where such a word is: how much, whether at all, or which of two."""


class Reading(NamedTuple):
    """One way to say a piece of a text.

    Attributes:
        start: Where the piece begins, as a slice takes it.
        end: Where it ends. It holds whole words; in a text that is compared by characters, whole characters.
        spoken: What is said for it, in words that need no reading of their own: ``three thirty p m``.
    """

    start: int
    end: int
    spoken: str


class Critical(NamedTuple):
    """A piece of a text that must be said right, whatever the rate of the rest.

    Attributes:
        start: Where it begins, as a slice takes it.
        end: Where it ends: of a number with its sign, magnitude, unit and currency.
        kind: What it is.
        group: For an opposite the group that it is a member of; else empty.
        member: For an opposite the member; its spellings and forms have the same.
        is_sound: Whether the word is another one, that only sounds like it: ``write``. Such a word may have been
            heard for the opposite of what was said; on its own it may be lost.
    """

    start: int
    end: int
    kind: CriticalKind
    group: str = ""
    member: str = ""
    is_sound: bool = False


class Language(NamedTuple):
    """How one language is read.

    Attributes:
        readings: Returns the other ways to say pieces of a text. Of those of one piece the first is the usual
            one. Pieces may overlap.
        criticals: Returns what must be said right in a text, in order.
        sound: Returns the one spelling that stands for all that sound alike; given a folded word, or a
            character where those are compared.
        alike: Returns, given two texts, what pieces of the first may be said as that stand in the second: foreign
            words and what they sound like. None where a language writes them as they are.
    """

    readings: Callable[[str], Iterable[Reading]]
    criticals: Callable[[str], Iterable[Critical]]
    sound: Callable[[str], str]
    alike: Callable[[str, str], Iterable[Reading]] | None = None
