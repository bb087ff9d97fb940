"""What is tried next, and when a sentence is given up, and why."""

from __future__ import annotations

import pytest

from progresskit.audio import Audio, score
from progresskit.audio.escalation import Escalation, Step, Stop, never_heard
from progresskit.audio.models import Sentence, Take
from progresskit.audio.strategies import OtherVoice, Resample, Respell, Retake, SpokenForm

TEXT = "The old Qxz stands by the wide open sea today."


def takes_of(*heard, text=TEXT, target=0.95):
    """Return takes of a text of which this was heard: a transcript; (transcript, strategy, spoken); or a flaw."""
    takes = []
    for number, each in enumerate(heard, 1):
        transcript, strategy, spoken = (
            each if isinstance(each, tuple) else (each, "new take" if number > 1 else "", text)
        )
        scored = score(text, transcript)
        takes.append(
            Take(
                attempt=number,
                spoken=spoken,
                strategy=strategy,
                audio=Audio(str(number).encode(), "audio/mpeg"),
                transcript=transcript,
                accuracy=scored.accuracy,
                verdict=scored.verdict(target),
                wrong_words=scored.wrong_words,
                score=scored,
            )
        )
    return takes


def decided(takes, *strategies, attempts=9, target=0.95, text=TEXT, knows=None):
    best = max(takes, key=lambda take: take.accuracy)
    sentence = Sentence(text=text, takes=tuple(takes), best=best)
    escalation = Escalation(strategies=strategies, attempts=attempts, target=target, language="en", knows=knows)
    return escalation.next(sentence)


def without(*words):
    return " ".join(word for word in TEXT.lower().strip(".").split() if word not in words)


def written_out(text, _language):
    return text.replace("Qxz", "queue ex zee")


def test_the_strategies_are_asked_in_turn_from_the_one_after_the_last():
    strategies = [Resample(), SpokenForm(written_out), Respell({"Qxz": "Cooks"})]
    takes = takes_of(without("qxz", "sea"))
    names = []
    for spare in ("old", "by", "wide"):
        step = decided(takes, *strategies, target=0.85)
        names.append(step.strategy)
        takes += takes_of((without("qxz", spare), step.strategy, step.retake.spoken))
    assert names == ["new take", "spoken form", "respelling"]
    assert decided(takes, *strategies, target=0.85).strategy == "new take"


def test_the_same_words_twice_skip_what_would_be_the_same_again():
    takes = takes_of(without("qxz"), without("qxz"))
    assert decided(takes, Resample(), SpokenForm(written_out)).strategy == "spoken form"
    assert decided(takes, Resample(), OtherVoice("amy")) == Step("other voice amy", Retake(TEXT, voice_id="amy"))
    stop = decided(takes, Resample())
    assert stop == Stop("same_words_failed", "the same words failed in two takes running: 'Qxz'")
    # The control: other words.
    assert decided(takes_of(without("qxz"), without("sea")), Resample()) == Step("new take", Retake(TEXT))


@pytest.mark.parametrize("heard", ["", "nothing of that kind"])
def test_a_take_of_which_nothing_was_heard_right_tells_nothing_of_single_words(heard):
    assert decided(takes_of(heard, heard, heard, heard, heard), Resample()) == Step("new take", Retake(TEXT))


def test_a_voice_that_repeats_itself_is_given_up_once_nothing_differs():
    first, second = takes_of(without("qxz"), without("qxz"))
    takes = [first, Take(**(vars(second) | {"flaw": "identical"}))]
    assert decided(takes, Resample()) == Stop("identical_takes", "the voice gave the same bytes twice")
    assert decided(takes, Resample(), SpokenForm(written_out)).strategy == "spoken form"


def test_words_that_no_take_has_end_it_where_they_alone_keep_it_below_the_target():
    heard = [without("qxz", spare) for spare in ("old", "sea", "wide", "open")]
    assert isinstance(decided(takes_of(*heard[:3]), Resample()), Step)
    stop = decided(takes_of(*heard), Resample())
    assert stop == Stop("target_unreachable", "in 4 takes, however said, these were never heard: 'Qxz'")
    assert isinstance(decided(takes_of(*heard), Resample(), target=0.85), Step), "the rest alone would do"
    assert decided(takes_of(*heard), Resample(), Respell({"Qxz": "Cooks"})).strategy == "respelling"


def test_nothing_to_offer_is_a_target_that_can_not_be_reached():
    stop = Stop("target_unreachable", "the strategies have nothing left to try")
    assert decided(takes_of(without("qxz"))) == stop
    assert decided(takes_of(without("qxz")), SpokenForm(lambda text, _: text)) == stop


def test_attempts_are_never_exceeded():
    assert decided(takes_of(without("qxz")), Resample(), attempts=1) == Stop("budget", "all 1 attempts are used")


def test_what_was_never_heard_is_told_as_written():
    scores = [take.score for take in takes_of(without("qxz", "old"), without("qxz", "stands"), without("qxz"))]
    assert never_heard(scores) == ("Qxz",)
    assert never_heard([]) == ()


def test_a_word_that_the_recogniser_does_not_have_ends_it_after_two_takes():
    takes = takes_of("the old cue stands by the wide open sea today", "the cold stands by the wide open sea today")
    stop = decided(takes, Resample(), knows=lambda word: word != "qxz")
    assert stop == Stop("target_unreachable", "the recogniser's vocabulary doesn't have: 'Qxz'")
    assert isinstance(decided(takes[:1], Resample(), knows=lambda word: word != "qxz"), Step)
    assert isinstance(decided(takes, Resample(), knows=lambda word: True), Step)
    assert isinstance(decided(takes, Resample(), target=0.8, knows=lambda word: word != "qxz"), Step)


def test_a_numeral_is_known_by_the_words_that_are_said_for_it():
    text = "It costs $19 in the small shop by the sea today."
    heard = "it costs dirty in the small shop by the sea today"
    takes = takes_of(heard, heard.replace("sea", "tea"), text=text)
    asked = []
    assert isinstance(decided(takes, Resample(), text=text, knows=lambda word: not asked.append(word)), Step)
    assert "nineteen" in asked
