"""Sentences join to the text, end where a voice would pause, and cost time linear in the text."""
# ruff: noqa: RUF001 - the wide marks of Chinese and Japanese are what is tested

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio.languages import is_dense, language_of
from progresskit.audio.sentences import MAX_DENSE_CHARS, MAX_SENTENCE_CHARS, has_words, split_sentences

PIECES = (
    *(
        "Dr. ",
        "e.g. ",
        "U.S. ",
        "No. 5",
        "3.5",
        "Really?! ",
        "end. ",
        "The ",
        "word ",
        "\n",
        "\n\n",
        "\r\n",
        "  ",
        '"',
        ")",
        "» ",
    ),
    *(
        "...",
        "… ",
        "했다.",
        "그래요? ",
        "네",
        "。",
        "！？",
        "「",
        "」",
        "と",
        "，",
        "v2.10",
        "http://a.b/c?d ",
        "-",
        "🎉",
        "\u0301",
        "\u200d",
    ),
)
texts = st.text() | st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(texts, st.sampled_from((None, "en", "ko-KR", "zh", "ja", "xx")))
def test_the_parts_join_to_the_text_and_none_is_empty(text, language):
    parts = split_sentences(text, language)
    assert "".join(parts) == text
    assert all(parts)


@given(texts)
def test_white_space_stays_with_the_sentence_before_it(text):
    assert not any(part[0].isspace() for part in split_sentences(text)[1:])


@given(texts)
def test_every_part_has_words_where_the_text_has_some(text):
    parts = split_sentences(text)
    if has_words(text) and len(text) <= MAX_DENSE_CHARS:
        assert all(map(has_words, parts))


@given(
    st.lists(texts | st.sampled_from(("long " * 200, "가나다 " * 90, "漢字" * 300, "x" * 999, ", " * 500)), max_size=6)
)
def test_no_part_is_longer_than_the_limit(pieces):
    for part in split_sentences("".join(pieces)):
        assert len(part.strip()) <= MAX_SENTENCE_CHARS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three? Four", ["One. ", "Two! ", "Three? ", "Four"], id="stops"),
        pytest.param("Really?! Yes.", ["Really?! ", "Yes."], id="several marks"),
        pytest.param(
            "Dr. Smith met Mrs. Jones. They talked.", ["Dr. Smith met Mrs. Jones. ", "They talked."], id="titles"
        ),
        pytest.param("Fruit, e.g. Apples, is here. Eat.", ["Fruit, e.g. Apples, is here. ", "Eat."], id="e.g."),
        pytest.param("The U.S. Army left. It rained.", ["The U.S. Army left. ", "It rained."], id="U.S. within"),
        pytest.param(
            "He lives in the U.S. He likes it.", ["He lives in the U.S. ", "He likes it."], id="U.S. at the end"
        ),
        pytest.param("J. R. R. Tolkien wrote. I read.", ["J. R. R. Tolkien wrote. ", "I read."], id="initials"),
        pytest.param("Plan B. The next one.", ["Plan B. ", "The next one."], id="one letter at the end"),
        pytest.param(
            "See No. 5. No. That is Fig. 3. Good.", ["See No. 5. ", "No. ", "That is Fig. 3. ", "Good."], id="No."
        ),
        pytest.param("Come at 5 p.m. The door is open.", ["Come at 5 p.m. ", "The door is open."], id="p.m."),
        pytest.param(
            "Acme Inc. announced it. Acme Inc. The end.",
            ["Acme Inc. announced it. ", "Acme Inc. ", "The end."],
            id="Inc.",
        ),
        pytest.param(
            "It took 5 ms. The rest was quick.", ["It took 5 ms. ", "The rest was quick."], id="a unit is no title"
        ),
        pytest.param(
            "Pi is 3.14. Take v2.10.1 of a.py. Ok.", ["Pi is 3.14. ", "Take v2.10.1 of a.py. ", "Ok."], id="decimals"
        ),
        pytest.param("See https://a.org/b?c=d. Then go.", ["See https://a.org/b?c=d. ", "Then go."], id="addresses"),
        pytest.param('"Stop!" he said. "Go." She left.', ['"Stop!" he said. ', '"Go." ', "She left."], id="quotes"),
        pytest.param("(It ended.) Next [one.] Two.", ["(It ended.) ", "Next [one.] ", "Two."], id="brackets"),
        pytest.param(
            "Well... I think so. It ended... Then we left.",
            ["Well... I think so. ", "It ended... ", "Then we left."],
            id="ellipses",
        ),
        pytest.param("1. First item. 2. Second item.", ["1. First item. ", "2. Second item."], id="list numbers"),
        pytest.param("Great! 🎉 Next. 🎉", ["Great! ", "🎉 Next. 🎉"], id="what has no words joins"),
        pytest.param("  Start. End. \n", ["  Start. ", "End. \n"], id="white space at both ends"),
        pytest.param(
            "안녕하세요. 반갑습니다! 정말요? 네.", ["안녕하세요. ", "반갑습니다! ", "정말요? ", "네."], id="Korean"
        ),
        pytest.param(
            "왔다.그리고 갔다. 정말?그래요.", ["왔다.", "그리고 갔다. ", "정말?", "그래요."], id="Korean without spaces"
        ),
        pytest.param('"가자."라고 말했다. 왔다.', ['"가자."라고 말했다. ', "왔다."], id="a particle behind the quote"),
        pytest.param(
            "그게… 제가 했어요… 그래서 왔어요.", ["그게… 제가 했어요… ", "그래서 왔어요."], id="Korean ellipses"
        ),
        pytest.param("2026. 5. 3. 오후에 만나요. 네.", ["2026. 5. 3. 오후에 만나요. ", "네."], id="Korean dates"),
        pytest.param(
            "가격은 3.5달러입니다. AI v2.5가 나왔습니다.",
            ["가격은 3.5달러입니다. ", "AI v2.5가 나왔습니다."],
            id="mixed",
        ),
        pytest.param(
            "http://a.kr/?검색=가 를 보세요. 네.", ["http://a.kr/?검색=가 를 보세요. ", "네."], id="a query in Hangul"
        ),
        pytest.param("我来了。你好吗？好！走吧", ["我来了。", "你好吗？", "好！", "走吧"], id="Chinese"),
        pytest.param(
            "我……不知道。3.5元。用 Python 3.11。", ["我……不知道。", "3.5元。", "用 Python 3.11。"], id="Chinese mixed"
        ),
        pytest.param(
            "今日は。本当！？「はい。」と言った。", ["今日は。", "本当！？", "「はい。」と言った。"], id="Japanese"
        ),
        pytest.param("「おはよう。」「こんにちは。」", ["「おはよう。」", "「こんにちは。」"], id="Japanese quotes"),
        pytest.param("A title\n\nText. More\n\n\nEnd", ["A title\n\n", "Text. ", "More\n\n\n", "End"], id="paragraphs"),
        pytest.param("제목\n첫 줄\r\n둘째 줄", ["제목\n", "첫 줄\r\n", "둘째 줄"], id="lines"),
        pytest.param("Before.\n\n***\n\nAfter.", ["Before.\n\n***\n\n", "After."], id="a rule between paragraphs"),
        pytest.param(
            "This line was wrapped by an editor at some width\nand goes on here. We met Dr.\nSmith.",
            ["This line was wrapped by an editor at some width\nand goes on here. ", "We met Dr.\n", "Smith."],
            id="wrapped lines",
        ),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n ", [" \n "], id="white space alone"),
        pytest.param("...!", ["...!"], id="no words at all"),
    ],
)
def test_a_sentence_ends_here(text, expected):
    assert split_sentences(text) == expected


