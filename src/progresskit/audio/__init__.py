"""Speech that is verified before it ships, and the scores that decide. Needs the extra ``audio``."""

from progresskit.audio.backends import STT, TTS
from progresskit.audio.calibration import Calibration, calibrate
from progresskit.audio.loop import AudioCorrectionLoop
from progresskit.audio.models import Audio, Budget, Transcript, VerifiedAudio
from progresskit.audio.relisten import Relisten
from progresskit.audio.scoring import Score, Scorer, score
from progresskit.audio.sheet import take_sheet
from progresskit.audio.spoken import spoken_form
from progresskit.audio.strategies import OtherVoice, Resample, Respell, Retake, SpokenForm, Strategy

__all__ = [
    "STT",
    "TTS",
    "Audio",
    "AudioCorrectionLoop",
    "Budget",
    "Calibration",
    "OtherVoice",
    "Relisten",
    "Resample",
    "Respell",
    "Retake",
    "Score",
    "Scorer",
    "SpokenForm",
    "Strategy",
    "Transcript",
    "VerifiedAudio",
    "calibrate",
    "score",
    "spoken_form",
    "take_sheet",
]
