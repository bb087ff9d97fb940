"""Hearing a take again before it is made again: what one recogniser got wrong may not be the voice's fault.

Recognisers stumble over sounds that lie at the border of two words, and faster or slower they fall on the other side:
so a take is heard at other speeds, or by somebody else. A word counts as wrong only where all hearings have it wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.backends import Ear
from progresskit.audio.normalize import word_spans
from progresskit.audio.wav import RATES, at_speed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from progresskit.audio.backends import STT
    from progresskit.audio.models import Audio
    from progresskit.audio.normalize import Span
    from progresskit.audio.scoring import Score

__all__ = ["Relisten", "combined", "played"]

_SPEEDS: Final = (0.9, 1.1)
_SLOWEST: Final = 0.5
_FASTEST: Final = 2.0


class Relisten:
    """Has a take that didn't pass heard again, before any other strategy makes a new one.

    Args:
        speeds: How fast to play it to the loop's own recogniser: 0.9 is a tenth slower, and lower. Only WAV and PCM
            can be played so; the frames stay the same, and the header tells another rate. None = 0.9 and 1.1, or no
            other speed where ``stt`` is given.
        stt: A second recogniser, for the take as it is.

    Raises:
        ValueError: A speed isn't between 0.5 and 2.
        TypeError: ``speeds`` is no list of numbers, or ``stt`` is no recogniser that the loop could call.
    """

    def __init__(self, *, speeds: Sequence[float] | None = None, stt: STT | Callable[..., Any] | None = None) -> None:
        if speeds is None:
            speeds = _SPEEDS if stt is None else ()
        if not isinstance(speeds, Sequence) or not all(isinstance(speed, int | float) for speed in speeds):
            msg = f"speeds {speeds!r} are not valid: give a list of numbers, such as [0.9, 1.1]"
            raise TypeError(msg)
        if (wrong := next((speed for speed in speeds if not _SLOWEST <= speed <= _FASTEST), None)) is not None:
            msg = f"speed {wrong!r} is not valid: give one from {_SLOWEST} to {_FASTEST:g}, such as 0.9"
            raise ValueError(msg)
        self.speeds = tuple(speeds)
        self.second = None if stt is None else Ear(stt)

    def hearings(self, audio: Audio, ear: Ear) -> Iterator[tuple[Audio, Ear]]:
        """Yield what to listen to, and who listens: the loop's own recogniser, or the second.

        Args:
            audio: The take.
            ear: The loop's own recogniser.
        """
        if ear.takes != "url":  # a URL is of the take as it is
            for speed in self.speeds:
                if (changed := played(audio, speed)) is not None:
                    yield changed, ear
        if self.second is not None:
            yield audio, self.second


def played(audio: Audio, speed: float) -> Audio | None:
    """Return a sound at another speed; None where it isn't WAV or PCM, or no rate would do."""
    sound = audio.pcm()
    if sound is None or (rate := round(sound.sample_rate * speed)) not in RATES:
        return None
    data = at_speed(audio.data, speed) if audio.kind == "audio/wav" else audio.data
    return replace(audio, data=data, sample_rate=rate, url=None)


def combined(scores: Sequence[Score], scorer: Callable[[str, str], Any]) -> Score:
    """Return the score of what several hearings of one take have right together.

    Of each word of the text the hearing with the fewest errors counts: so a word is wrong only where all have it
    wrong, and nothing is added that one of them didn't hear. What must be said right is taken from one hearing whole:
    a veto holds where all of them veto it.

    Args:
        scores: One of each hearing, against the same text.
        scorer: What made them.

    Returns:
        What the scorer says of the transcript that was put together; or the best score, where that isn't better.
    """
    best = max(scores, key=_rank)
    together: Score = scorer(best.reference, _put_together(scores))
    all_veto = set.intersection(*({(veto.kind, veto.expected) for veto in score.critical} for score in scores))
    if all_veto and not together.critical:
        return best
    return together if _rank(together) >= _rank(best) else best


@dataclass
class _Slot:
    """What one hearing has for a word of the text, or between two words."""

    errors: int = 0
    heard: Span | None = None


def _put_together(scores: Sequence[Score]) -> str:
    """Return a transcript that takes each word, and what was heard between two, from whichever has it best."""
    blocks = _blocks(scores)
    columns = [[(slot, score.hypothesis) for slot in _slots(score, blocks)] for score in scores]
    chosen = (min(row, key=lambda each: each[0].errors) for row in zip(*columns, strict=True))
    return " ".join(hypothesis[slice(*slot.heard)] for slot, hypothesis in chosen if slot.heard is not None)


def _slots(score: Score, blocks: Sequence[Span]) -> list[_Slot]:
    """Return a slot for what was heard before the first block, one for the block, one for what follows, and so on."""
    slots = [_Slot() for _ in range(2 * len(blocks) + 1)]
    ends = [end for _, end in blocks]
    for step in score.alignment:
        place, _ = step.reference_span
        number = bisect_right(ends, place)
        is_between = step.op == "insertion" and (number == len(blocks) or place <= blocks[number][0])
        slot = slots[2 * number + (not is_between)]
        slot.errors += step.op != "hit"
        start, end = step.hypothesis_span
        if start < end:
            first, last = slot.heard or (start, end)
            slot.heard = min(first, start), max(last, end)
    return slots


def _blocks(scores: Sequence[Score]) -> list[Span]:
    """Return the pieces of the text that are taken whole, in order: words, and what goes across words in a hearing."""
    text = scores[0].reference
    pieces = {*word_spans(text)}
    for score in scores:
        pieces.update(step.reference_span for step in score.alignment if step.op != "insertion")
        for expected in {veto.expected for veto in score.critical if veto.expected}:
            pieces.update(match.span() for match in re.finditer(re.escape(expected), text))
    blocks: list[Span] = []
    for start, end in sorted(pieces):
        if blocks and start < blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(end, blocks[-1][1]))
        else:
            blocks.append((start, end))
    return blocks


def _rank(score: Score) -> tuple[bool, bool, float]:
    return score.unheard is None, not score.critical, score.accuracy
