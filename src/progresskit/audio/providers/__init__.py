"""Voices and recognisers that come with adapters, each a module of its own with an extra of its own.

- :mod:`progresskit.audio.providers.piper`: ``PiperTTS``, a voice on this machine (extra ``piper``)
- :mod:`progresskit.audio.providers.pocketsphinx`: ``PocketSphinxSTT``, a recogniser on this machine (extra
  ``pocketsphinx``)

Nothing is imported here: each needs packages that may be missing.
"""
