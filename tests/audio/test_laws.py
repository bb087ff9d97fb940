"""Laws of the scorer that hold for every text: what says the same is perfect, and what doesn't never passes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progresskit.audio.readings import readings_of
from progresskit.audio.scoring import Scorer
from progresskit.testing.numerals import LARGEST, said
from progresskit.testing.speech_strategies import LANGUAGES, corruptions, equivalents, references

TARGET = 0.95
SCORERS = {language: Scorer(language=language) for language in LANGUAGES}
CONTEXTS = {
    "en": ("{}", "We saw {} of them."),
    "ko": ("{}", "사과 {}개 주세요.", "모두 {}명입니다.", "건물은 {}층입니다."),
    "zh": ("{}", "来了{}个客人。"),
    "ja": ("{}", "お客さんが{}人来ました。", "りんごを{}つ下さい。"),
}


def pairs(strategy):
    def drawn(language):
        return references(language).flatmap(
            lambda text: st.tuples(st.just(language), st.just(text), strategy(text, language))
        )

    return st.sampled_from(LANGUAGES).flatmap(drawn)


def check_equivalent(language, text, transcript):
    result = SCORERS[language](text, transcript)
    assert (result.accuracy, result.critical, result.verdict(TARGET)) == (1, (), "passed"), result.text()


def check_corruption(language, text, transcript):
    result = SCORERS[language](text, transcript)
    assert result.accuracy < 1, result.text()
    assert result.verdict(TARGET) != "passed", result.text()


@given(pairs(equivalents))
def test_what_says_the_same_is_perfect(pair):
    check_equivalent(*pair)


@given(pairs(corruptions))
def test_what_does_not_say_the_same_never_passes(pair):
    check_corruption(*pair)


@pytest.mark.long
@settings(max_examples=20_000)
@given(pairs(equivalents))
def test_what_says_the_same_is_perfect_always(pair):
    check_equivalent(*pair)


@pytest.mark.long
@settings(max_examples=20_000)
@given(pairs(corruptions))
def test_what_does_not_say_the_same_never_passes_never(pair):
    check_corruption(*pair)


@pytest.mark.parametrize(
    ("language", "context"), [(language, context) for language, contexts in CONTEXTS.items() for context in contexts]
)
def test_no_two_numbers_share_a_reading(language, context):
    read = readings_of(language)
    number_of = {}
    start = context.index("{")
    for number in range(LARGEST + 1):
        text = context.format(number)
        spoken = {reading.spoken for reading in read.readings(text) if reading.start == start}
        # What a reading leaves of the text is the same for all, so the pieces themselves are compared.
        for one in {tuple(one.split()) if language == "en" else one.replace(" ", "") for one in spoken}:
            assert number_of.setdefault(one, number) == number, one
    assert len(set(number_of.values())) > LARGEST - 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_said_in_words_and_in_no_other_number_s(language, long_form):
    scorer = SCORERS[language]
    context = CONTEXTS[language][1]
    for number in range(0, LARGEST + 1, 1 if long_form else 37):
        for words in said(number, language, native=True):
            assert scorer(context.format(number), context.format(words)).accuracy == 1, (number, words)
        for other in (number + 1, number * 10, number // 10):
            if other != number and other <= LARGEST:
                words = said(other, language, native=True)[0]
                assert scorer(context.format(number), context.format(words)).verdict(TARGET) != "passed", (
                    number,
                    words,
                )
