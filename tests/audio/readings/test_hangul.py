"""Latin words, letters and digits are told by sound from their Hangul."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio import score
from progresskit.audio.readings.base import Reading
from progresskit.audio.readings.hangul import matches, sounds_like, spoken_letters, usual, usual_readings
from progresskit.audio.readings.hangul_words import PARTS, WORDS

texts = st.text() | st.text(st.sampled_from("aeiou bcdghlnrstxyzABC019-'&.é가바버프로그레스엠피쓰리ß½١"))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("AI", ["에이아이"]),
        ("ai", ["에이아이"]),
        ("MP3", ["엠피쓰리", "엠피스리", "엠피삼"]),
        ("5G", ["파이브지", "파이브쥐", "오지", "오쥐"]),
        ("PC", ["피시", "피씨"]),
    ],
)
def test_letters_are_spoken(token, expected):
    assert spoken_letters(token) == expected


@pytest.mark.parametrize(
    ("token", "spoken"),
    [
        ("H100", "에이치백"),
        ("H100", "에이치일공공"),
        ("H100", "에이치원헌드레드"),
        ("S24", "에스이십사"),
        ("S24", "에스트웬티포"),
        ("x007", "엑스공공칠"),
        ("RTX4090", "아르티엑스사천구십"),
        ("A10010", "에이일공공일공"),
    ],
)
def test_digits_beside_letters_are_spoken(token, spoken):
    assert spoken in spoken_letters(token)


@pytest.mark.parametrize("token", ["", "가", "é", "a-b", "½", "a\u0661", "a" * 41])
def test_nothing_is_spoken_for(token):
    assert spoken_letters(token) == []


def test_no_two_numbers_beside_a_letter_are_spoken_alike():
    spoken: dict[str, int] = {}
    for number in range(10_000):
        for said in spoken_letters(f"A{number}"):
            assert spoken.setdefault(said, number) == number


@pytest.mark.parametrize(
    ("latin", "expected"),
    [
        ("YouTube", "유튜브"),
        ("wi-fi", "와이파이"),
        ("Model", "모델"),
        ("KTX", "케이티엑스"),
        ("EU", "이유"),
        ("NASA", "나사"),
        ("TABLES", None),
        ("MP3", "엠피쓰리"),
        ("https", "에이치티티피에스"),
        ("glorp", None),
        ("", None),
        ("모델", None),
    ],
)
def test_the_usual_spelling_is(latin, expected):
    assert usual(latin) == expected


@pytest.mark.parametrize(
    ("latin", "hangul"),
    [
        ("progress bar", "프로그레스바"),
        ("modeling", "모델링"),
        ("updates", "업데이츠"),
        ("servers", "서버즈"),
        ("service", "써비스"),
        ("openai", "오픈에이아이"),
        ("CHATGPT", "챗지피티"),
        ("GPT-4o", "지피티포오"),
        ("AT&T", "에이티앤티"),
        ("café", "카페"),
    ],
)
def test_forms_mixtures_and_rows_of_words_sound_like(latin, hangul):
    assert sounds_like(latin, hangul)


@pytest.mark.parametrize(
    ("text", "other", "spoken"),
    [
        ("progress bar가 멈췄습니다", "프로그레스 바가 멈췄습니다", ["프로그레스", "바"]),
        ("progress bar가 멈췄습니다", "프로그레스바가 멈췄습니다", ["프로그레스", "바"]),
        ("이 모델은 GPT-4입니다", "이 모델은 지피티 사입니다", ["지피티사", "지피티"]),
        ("새 MP3", "새 엠피3", ["엠피"]),
        ("Windows를", "윈도우즈를", ["윈도우즈", "윈도우", "윈도"]),
        ("model을", "모듈을", []),
        ("YouTube", "유, 튜브", []),
        ("YouTube", "YouTube", []),
        ("유튜브", "유튜브", []),
    ],
)
def test_words_are_found(text, other, spoken):
    assert [reading.spoken for reading in matches(text, other)] == spoken


def test_a_reading_is_of_the_word_without_its_particle():
    assert list(matches("이 YouTube에서", "이 유튜브에서")) == [Reading(2, 9, "유튜브")]


def test_usual_readings_are_of_the_words_that_are_known():
    assert list(usual_readings("새 YouTube의 glorp")) == [Reading(2, 9, "유튜브")]


@given(texts, texts)
def test_no_text_raises_and_readings_are_of_its_pieces(text, other):
    joined = "".join(other.split())
    for reading in matches(text, other):
        assert 0 <= reading.start < reading.end <= len(text)
        assert reading.spoken in joined
        assert sounds_like(text[reading.start : reading.end], reading.spoken)
    assert isinstance(sounds_like(text, other), bool)
    assert isinstance(usual(text), str | None)
    assert all(spoken_letters(text))


@pytest.mark.parametrize("hostile", ["a" * 10_000, "aA" * 5_000, "a-" * 5_000, "a1" * 5_000, "ab " * 3_000])
def test_hostile_tokens_are_answered(hostile):
    list(matches(hostile, "아에이비" * 2_500))
    assert not sounds_like(hostile, "아" * 10_000)


def test_the_table_is_in_small_letters_and_hangul():
    assert all(word.isascii() and word.islower() for word in [*WORDS, *PARTS])
    assert all(spellings and all("가" <= char <= "힣" for char in "".join(spellings)) for spellings in WORDS.values())


@pytest.mark.parametrize(("one", "other"), [("3.5mm", "35mm"), ("1.5GB", "15GB"), ("2.5D", "25D")])
def test_a_point_in_a_number_is_never_passed_over(one, other):
    text = "이 장치의 크기는 {}입니다."
    for said, heard in ((one, other), (other, one)):
        assert score(text.format(said), text.format(heard), language="ko").verdict(0.95) != "passed"
