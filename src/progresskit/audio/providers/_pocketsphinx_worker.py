"""The process that recognises: PocketSphinx holds the interpreter's lock for a whole clip, here it holds up nobody.

Run as a script, and not imported: it needs nothing of progresskit, so that it starts soon. On stdin come clips, on
stdout go answers, each behind its length in four bytes: 16-bit samples at 16 kHz in one channel, and JSON. It ends
with its stdin, so with its parent, however that ends.
"""

import json
import os
import struct
import sys


def main() -> None:
    """Answer clips until stdin ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the engine prints must not get among the answers
    clips = sys.stdin.buffer

    from pocketsphinx import Decoder  # noqa: PLC0415 - after stdout is out of its reach

    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    while len(head := clips.read(4)) == 4:  # noqa: PLR2004 - the length's own
        (size,) = struct.unpack(">I", head)
        clip = clips.read(size)
        if len(clip) < size:
            return
        text = ""
        if clip:
            decoder.start_utt()
            # A whole utterance at once: the engine then takes its mean from this clip alone, and none before it.
            decoder.process_raw(clip, full_utt=True)
            decoder.end_utt()
            heard = decoder.hyp()
            text = heard.hypstr if heard is not None else ""
        answer = json.dumps({"text": text}).encode()
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
