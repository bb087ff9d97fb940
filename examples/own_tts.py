"""A voice of your own in the correction loop, and its progress in the terminal.

Needs: pip install 'progresskit[audio,rich]'.
"""

import math
import struct

from progresskit.audio import Audio, AudioCorrectionLoop
from progresskit.integrations.rich import RichReporter

RATE = 16_000


class Beeper:
    """A voice that beeps, standing for yours: it gives raw samples."""

    def synthesize(self, text: str, *, attempt: int) -> Audio:
        """Beep once for each word; higher with each attempt."""
        pitch = 300 + 100 * attempt
        samples = []
        for _word in text.split():
            samples += [int(9_000 * math.sin(2 * math.pi * pitch * n / RATE)) for n in range(RATE // 5)]
            samples += [0] * (RATE // 10)
        return Audio(struct.pack(f"<{len(samples)}h", *samples), "audio/pcm", sample_rate=RATE, channels=1)


class Listener:
    """A recogniser that understands the second beep, standing for yours."""

    def __init__(self) -> None:
        self.heard = 0

    async def transcribe(self, audio: Audio) -> str:
        """Say what was heard; a real one would listen to ``audio``."""
        del audio
        self.heard += 1
        return "nothing at all" if self.heard == 1 else "this is spoken by a voice of my own"


with AudioCorrectionLoop(tts=Beeper(), stt=Listener()) as loop, RichReporter(task_name="speech") as task:
    result = loop.generate_verified_audio("This is spoken by a voice of my own.", on_progress=task.progress)
    task.complete(dict(result))

print(f"accuracy {result.accuracy:.0%} after {result.attempts} attempts, {result.audio.duration_s:.1f} s of sound")
