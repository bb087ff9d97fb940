"""What holds for both languages that say numbers in Han characters, Chinese and Japanese."""

from __future__ import annotations

import pytest

from progresskit.audio.readings import ja, zh
from progresskit.audio.readings.han_numbers import LARGEST
from progresskit.audio.readings.ja_numbers import JapaneseWords
from progresskit.audio.readings.zh_numbers import ChineseWords

CHINESE = ["{}", "有{}个", "{}年", "{}室", "{}元", "{}%", "第{}", "3点{}分", "{}分钟", "G{}", "拨打{}"]
JAPANESE = ["{}", "{}個", "{}年", "{}号室", "{}円", "{}日", "{}時", "{}人", "{}つ", "5月{}日", "3時{}分", "{}番に電話"]
CONTEXTS = [*((zh.LANGUAGE, context) for context in CHINESE), *((ja.LANGUAGE, context) for context in JAPANESE)]

HOSTILE = [
    "1:88",
    "9/0",
    "13月32日",
    "25:70",
    "9" * 300,
    "½①²",
    "\u0663\u066b\u0665",
    "零零零",
    "万万",
    "-",
    "~3",
    "3~",
    "$",
    "1.2.3.4.5",
    "一" * 5000,
]


@pytest.mark.parametrize("words", [ChineseWords, JapaneseWords])
def test_names_and_values_are_each_others_inverse(words):
    values = [*range(12_000), 20_002, 10**5, 10**7 + 10, 2 * 10**8, 10**12 + 5, LARGEST - 1]
    assert [words.han.value_of(words.han.say(value)) for value in values] == values


@pytest.mark.parametrize(("language", "context"), CONTEXTS)
def test_no_two_numbers_share_a_reading(language, context):
    said: dict[str, int] = {}
    for number in range(0, 10_000, 7 if context != "{}" else 1):
        text = context.format(number)
        for start, end, spoken in language.readings(text):
            assert said.setdefault(text[:start] + spoken + text[end:], number) == number


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", [zh.LANGUAGE, ja.LANGUAGE])
def test_hostile_numerals_raise_nothing(language, text):
    assert isinstance([*language.readings(text), *language.criticals(text)], list)
