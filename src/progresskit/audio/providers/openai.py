"""OpenAI's voices and recognisers, and all servers that speak the same API. Needs the extra ``openai``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from progresskit.audio.models import Transcript
from progresskit.audio.providers._vendors import Vendor, file_of, sound_of
from progresskit.errors import MissingDependencyError, STTError, TTSError

try:
    import openai
except ImportError as error:
    raise MissingDependencyError.for_extra(error.name or "openai", "openai") from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from progresskit.audio.models import Audio

__all__ = ["OpenAISTT", "OpenAITTS"]

_PCM_RATE: Final = 24_000
_CUSTOM_VOICE: Final = "voice_"


class _OpenAI(Vendor):
    _key_variable = "OPENAI_API_KEY"

    def __init__(
        self,
        client: openai.OpenAI | openai.AsyncOpenAI | None,
        *,
        api_key: str | None,
        base_url: str | None,
        timeout_s: float,
    ) -> None:
        def make(key: str) -> tuple[openai.OpenAI, Callable[[], object]]:
            made = openai.OpenAI(api_key=key, base_url=base_url, max_retries=0)
            return made, made.close

        # The loop tries again, and it alone: two that do would multiply, and its budget wouldn't know.
        given = None if client is None else client.with_options(max_retries=0)
        super().__init__(given, make, api_key=api_key, timeout_s=timeout_s)

    def _key_of(self, client: Any) -> str | None:
        key: str | None = client.api_key
        return key


class OpenAITTS(_OpenAI):
    """Speaks with a voice of OpenAI, or of a server with the same API (``base_url``).

    The client is the vendor's own; its retries are off, since the loop has them. With an ``AsyncOpenAI`` a call is
    async, and a cancelled one is given up at once.

    Args:
        client: Your ``OpenAI`` or ``AsyncOpenAI`` (or Azure's); it stays yours to close. None = one is made.
        api_key: For the client that is made; None = ``$OPENAI_API_KEY``.
        base_url: Likewise; None = ``$OPENAI_BASE_URL``, or OpenAI itself.
        model: The model that speaks. OpenAI has announced the end of all of its own for January 2027, this
            default included: https://developers.openai.com/api/docs/deprecations
        voice: The voice where the loop is given no ``voice_id``; ``voice_…`` is one that you have made.
        response_format: ``wav`` and ``pcm`` can be measured and joined; ``mp3``, ``opus``, ``aac`` and ``flac``
            are carried as they are.
        settings: Further parameters of the vendor's call: ``{"instructions": "Speak slowly.", "speed": 0.9}``.
        timeout_s: Seconds that an answer may take.

    Attributes:
        cache_id: What a cache tells it from other voices by.

    Raises:
        ValueError: There is no key, or none that could be one.
    """

    _error = TTSError

    def __init__(
        self,
        client: openai.OpenAI | openai.AsyncOpenAI | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str = "gpt-4o-mini-tts",
        voice: str = "alloy",
        response_format: str = "wav",
        settings: Mapping[str, Any] | None = None,
        timeout_s: float = 60,
    ) -> None:
        super().__init__(client, api_key=api_key, base_url=base_url, timeout_s=timeout_s)
        self._voice = voice
        self._options = {**(settings or {}), "model": model, "response_format": response_format}
        self.cache_id = f"OpenAITTS {self._client.base_url} {voice} {sorted(self._options.items())}"
        self._pcm_rate = _PCM_RATE if response_format == "pcm" else None

    def synthesize(self, text: str, *, voice_id: str | None = None) -> Audio | Awaitable[Audio]:
        """Speak a text.

        Args:
            text: What to say; OpenAI takes at most 4096 characters.
            voice_id: The voice; None = the one of this object.

        Returns:
            The sound; of an async client, an awaitable of it.

        Raises:
            TTSError: The vendor refused or didn't answer; ``retryable``, ``status_code`` and ``retry_after_s``
                are as it said. The key is in no message.
        """
        voice: Any = voice_id or self._voice
        if voice.startswith(_CUSTOM_VOICE):
            voice = {"id": voice}
        speech = self._open_client().audio.speech.with_streaming_response
        request = speech.create(**self._options, input=text, voice=voice, timeout=self._timeout_s)
        return self._ask(request, "iter_bytes", self._sound)

    def _sound(self, data: bytes, media_type: str) -> Audio:
        return sound_of(data, type(self).__name__, media_type, self._pcm_rate)


class OpenAISTT(_OpenAI):
    """Writes down speech with a recogniser of OpenAI, or of a server with the same API (``base_url``).

    It is never told what it should hear: no prompt and no keywords are sent.

    Args:
        client: As for :class:`OpenAITTS`.
        api_key: As there.
        base_url: As there.
        model: The model that listens; OpenAI has announced the end of its older ones (``whisper-1``,
            ``gpt-4o-transcribe``…) for February 2027. Other servers often know ``whisper-1`` alone.
        timeout_s: As there.

    Attributes:
        cache_id: What a cache tells it from other recognisers by.

    Raises:
        ValueError: There is no key, or none that could be one.
    """

    _error = STTError

    def __init__(
        self,
        client: openai.OpenAI | openai.AsyncOpenAI | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str = "gpt-transcribe",
        timeout_s: float = 60,
    ) -> None:
        super().__init__(client, api_key=api_key, base_url=base_url, timeout_s=timeout_s)
        self._model = model
        self.cache_id = f"OpenAISTT {self._client.base_url} {model}"

    def transcribe(self, audio: Audio, *, language: str | None = None) -> Transcript | Awaitable[Transcript]:
        """Write down what is heard.

        Args:
            audio: WAV, PCM, or another format that the vendor takes (MP3, M4A, OGG, FLAC, WebM).
            language: BCP 47; its first part is sent. None = the recogniser finds out.

        Returns:
            What was heard; of an async client, an awaitable of it.

        Raises:
            STTError: The sound is broken or only a URL (not retryable); the vendor refused or didn't answer, as
                for :meth:`OpenAITTS.synthesize`.
        """
        options: dict[str, Any] = {"file": file_of(audio, type(self).__name__), "model": self._model}
        options |= {"response_format": "json", "timeout": self._timeout_s}
        if language:
            options["language"] = language.partition("-")[0].lower()
        transcriptions = self._open_client().audio.transcriptions.with_streaming_response
        return self._ask(transcriptions.create(**options), "iter_bytes", self._heard)

    def _heard(self, data: bytes, media_type: str) -> Transcript:
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):  # it may be nested without end
            said = None
        if not isinstance(said, dict) or not isinstance(said.get("text"), str):
            what = f"{media_type or 'bytes'} that are no transcript ({data[:16]!r}…)" if data else "nothing"
            msg = f"{type(self).__name__} answered with {what}: check base_url and the model"
            raise STTError(msg, retryable=not data)
        return Transcript(said["text"])
