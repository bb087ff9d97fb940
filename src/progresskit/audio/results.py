"""Putting the best takes together: the sound of the whole text, its score, and what it took."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from progresskit.audio.asking import answered, short
from progresskit.audio.backends import call
from progresskit.audio.judge import accuracy_of
from progresskit.audio.models import Audio, Report, VerifiedAudio, bytes_of, join_takes
from progresskit.errors import VerificationFailed
from progresskit.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from progresskit.audio.plan import Plan, Work
    from progresskit.audio.scoring import Score

__all__ = ["failure_of", "joined", "report_of", "stored", "whole_accuracy"]

_log = get_logger("audio")


async def joined(
    takes: Sequence[Audio], join: Callable[[Sequence[Audio]], Any] | None, *, timeout_s: float
) -> Audio | None:
    """Return takes as one sound; None where they can't be joined without ``join``.

    Raises:
        TypeError: ``join`` gave no sound.
        ValueError: It gave an empty one.
        TimeoutError: It gave nothing in time.
    """
    if len(takes) > 1 and join is not None:
        together = await answered(partial(call, join, list(takes)), "no answer of join=", timeout_s=timeout_s)
        if isinstance(together, Audio):
            return together
        if not (data := bytes_of(together, "join=")):
            msg = "join= gave nothing: return the sound of all takes, as an Audio or bytes"
            raise ValueError(msg)
        return Audio(data, takes[0].media_type)
    try:
        return join_takes(takes)
    except ValueError as error:
        _log.info("the takes are given as segments: %s", error)
        return None


async def stored(audio: Audio, store: Callable[[Audio], Any] | None, *, timeout_s: float) -> str | None:
    """Return the URL that the user's store gives a sound; None where there is no store.

    Raises:
        TypeError: It gave none.
        TimeoutError: It gave nothing in time.
    """
    if store is None:
        return None
    url = await answered(partial(call, store, audio), "no answer of store=", timeout_s=timeout_s)
    if not isinstance(url, str) or not url:
        msg = f"store= gave {url!r}: return the sound's URL"
        raise TypeError(msg)
    return url


def whole_accuracy(text: str, works: Sequence[Work], scorer: Callable[[str, str], Score | float]) -> float:
    """Return how much of the whole text was heard in the best takes."""
    heard = (work.best.transcript for work in works if work.verifiable and work.best is not None)
    return accuracy_of(scorer(text, " ".join(heard)))


def report_of(plan: Plan, **measured: Any) -> Report:
    """Return the report on a run.

    Args:
        plan: The sentences and their takes.
        measured: The fields of the report that the takes don't tell.
    """
    works = [work for work in plan.works if work.verifiable]
    first = sum(bool(work.takes) and work.takes[0].verdict == "passed" for work in works)
    takes = [take for work in plan.works for take in work.takes]
    return Report(
        first_pass_rate=first / len(works) if works else 1.0,
        attempts=max(len(work.takes) for work in plan.works),
        takes=len(takes),
        audio_s=sum(take.audio.duration_s or 0.0 for take in takes),
        **measured,
    )


def failure_of(failed: Sequence[Work], best: VerifiedAudio) -> VerificationFailed:
    """Return the error of a run of which these sentences failed, with the best there is."""
    words = tuple(word for work in failed for word in (work.best.wrong_words if work.best else ()))
    worst = min(failed, key=lambda work: (work.best.accuracy or 0.0) if work.best else 0.0)
    reached = f"{worst.best.accuracy or 0.0:.2f}" if worst.best else "no take"
    unheard = all(work.best is not None and work.best.verdict == "unheard" for work in failed)
    stop = worst.stop
    why = stop.detail if stop else "it was given up"
    reason = "unheard" if unheard else stop.reason if stop else "budget"
    msg = (
        f"{len(failed)} of {len(best.sentences)} sentences did not reach {best.report.target:g}; the worst has "
        f"{reached}: {short(worst.reference)} (stopped by {reason}: {why})"
    )
    return VerificationFailed(msg, best=best, attempts=best.attempts, failing_words=words, reason=reason)
