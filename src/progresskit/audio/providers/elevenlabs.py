"""The voices of ElevenLabs. Needs the extra ``elevenlabs``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.providers._vendors import Vendor, sound_of
from progresskit.audio.wav import RATES
from progresskit.errors import MissingDependencyError, TTSError

try:
    import httpx
    from elevenlabs.client import ElevenLabs
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "elevenlabs", "elevenlabs") from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from elevenlabs.client import AsyncElevenLabs

    from progresskit.audio.models import Audio

__all__ = ["ElevenLabsTTS"]

_VOICE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_NO_LANGUAGE: Final = "multilingual_v2"
"""Models of this name find out the language by themselves, and take none."""
_SEEDS: Final = 2**32


class ElevenLabsTTS(Vendor):
    """Speaks with a voice of ElevenLabs.

    The client is the vendor's own; its retries are off, since the loop has them. With an ``AsyncElevenLabs`` a
    call is async, and a cancelled one is given up at once.

    Args:
        client: Your ``ElevenLabs`` or ``AsyncElevenLabs``; it stays yours to close. None = one is made, which
            follows no redirects: those would take the key to another server.
        api_key: For the client that is made; None = ``$ELEVENLABS_API_KEY``.
        base_url: Likewise; None = ElevenLabs itself.
        model: The model that speaks.
        voice: The id of the voice where the loop is given no ``voice_id``; None = then there must be one.
        output_format: ``wav_…`` and ``pcm_…`` can be measured and joined (44100 and above need a larger plan);
            ``mp3_…`` and ``opus_…`` are carried as they are.
        settings: Further parameters of the vendor's call, such as ``voice_settings``.
        timeout_s: Seconds that an answer may take.

    Attributes:
        cache_id: What a cache tells it from other voices by.

    Raises:
        ValueError: There is no key, or none that could be one; or ``output_format`` is PCM of no rate.
    """

    _error = TTSError
    _key_variable = "ELEVENLABS_API_KEY"

    def __init__(
        self,
        client: ElevenLabs | AsyncElevenLabs | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str = "eleven_multilingual_v2",
        voice: str | None = None,
        output_format: str = "wav_24000",
        settings: Mapping[str, Any] | None = None,
        timeout_s: float = 60,
    ) -> None:
        def make(key: str) -> tuple[ElevenLabs, Callable[[], object]]:
            http = httpx.Client(timeout=timeout_s, follow_redirects=False)
            return ElevenLabs(api_key=key, base_url=base_url, httpx_client=http), http.close

        super().__init__(client, make, api_key=api_key, timeout_s=timeout_s)
        self._voice = voice
        self._takes_language = _NO_LANGUAGE not in model
        self._options = {**(settings or {}), "model_id": model, "output_format": output_format}
        kind, _, rate = output_format.partition("_")
        if kind == "pcm" and not (rate.isdecimal() and int(rate) in RATES):
            msg = f"output_format {output_format!r} is not valid: give the rate of a sound, as in pcm_24000"
            raise ValueError(msg)
        self._pcm_rate = int(rate) if kind == "pcm" else None
        self.cache_id = f"ElevenLabsTTS {base_url} {voice} {sorted(self._options.items())}"

    def synthesize(
        self, text: str, *, voice_id: str | None = None, language: str | None = None, seed: int | None = None
    ) -> Audio | Awaitable[Audio]:
        """Speak a text.

        Args:
            text: What to say.
            voice_id: The id of the voice; None = the one of this object.
            language: BCP 47; its first part is sent to the models that take one.
            seed: What the take is drawn from; with the same one it is likely to be the same.

        Returns:
            The sound; of an async client, an awaitable of it.

        Raises:
            TTSError: There is no voice, or its id can't be one (not retryable); the vendor refused or didn't
                answer: ``retryable``, ``status_code`` and ``retry_after_s`` are as it said. The key is in no
                message.
        """
        voice = voice_id or self._voice or ""
        if not _VOICE_ID.fullmatch(voice):  # it becomes a part of a path, and the client doesn't quote it
            msg = f"voice_id {voice!r} is no id of a voice: those are letters and digits, from the vendor's list"
            raise TTSError(msg, retryable=False)
        options = self._options | {"text": text}
        options["request_options"] = {"max_retries": 0, "timeout_in_seconds": self._timeout_s}
        if language and self._takes_language:
            options["language_code"] = language.partition("-")[0].lower()
        if seed is not None:
            options["seed"] = seed % _SEEDS
        convert = self._open_client().text_to_speech.with_raw_response.convert
        return self._ask(convert(voice, **options), "data", self._sound)

    def _sound(self, data: bytes, media_type: str) -> Audio:
        return sound_of(data, type(self).__name__, media_type, self._pcm_rate)

    def _key_of(self, client: Any) -> str | None:
        headers: dict[str, str] = client._client_wrapper.get_headers()  # noqa: SLF001 - it tells its key nowhere else
        return headers.get("xi-api-key")
