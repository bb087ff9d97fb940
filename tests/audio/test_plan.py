"""Which sentence is spoken next: all once, then the worst first, and never again what passed."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio
from progresskit.audio.escalation import Escalation, Stop
from progresskit.audio.models import Take
from progresskit.audio.plan import Plan
from progresskit.audio.strategies import Resample

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=8)


def planned(sentences, attempts):
    return Plan(sentences, Escalation(strategies=[Resample()], attempts=attempts, target=0.95))


def take(plan, work, accuracy, verdict=None):
    number = len(work.takes) + 1
    audio = Audio(f"{work.number} {number}".encode(), "audio/mpeg")
    verdict = verdict or ("passed" if accuracy >= 0.95 else "failed")
    plan.took(work, Take(attempt=number, spoken=work.reference, audio=audio, accuracy=accuracy, verdict=verdict))


@given(LENGTHS, st.integers(1, 4), st.data())
def test_every_sentence_is_taken_until_it_passes_or_its_attempts_are_over(lengths, attempts, data):
    plan = planned(["x" * length for length in lengths], attempts)
    held, progress = [], [0.0]
    while not plan.is_done():
        work = plan.next() if len(held) < 2 else None
        if work is not None:
            assert work not in held
            assert not work.passed
            held.append(work)
            progress.append(plan.reached(work, "tts"))
            continue
        work = held.pop(data.draw(st.integers(0, len(held) - 1)))
        progress.append(plan.reached(work, "stt"))
        take(plan, work, data.draw(st.sampled_from([0.0, 0.5, 1.0])))
        progress.append(plan.reached(work, "scored"))
    assert not held
    assert all(work.passed or len(work.takes) == attempts for work in plan.works)
    assert progress == pytest.approx(sorted(progress))
    assert progress[-1] == 1.0


def test_after_the_first_takes_the_worst_goes_first():
    plan = planned(["a", "b", "c"], 3)
    for accuracy in (0.5, 0.2, 1.0):
        take(plan, plan.next(), accuracy)
    assert [plan.next().text, plan.next().text, plan.next()] == ["b", "a", None]


def test_a_take_that_passed_is_better_than_one_with_a_veto_that_is_more_accurate():
    plan = planned(["a"], 3)
    for accuracy, verdict in ((0.9, "unheard"), (0.99, "failed"), (0.96, "passed")):
        take(plan, plan.next(), accuracy, verdict)
    assert plan.works[0].best.accuracy == 0.96


def test_a_stopped_plan_is_done_once_nothing_is_in_hand():
    plan = planned(["a", "b", "c"], 3)
    first, second = plan.next(), plan.next()
    plan.stop(Stop("budget", "no characters are left"))
    assert plan.next() is None
    take(plan, first, 0.5)
    assert not plan.is_done()
    assert second.stop.reason == "budget"
    plan.left()
    assert plan.is_done()


def test_a_book_is_planned_in_no_time():
    plan = planned(["A sentence of a book. "] * 20_000, 5)
    looked = 0
    while (work := plan.next()) is not None:
        plan.reached(work, "tts")
        take(plan, work, 1.0)
        looked += plan.reached(work, "scored") <= 1.0
    assert looked == 20_000
