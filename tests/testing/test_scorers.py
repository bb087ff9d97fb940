"""The kit's laws hold for our scorer, and find each broken one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio.normalize import has_words
from progresskit.audio.scoring import Scorer, score
from progresskit.testing.scorers import check_scorer
from progresskit.testing.speech_strategies import LANGUAGES, references, transcripts


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_scorer_keeps_the_laws(language):
    check_scorer(Scorer(language=language), language=language)
    check_scorer(lambda reference, heard: score(reference, heard).accuracy, language=language)


def plain(text):
    return "".join(char for char in text.lower() if char.isalnum() or char.isspace()).split()


BROKEN = {
    "an accuracy is from 0 to 1": lambda said, heard: 1.0 if plain(said) == plain(heard) else math.nan,
    "nothing heard is accuracy 0": lambda said, heard: 1.0,
    "in lower case": lambda said, heard: float(said == heard),
    "without punctuation": lambda said, heard: float(said.lower().split() == heard.lower().split()),
    "with more white space": lambda said, heard: float(plain(said) == plain(heard) and "  " not in heard),
    "a word more": lambda said, heard: float(plain(heard)[: len(plain(said))] == plain(said)),
    "a word less": lambda said, heard: float(
        0 < len(plain(heard)) <= len(plain(said)) and set(plain(heard)) <= set(plain(said))
    ),
    "in another's place": lambda said, heard: float(sorted(plain(said)) == sorted(plain(heard))),
}


@pytest.mark.parametrize("law", BROKEN)
def test_a_scorer_that_breaks_a_law_is_told_which(law):
    with pytest.raises(AssertionError, match=law):
        check_scorer(BROKEN[law], language="en")


def test_a_scorer_that_folds_no_normal_form_is_found_where_it_matters():
    naive = lambda said, heard: float(plain(said) == plain(heard))  # noqa: E731 - one line of a wrong scorer
    with pytest.raises(AssertionError, match="NF"):
        check_scorer(naive, language="ko")


def test_a_language_without_texts_is_refused():
    with pytest.raises(ValueError, match="'xx' has no words"):
        check_scorer(Scorer(), language="xx")


@given(st.sampled_from(LANGUAGES).flatmap(references))
def test_references_can_be_spoken_and_are_not_too_short_to_judge(reference):
    assert has_words(reference)
    assert score(reference, "x" * 20).verdict(0.95) == "failed"


@given(st.text().flatmap(transcripts))
def test_transcripts_can_be_drawn_for_any_text(transcript):
    assert isinstance(transcript, str)
