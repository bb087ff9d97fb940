"""Vetoes: what must be said right, also where a recogniser spelled what it heard as another word."""

from __future__ import annotations

import pytest

from progresskit.audio import score

LONG = "Please remember that for the spring meeting of all our partners and friends {} as the board agreed last week"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("you turn left there", "you turn write there"),
        ("you turn left there", "you turn rite there"),
        ("we lost the game", "we one the game"),
        ("we sell the shares", "we by the shares"),
        ("we lower the price", "we raze the price"),
        ("a female voice speaks", "a mail voice speaks"),
    ],
)
def test_the_opposite_in_the_spelling_of_another_word_is_a_veto(said, heard):
    vetoes = score(LONG.format(said), LONG.format(heard), language="en").critical
    assert "opposite" in {veto.kind for veto in vetoes}


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("you turn right there", "you turn write there"),
        ("they write it down", "they note it down"),
        ("they wait by the door", "they wait near the door"),
        ("they sent the mail early", "they sent the letter early"),
        ("they stay near the door", "they stay by the door"),
    ],
)
def test_a_word_that_only_sounds_like_an_opposite_is_none(said, heard):
    assert score(LONG.format(said), LONG.format(heard), language="en").critical == ()


def test_two_numbers_that_one_reading_says_are_one_veto():
    (veto,) = score("The review is on May 3 in the hall.", "the review is on may thirteenth in the hall").critical
    assert (veto.kind, veto.expected, veto.heard) == ("number", "May 3", "may thirteenth")


def test_the_same_number_wrong_in_two_places_is_two_vetoes():
    vetoes = score("Gate 5 opens first, gate 5 closes first.", "gate six opens first gate six closes first").critical
    assert [veto.span for veto in vetoes] == [(5, 6), (25, 26)]
