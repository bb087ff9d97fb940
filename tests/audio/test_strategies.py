"""Strategies: what they offer for a sentence that failed, and when they have nothing to offer."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio, score
from progresskit.audio.models import Sentence, Take
from progresskit.audio.strategies import OtherVoice, Resample, Respell, Retake, SpokenForm
from progresskit.testing import ScriptedTTS


def failed(text, *spoken, wrong=(), flaw=None):
    """Return a sentence with takes of these texts (the last is the best), of which these words were wrong."""
    takes = tuple(
        Take(
            attempt=number,
            spoken=each,
            audio=Audio(str(number).encode(), "audio/mpeg"),
            accuracy=0.5,
            verdict="failed",
            wrong_words=tuple(wrong),
            flaw=flaw,
        )
        for number, each in enumerate(spoken or (text,), 1)
    )
    return Sentence(text=text, takes=takes, best=takes[-1])


def test_a_new_take_is_of_the_text_that_did_best():
    assert Resample().retake(failed("It's $5."), "en") == Retake("It's $5.")
    assert Resample().retake(failed("It's $5.", "It's $5.", "It's five dollars."), "en") == Retake("It's five dollars.")


def test_a_text_that_fails_in_the_same_words_each_time_gives_way_to_another():
    plain, spoken = "It's $5 in May.", "It's five dollars in May."
    sentence = failed(plain, plain, spoken, wrong=["$"])
    better = [replace(take, accuracy=0.9) for take in sentence.takes[:1]] + list(sentence.takes[1:])
    assert Resample().retake(replace(sentence, takes=tuple(better)), "en") == Retake(plain)
    twice = [better[0], replace(better[0], attempt=2), better[1]]
    assert Resample().retake(replace(sentence, takes=tuple(twice)), "en") == Retake(spoken)


def test_a_word_that_vetoes_weighs_more_than_any_rate():
    text = "The old house by the sea was sold for $5."
    takes = []
    for number, (said, heard) in enumerate(
        [
            (text, "the old house by the sea was sold for a dollar"),
            ("… five dollars", "old house sea sold five dollars"),
        ]
    ):
        judged = score(text, heard)
        audio = Audio(str(number).encode(), "audio/mpeg")
        takes.append(
            Take(attempt=1, spoken=said, audio=audio, accuracy=judged.accuracy, verdict="failed", score=judged)
        )
    assert takes[0].accuracy > takes[1].accuracy
    assert Resample().retake(Sentence(text=text, takes=tuple(takes), best=takes[0]), "en") == Retake("… five dollars")


def test_a_voice_that_says_the_same_each_time_is_not_asked_to():
    assert Resample().retake(failed("Hello.", flaw="identical"), "en") is None


def test_the_spoken_form_is_offered_once_and_only_where_it_differs():
    said = SpokenForm(lambda text, language: text.replace("5", "five" if language == "en" else "cinq"))
    assert said.retake(failed("Take 5. "), "en") == Retake("Take five.")
    assert said.retake(failed("Take 5.", "Take 5.", "Take five."), "en") is None
    assert said.retake(failed("Take it."), "en") is None


@pytest.mark.parametrize(
    ("text", "wrong", "spelled"),
    [
        ("Ask ChatGPT now.", ["ChatGPT"], "Ask Chat G P T now."),
        ("An HTTPServer, an MP3.", ["HTTPServer", "MP3"], "An H T T P Server, an M P 3."),
        ("A well-known NASA fact.", ["well-known"], "A well known NASA fact."),
        ("The 3rd of May.", ["3rd"], "The 3rd of May."),
        ("Nothing here.", ["Nothing"], "Nothing here."),
        ("Use nginx, not Nginxen.", ["nginx"], "Use engine x, not Nginxen."),
        ("NGINX and McAdam", ["NGINX", "McAdam"], "engine x and Mick Adam"),
        ("HELLO", ["HELLO"], "H E L L O"),
        ("IMPORTANT", ["IMPORTANT"], "IMPORTANT"),
        ("He isn't here, isn\u2019t he?", ["isn't"], "He is not here, isn\u2019t he?"),
        ("They'll say I'm late.", ["They'll", "I'm"], "They will say I am late."),
        ("It's all he'd say; it ain't so.", ["It's", "he'd", "ain't"], "It's all he'd say; it ain't so."),
    ],
)
def test_only_the_words_that_failed_are_respelled(text, wrong, spelled):
    table = {"Nginx": "engine x", "McAdam": "Mick Adam"}
    assert Respell(table).respelled(text, wrong, "en") == Respell(table).respelled(text, wrong, None) == spelled


def test_in_korean_latin_words_are_written_in_hangul():
    respell = Respell(form=lambda word, language: {"progress": "프로그레스"}[word] if language == "ko" else word)
    assert respell.respelled("progress 바가 멈췄습니다", ["progress"], None) == "프로그레스 바가 멈췄습니다"


def test_a_respelling_builds_on_what_did_best_and_is_offered_once():
    sentence = failed("$5 for MP3.", "$5 for MP3.", "Five dollars for MP3.", wrong=["MP3"])
    assert Respell().retake(sentence, "en") == Retake("Five dollars for M P 3.")
    again = failed("$5 for MP3.", "Five dollars for M P 3.", "Five dollars for MP3.", wrong=["MP3"])
    assert Respell().retake(again, "en") is None


@pytest.mark.parametrize("table", [{"nginx": None}, {7: "seven"}])
def test_a_table_of_respellings_holds_text(table):
    with pytest.raises(TypeError, match="is no respelling"):
        Respell(table)


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_no_text_breaks_a_respelling(text, words):
    assert isinstance(Respell().respelled(text, words, None), str)


def test_another_voice_may_be_an_id_or_another_tts():
    other = ScriptedTTS()
    assert OtherVoice("amy").retake(failed("Hello."), None) == Retake("Hello.", voice_id="amy")
    assert OtherVoice(other).retake(failed("Hello."), None) == Retake("Hello.", tts=other)
    assert [OtherVoice("amy").name, OtherVoice(other).name] == ["other voice amy", "other voice ScriptedTTS"]
    assert Retake("x", voice_id="amy").voice == "amy"
    assert Retake("x", tts=other).voice == "ScriptedTTS"
    with pytest.raises(TypeError, match="'style'"):
        OtherVoice(lambda _text, style: style)
