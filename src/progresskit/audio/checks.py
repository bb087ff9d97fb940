"""Cheap checks: what is wrong with a take so plainly that no recogniser need hear it.

They only find what can't be the text. A take that none of them finds may still say anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from progresskit.audio.wav import Pcm

__all__ = ["MAX_TAKE_BYTES", "Flaw", "flaw_of"]

Flaw = Literal["silent", "too short", "too long", "clipped", "identical"]
"""Why a take can't be its text, or needn't be heard; ``identical``: an earlier take has the same bytes."""

MAX_TAKE_BYTES: Final = 64 * 1024 * 1024
"""The largest take that is accepted where the loop isn't told another size: 23 minutes at 24 kHz, mono, 16 bits."""

_SILENT_BELOW: Final = 0.001
"""A take whose loudest sample is below -60 dBFS is silent: voices peak far above it, dither far below."""
_MOST_LETTERS_PER_S: Final = 100.0
"""No voice says more; the fastest that people still follow are at a third of it."""
_MOST_S: Final = 20.0
_MOST_S_PER_LETTER: Final = 2.0
"""A take longer than both together babbles. A digit may well take a second: 2026 has eight syllables."""
_MOST_CLIPPED: Final = 0.05
"""Of loud speech that was brought to full scale some samples in a thousand stand there; of a square wave all do."""


def flaw_of(sound: Pcm, text: str) -> Flaw | None:
    """Return why a sound can't be this text, judged by its loudness and length alone; None where it may be."""
    if not sound.peak() >= _SILENT_BELOW:  # so that NaN is silent, too
        return "silent"
    letters = sum(map(str.isalnum, text))
    if sound.duration_s * _MOST_LETTERS_PER_S < letters:
        return "too short"
    if sound.duration_s > _MOST_S + _MOST_S_PER_LETTER * letters:
        return "too long"
    return "clipped" if sound.clipped_share() > _MOST_CLIPPED else None