def test_a_long_sentence_is_cut_at_its_clauses():
    text = "and so the story goes on, " * 40
    parts = split_sentences(text)
    assert "".join(parts) == text
    assert all(part.endswith(", ") for part in parts)
    assert len(parts) == 3
    assert max(map(len, parts)) - min(map(len, parts)) <= 2 * len("and so the story goes on, ")


def test_a_long_sentence_without_marks_is_cut_between_words():
    assert all(part.split() == ["word"] * len(part.split()) for part in split_sentences("word " * 300))


def test_a_long_korean_sentence_is_cut_sooner_and_an_english_one_beside_it_is_not():
    english = "This sentence is rather long, but " * 10 + "it is English. "
    korean = "우리는 강을 따라 천천히 걸었고 " * 12 + "집에 왔다."
    first, *rest = split_sentences(english + korean, "ko")
    assert first == english
    assert len(rest) == 2
    assert all(len(part.strip()) <= MAX_DENSE_CHARS for part in rest)


def test_a_cut_tears_no_character_from_its_marks():
    for part in split_sentences("e\N{COMBINING ACUTE ACCENT}" * 1000)[1:]:
        assert part[0] == "e"


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        ". ",
        "?!",
        "\n",
        " ",
        " \n",
        '."',
        "A. ",
        "e.g. ",
        "a",
        "가",
        "1. ",
        ", ",
        "2026. 5. 3. ",
        "\u0301",
        "\u200d",
        "(",
        "://?가",
    ],
)
def test_hostile_texts_take_linear_time(unit):
    def seconds(characters):
        text = unit * (characters // len(unit))
        started = time.perf_counter()
        assert "".join(split_sentences(text)) == text
        return time.perf_counter() - started

    small = min(seconds(5_000) for _ in range(3))
    # Eight times the text: quadratic time would be 64 times; the constant forgives a busy machine.
    assert seconds(40_000) < 24 * small + 0.1


@given(st.text())
def test_a_dense_text_is_recognised_in_any_normal_form(text):
    composed, decomposed = (unicodedata.normalize(form, text + "한국어입니다") for form in ("NFC", "NFD"))
    assert is_dense(language_of(composed)) == is_dense(language_of(decomposed))
