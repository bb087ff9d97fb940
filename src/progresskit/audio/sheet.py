"""The take sheet: one HTML page that shows, and plays, every take of a result."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final

from progresskit.audio.rendering import escaped
from progresskit.audio.scoring import Score
from progresskit.audio.wav import write_wav

if TYPE_CHECKING:
    from collections.abc import Iterable

    from progresskit.audio.models import Audio, Sentence, Take, VerifiedAudio

__all__ = ["take_sheet"]

_STYLE: Final = """
:root{color-scheme:light dark;--page:#fff;--ink:#1b1b1f;--soft:#5c5f66;--line:#d4d7dd;--good:#17653a;--bad:#a3262a}
@media(prefers-color-scheme:dark){:root{--page:#16171a;--ink:#ececf0;--soft:#a6a9b2;--line:#3a3d45;--good:#7fd6a4;
--bad:#ff9d98}}
body{background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;
padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:0}
section{border-top:1px solid var(--line);margin-top:1.5rem;padding-top:1rem}
ol{list-style:none;margin:0;padding:0}
li{border-left:.25rem solid var(--line);margin:1rem 0;padding-left:.75rem}li.best{border-color:var(--good)}
p{margin:.4rem 0}.soft{color:var(--soft)}.passed{color:var(--good)}.failed,.unheard{color:var(--bad)}
del{color:var(--bad)}ins{color:var(--soft)}audio{display:block;max-width:100%;width:24rem}
"""
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; media-src data:; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
)
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_LINKED: Final = re.compile(r"https?://", re.IGNORECASE)


def take_sheet(result: VerifiedAudio) -> str:
    """Return a page that holds all takes of a result, for people who listen themselves.

    It is one file without a script, and loads nothing: the sound is in it. Words that weren't heard are struck
    through, with what was heard instead; each take tells its strategy, accuracy and verdict, and the published ones are
    marked. A take of which only a URL is known is a link, and nobody fetches it.

    Args:
        result: What the loop returned, or the ``best`` of the error that it raised.
    """
    report = result.report
    verdict = "verified" if result.passed else "not verified"
    facts = [
        f"accuracy {result.accuracy:.3f}, target {report.target:g}",
        f"{report.first_pass_rate:.0%} of sentences passed at the first take",
        f"{report.takes} takes, at most {report.attempts} of a sentence",
        f"{report.audio_s:.1f} s of sound made, {report.tts_s:.1f} s in the TTS, {report.stt_s:.1f} s in the STT",
    ]
    body = "".join(_section(number, sentence) for number, sentence in enumerate(result.sentences, 1))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Take sheet: {verdict}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Take sheet: {verdict}</h1>\n{_paragraph(facts, 'soft')}{body}</main>\n</body>\n</html>\n"
    )


def _section(number: int, sentence: Sentence) -> str:
    verdict = "passed" if sentence.passed else sentence.verdict or "not made"
    why = _paragraph([f"Stopped by {sentence.reason}: {sentence.detail}"], "failed") if sentence.reason else ""
    takes = "".join(_item(take, sentence) for take in sentence.takes)
    return (
        f'<section>\n<h2>{number}. <span class="{escaped(verdict)}">{escaped(verdict)}</span></h2>\n'
        f'<p dir="auto">{escaped(sentence.text.strip())}</p>\n{why}<ol>\n{takes}</ol>\n</section>\n'
    )


def _item(take: Take, sentence: Sentence) -> str:
    is_best = take is sentence.best
    facts = [
        f"Take {take.attempt}",
        take.strategy,
        take.voice,
        "" if take.accuracy is None else f"accuracy {take.accuracy:.3f}",
        take.verdict or "nothing to verify",
        take.flaw or "",
        f"heard {len(take.hearings)} times" if len(take.hearings) > 1 else "",
        "published" if is_best else "",
    ]
    as_written = take.spoken == sentence.text.strip()
    spoken = "" if as_written else f'<p class="soft" dir="auto">Spoken: {escaped(take.spoken)}</p>\n'
    heard = (
        take.score.html()
        if isinstance(take.score, Score)
        else f'<p dir="auto">Heard: {escaped(take.transcript)}</p>'
        if take.transcript
        else ""
    )
    return (
        f"<li{' class=best' if is_best else ''}>\n{_paragraph(facts, take.verdict or 'soft')}"
        f"{_player(take)}\n{spoken}{heard}\n</li>\n"
    )


def _player(take: Take) -> str:
    audio = take.audio
    if audio.data:
        data = base64.b64encode(_playable(audio)).decode()
        source = f"data:{_media_type(audio)};base64,{data}"
        return f'<audio controls preload="metadata" aria-label="Take {take.attempt}" src="{source}"></audio>'
    url = escaped(audio.url or "")
    if not _LINKED.match(audio.url or ""):
        return f"<p>{url}</p>"
    return f'<p><a href="{url}" rel="noopener noreferrer">{url}</a></p>'


def _playable(audio: Audio) -> bytes:
    """Return the take as it is; but bare samples, which no browser plays, with a header."""
    try:
        sound = audio.pcm() if audio.kind == "audio/pcm" else None
    except ValueError:
        sound = None
    return audio.data if sound is None else write_wav([sound])


def _media_type(audio: Audio) -> str:
    kind = "audio/wav" if audio.kind == "audio/pcm" else audio.kind
    return kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"


def _paragraph(facts: Iterable[str], kind: str) -> str:
    return f'<p class="{escaped(kind)}">{" · ".join(escaped(fact) for fact in facts if fact)}</p>\n'
