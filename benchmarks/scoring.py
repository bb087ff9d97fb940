"""What it costs to score a transcript, beside jiwer with and without Whisper's normaliser."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from rows import Row, in_turns

from progresskit.audio import Scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SENTENCES = (
    "We shipped 24 features in 2026, and about 85% of our users agree that it was worth it.",
    "The meeting starts at 3:30 PM sharp in the large conference room on the second floor.",
    "It costs $19.99 per month, which isn't much for what you'll get out of it every day.",
    "Dr. Smith lives on 3rd Street and has never been late for a single one of his appointments.",
    "At the next junction turn left and keep going until the road ends at a small harbour.",
    "The old lighthouse keeper told us stories about storms that no one else remembers any more.",
)
_HEARD = (
    ("24 features", "twenty four features"),
    ("$19.99", "nineteen dollars and ninety nine cents"),
    ("3:30 PM", "three thirty p m"),
    ("harbour", "harbor"),
    ("lighthouse", "light house"),
    ("stories", "story's"),
)


def scoring_rows(*, quick: bool) -> Iterator[Row | str]:
    """Score 200 words: as they are, and as a recogniser writes them."""
    try:
        import jiwer  # noqa: PLC0415 - the other rows do without it
        from whisper_normalizer.english import EnglishTextNormalizer  # noqa: PLC0415 - as above
    except ImportError as error:
        yield f"scoring: {error.name} is not installed"
        return
    reference = " ".join((_SENTENCES * 3)[:13])
    heard = re.sub(r"[.,](?!\d)", "", reference.lower())
    for written, spoken in _HEARD:
        heard = heard.replace(written.lower(), spoken, 1)
    plain = " ".join(word for word in heard.split() if word.isalpha())
    flawed = " ".join("umbrella" if at % 20 == 7 else word for at, word in enumerate(plain.split()))
    normalize = EnglishTextNormalizer()
    without, within = Scorer(language="en", readings=False), Scorer(language="en")
    times = 10 if quick else 100
    costs = in_turns(
        3 if quick else 15,
        _timed(times, lambda: without(plain, flawed).accuracy),
        _timed(times, lambda: jiwer.wer(plain, flawed)),
        _timed(times, lambda: within(reference, heard).accuracy),
        _timed(times, lambda: jiwer.wer(normalize(reference), normalize(heard))),
    )
    words = len(reference.split())
    yield Row(what="a score without readings; jiwer", ours=costs[0], theirs=costs[1], most_ratio=0.25)
    what = f"a score of {words} words with readings; Whisper's normaliser and jiwer"
    yield Row(what=what, ours=costs[2], theirs=costs[3], most_ratio=1)


def _timed(times: int, score: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        for _ in range(times):
            score()
        return (time.perf_counter() - began) / times

    return run
