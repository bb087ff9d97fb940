"""Folding gives words, characters and their places, in step with each other."""
# ruff: noqa: RUF001 - look-alike characters are what is tested

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio.normalize import character_spans, characters, has_words, word_spans, words

texts = st.text() | st.text(
    st.sampled_from("aB1 .,'’-~:/$%€½²①ßeﬁ\u0301\u0345각\u1100\u1161\u11a8ｶﾞ１．ーʼ\u3164\u00ad\u200d\ufe0f")
)


@given(texts)
def test_words_and_characters_have_one_span_each_in_order(text):
    for folded, spans in ((words(text), word_spans(text)), (characters(text), character_spans(text))):
        assert len(folded) == len(spans)
        assert all(folded)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


@given(texts)
def test_there_are_words_exactly_where_there_is_a_letter_or_digit(text):
    assert has_words(text) == bool(words(text)) == bool(characters(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_takes_the_same_rules_as_any_text(text):
    # A mark on a space of its own turns the fast way off, and adds nothing.
    assert words(text) == words(f"{text} \u00a0")


@given(texts)
def test_folding_twice_is_folding_once(text):
    once = words(text)
    assert words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's O’Brien's dogs' 'rock 'n' roll'.", "its obriens dogs rock n roll"),
        ("a-b, c/d; e_f (g) h.i", "a b c d e f g h i"),
        ("3.5, 1,000 2-3 2~3 1:30 1/2 010-1234-5678", "3.5 1,000 2-3 2~3 1:30 1/2 010-1234-5678"),
        ("-5 −5 x-5 (-5) 5-", "-5 -5 x 5 -5 5"),
        ("$19.99, 5 €, 85%, 85 %, US$5, -$5 and $ or %", "$ 19.99 5 € 85 % 85 % us $ 5 -$ 5 and or"),
        ("MP3 3rd v2.10 5'10", "mp3 3rd v2.10 5 10"),
        ("Ｗｉｄｅ １２．５％", "wide 12.5 %"),
        ("三・五 二十･五 3・5 ・5 第一・三十年代 ジョン・スミス", "三.五 二十.五 3.5 5 第一 三十年代 ジョン スミス"),
        ("Straße ﬁn İstanbul", "strasse fin istanbul"),
        ("exam\u00adple zero\u200bwidth", "example zero width"),
    ],
)
def test_words_are(text, expected):
    assert words(text) == expected.split()


def test_characters_leave_a_space_between_digits_alone():
    assert characters("방 2 3, 4층 A 5 -6") == "방2 3 4층a5 -6"
