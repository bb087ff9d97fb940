"""The offline pair: the voice and the recogniser of a loop that was given none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from progresskit.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["offline_stt", "offline_tts"]


def offline_tts() -> Any:
    """Return a new Piper.

    Raises:
        MissingDependencyError: It is not installed.
    """

    def make() -> Any:
        from progresskit.audio.providers.piper import PiperTTS  # noqa: PLC0415 - only where no voice was given

        return PiperTTS()

    return _made(make)


def offline_stt() -> Any:
    """Return a new PocketSphinx.

    Raises:
        MissingDependencyError: It is not installed.
    """

    def make() -> Any:
        from progresskit.audio.providers.pocketsphinx import PocketSphinxSTT  # noqa: PLC0415 - as above

        return PocketSphinxSTT()

    return _made(make)


def _made(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except MissingDependencyError as error:
        msg = f"{error}; or give the loop your own: AudioCorrectionLoop(tts=…, stt=…)"
        raise MissingDependencyError(msg) from None
