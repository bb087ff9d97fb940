"""Speech that is verified before it ships, and the scores that decide. Needs the extra ``audio``."""

from progresskit.audio.backends import STT, TTS
from progresskit.audio.loop import AudioCorrectionLoop
from progresskit.audio.models import Audio, Budget, Transcript, VerifiedAudio
from progresskit.audio.scoring import Score, Scorer, score

__all__ = [
    "STT",
    "TTS",
    "Audio",
    "AudioCorrectionLoop",
    "Budget",
    "Score",
    "Scorer",
    "Transcript",
    "VerifiedAudio",
    "score",
]
