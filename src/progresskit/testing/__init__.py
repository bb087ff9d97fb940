"""Kits for tests: of your transport, of your speech backends, and of code that reports progress.

Nothing here needs pytest. What needs the extra ``audio`` or ``testing`` says so when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from progresskit.testing.recording import RecordingReporter, capture
from progresskit.testing.transports import TransportHarness, transport_checks

if TYPE_CHECKING:
    from progresskit.testing.audio import ScriptedSTT, ScriptedTTS, check_stt, check_tts
    from progresskit.testing.scorers import check_scorer

__all__ = [
    "RecordingReporter",
    "ScriptedSTT",
    "ScriptedTTS",
    "TransportHarness",
    "capture",
    "check_scorer",
    "check_stt",
    "check_tts",
    "transport_checks",
]

# Speech needs extras that a test of a transport shouldn't ask for: its rooms are opened when they are asked for.
_SPEECH: Final = {
    "ScriptedSTT": "audio",
    "ScriptedTTS": "audio",
    "check_scorer": "scorers",
    "check_stt": "audio",
    "check_tts": "audio",
}


def __getattr__(name: str) -> Any:
    if name in _SPEECH:
        return getattr(import_module(f"{__name__}.{_SPEECH[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
