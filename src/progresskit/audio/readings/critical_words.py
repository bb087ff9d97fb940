"""Words that must be said right, found by a table: negations, opposites, and what only looks like one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from progresskit.audio.readings.base import Critical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["CriticalWords"]


class CriticalWords:
    """Finds the words of a table; of two that begin in the same place the longer one.

    Words are parted by spaces. But for opposites each is a pattern that begins with a character of its own.

    Args:
        opposites: Groups by name: the members parted by ``|``, each with all its spellings.
        negations: What negates.
        numbers: What is a number though it has no numeral.
        exempt: What holds any of these and is none.
    """

    def __init__(self, opposites: Mapping[str, str], *, negations: str, numbers: str, exempt: str) -> None:
        self._members = {
            spelling: (group, spellings[0])
            for group, members in opposites.items()
            for spellings in map(str.split, members.split("|"))
            for spelling in spellings
        }
        kinds = {
            "exempt": exempt.split(),
            "number": numbers.split(),
            "opposite": sorted(self._members, key=len, reverse=True),
            "negation": negations.split(),
        }
        firsts = "".join(sorted({pattern[0] for patterns in kinds.values() for pattern in patterns}))
        either = "|".join(f"(?P<{kind}>{_any_of(patterns)})" for kind, patterns in kinds.items())
        self._pattern = re.compile(f"(?=[{firsts}])(?:{either})")

    def __call__(self, text: str) -> Iterator[Critical]:
        """Yield the critical words of a text, in order."""
        for match in self._pattern.finditer(text):
            if match["opposite"]:
                yield Critical(*match.span(), "opposite", *self._members[match[0]])
            elif not match["exempt"]:
                yield Critical(*match.span(), "negation" if match["negation"] else "number")


def _any_of(patterns: Iterable[str]) -> str:
    """Return a pattern for any of these, the first that fits; sorted by first character, which makes it fast."""
    tails: dict[str, list[str]] = {}
    for pattern in patterns:
        tails.setdefault(pattern[0], []).append(pattern[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in tails.items())
