"""Voices and recognisers that come with adapters, each a module of its own with an extra of its own.

- :mod:`progresskit.audio.providers.elevenlabs`: ``ElevenLabsTTS``, ElevenLabs' voices (extra ``elevenlabs``)
- :mod:`progresskit.audio.providers.faster_whisper`: ``FasterWhisperSTT``, Whisper on this machine (extra
  ``faster-whisper``)
- :mod:`progresskit.audio.providers.openai`: ``OpenAITTS`` and ``OpenAISTT``, OpenAI's and those of servers with the
  same API (extra ``openai``)
- :mod:`progresskit.audio.providers.piper`: ``PiperTTS``, a voice on this machine (extra ``piper``)
- :mod:`progresskit.audio.providers.pocketsphinx`: ``PocketSphinxSTT``, a recogniser on this machine (extra
  ``pocketsphinx``)

Nothing is imported here: each needs packages that may be missing.
"""
