"""The take sheet: every take can be heard, nothing foreign gets out of its place, and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import hypothesis.strategies as st
import pytest
from hypothesis import given

from progresskit.audio import Audio, AudioCorrectionLoop
from progresskit.audio.models import Report, Sentence, Take, VerifiedAudio
from progresskit.audio.sheet import take_sheet
from progresskit.audio.strategies import Resample, Respell
from progresskit.testing import ScriptedSTT, ScriptedTTS

VOID = {"meta"}


class Page(HTMLParser):
    """A page as a browser reads it: its tags, attributes and text; whatever isn't closed in order is an error."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.said, self._open = [], "", []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.said += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def made(stt=(), *, tts=(), text="Hello there my friends. How are you all today?", **options):
    with AudioCorrectionLoop(tts=ScriptedTTS(tts), stt=ScriptedSTT(stt), on_fail="best", **options) as loop:
        return loop.generate_verified_audio(text, max_attempts=3)


def one(take, text="Hello."):
    counts = dict.fromkeys(("attempts", "takes", "cached", "retries", "characters"), 1)
    report = Report(target=0.95, first_pass_rate=0.0, audio_s=0.0, tts_s=0.0, stt_s=0.0, elapsed_s=0.0, **counts)
    sentence = Sentence(text=text, takes=(take,), best=take)
    return VerifiedAudio(audio_url=None, accuracy=0.0, attempts=1, audio=None, sentences=[sentence], report=report)


def test_every_take_is_in_the_page_and_can_be_played():
    heard = ["hello bear my friends", "how are you all today", "hello there my friends"]
    result = made(heard, strategies=[Respell({"there": "thair"}), Resample()], concurrency=1)
    page = Page(take_sheet(result))
    takes = [take for sentence in result.sentences for take in sentence.takes]
    assert len(takes) == 3
    played = [each["src"] for each in page.all("audio")]
    assert [base64.b64decode(each.removeprefix("data:audio/wav;base64,")) for each in played] == [
        take.audio.data for take in takes
    ]
    assert all("controls" in each for each in page.all("audio"))
    for said in ("respelling", "accuracy 0.750", "accuracy 1.000", "failed", "published", "thair", "50% of sentences"):
        assert said in page.said
    assert len(page.all("del")) == len(page.all("ins")) == 1


def test_why_a_sentence_was_given_up_is_said():
    result = made(["hello bear my friends"] * 2, text="Hello there my friends.", strategies=[Resample()])
    page = Page(take_sheet(result))
    assert "Stopped by same_words_failed: the same words failed in two takes running: 'there'" in page.said
    assert "not verified" in page.said


def test_a_flaw_is_said():
    silent = Audio(b"\0\0" * 16_000, "audio/pcm", sample_rate=16_000, channels=1)
    page = Page(take_sheet(made(tts=[silent])))
    assert "silent" in page.said
    data = base64.b64decode(page.all("audio")[0]["src"].removeprefix("data:audio/wav;base64,"))
    assert data.startswith(b"RIFF"), "bare samples have a header here, or no browser plays them"


@pytest.mark.parametrize("frames", [b"\1\2\3", b"\1\2" * 5], ids=["broken", "not whole frames"])
def test_bare_samples_that_are_broken_are_shown_as_they_are(frames):
    audio = Audio(frames, "audio/pcm", sample_rate=8_000, channels=4)
    page = Page(take_sheet(one(Take(attempt=1, spoken="Hello.", audio=audio, accuracy=0.0, verdict="failed"))))
    assert base64.b64decode(page.all("audio")[0]["src"].partition(",")[2]) == frames


def test_the_page_loads_nothing_and_runs_nothing():
    source = take_sheet(made())
    page = Page(source)
    assert page.all("script") == page.all("link") == page.all("img") == page.all("iframe") == []
    (policy,) = [each["content"] for each in page.all("meta") if "http-equiv" in each]
    style = re.search("<style>(.*?)</style>", source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; media-src data:; style-src 'sha256-{digest}'")
    assert "url(" not in style
    attributes = {name for _, each in page.tags for name in each}
    assert not any(name == "style" or name.startswith("on") for name in attributes)
    assert "prefers-color-scheme:dark" in style
    assert any(each.get("name") == "viewport" for each in page.all("meta"))


URLS = [("https://example.com/a?b=1&c=2", 1), ("javascript:alert(1)", 0), ("s3://x", 0)]


@pytest.mark.parametrize(("url", "links"), URLS)
def test_a_url_is_a_link_at_most(url, links):
    page = Page(take_sheet(one(Take(attempt=1, spoken="Hello.", audio=Audio(url=url), accuracy=0.0, verdict="failed"))))
    assert page.all("audio") == []
    assert [each["href"] for each in page.all("a")] == [url] * links
    assert url in page.said


hostile = st.text(max_size=30) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</li></ol><b>", "\0\x1b[31m\ud800", "<!--", "&lt;"]
)


@given(hostile, hostile, hostile, hostile, hostile)
def test_nothing_foreign_gets_out_of_its_place(text, transcript, strategy, media_type, url):
    take = Take(
        attempt=1,
        spoken=text,
        strategy=strategy,
        voice=url,
        transcript=transcript,
        audio=Audio(b"x", media_type, url=url),
        accuracy=0.0,
        verdict="failed",
    )
    source = take_sheet(one(take, text))
    source.encode()
    page = Page(source)
    harmless = Take(attempt=1, spoken="a", transcript="b", audio=Audio(b"x"), accuracy=0.0, verdict="failed")
    plain = Page(take_sheet(one(harmless)))
    with_heard = [tag for tag, _ in page.tags]
    assert [tag for tag, _ in plain.tags if tag != "p"] == [tag for tag in with_heard if tag != "p"]
    assert all(each["src"].startswith("data:") for each in page.all("audio"))
    assert re.fullmatch(r"data:[a-z0-9.+-]+/[a-z0-9.+-]+;base64,eA==", page.all("audio")[0]["src"])
