"""Every error that progresskit raises, under one root.

::

    ProgressKitError
    ├── MissingDependencyError   (also ImportError)   an extra is not installed
    ├── DecodeError              (also ValueError)    bytes that are no valid event, frame or batch
    ├── TransportError                                the store did not take it, or did not answer
    ├── RunCancelled                                  somebody asked this run to stop
    ├── NotAuthenticated                              the gateway does not know who asks
    ├── BackendError                                  a speech backend failed
    │   ├── TTSError
    │   └── STTError
    └── VerificationFailed                            no take of the speech reached the target

Values that break a documented rule raise plain ``ValueError``, wrong types ``TypeError``.

Errors cross process borders (a Celery result backend pickles them), so each can be rebuilt from its
message alone: the message comes first, and everything else has a default and travels with the
instance's ``__dict__``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BackendError",
    "DecodeError",
    "MissingDependencyError",
    "NotAuthenticated",
    "ProgressKitError",
    "RunCancelled",
    "STTError",
    "TTSError",
    "TransportError",
    "VerificationFailed",
]


class ProgressKitError(Exception):
    """Root of all errors that progresskit raises on purpose."""


class MissingDependencyError(ProgressKitError, ImportError):
    """An optional dependency is missing; the message holds the exact line that installs it.

    Args:
        message: What is missing. :meth:`for_extra` words it.
    """

    @classmethod
    def for_extra(cls, package: str, extra: str) -> MissingDependencyError:
        """Word the error for a package that belongs to one of progresskit's extras.

        Args:
            package: The import name that could not be imported.
            extra: The extra of progresskit that installs it.
        """
        return cls(f"{package!r} is not installed. Install it with: pip install 'progresskit[{extra}]'")


class DecodeError(ProgressKitError, ValueError):
    """Bytes that are not a valid event, frame, batch or receipt."""


class TransportError(ProgressKitError):
    """A transport could not do what it was asked.

    Args:
        message: What happened, without secrets.
        retryable: True where the connection is at fault, so that the same call may work later; False
            where the content is, so that it never will.
    """

    def __init__(self, message: str = "", *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class RunCancelled(ProgressKitError):  # noqa: N818 - it names what happened to the run, as asyncio.CancelledError does
    """Somebody asked this run to stop; raised by ``raise_if_cancelled()`` and by ``track()``.

    An ``Exception`` on purpose: a ``BaseException`` would end a Celery worker.
    """


class NotAuthenticated(ProgressKitError):  # noqa: N818 - the name of the fact; hosts raise it from ``authorize``
    """Raised from an ``authorize`` callable: we do not know who is asking (401, close code 4401)."""


class BackendError(ProgressKitError):
    """A speech backend failed.

    Args:
        message: What happened, without secrets.
        retryable: Whether the same call may succeed later.
        retry_after_s: Seconds to wait before the next try, where the backend said so.
        status_code: The HTTP status of the backend's answer, where there was one.

    Attributes:
        best: What the correction loop had made so far (a ``VerifiedAudio`` whose ``passed`` is False); None
            where there is none.
    """

    best: Any = None

    def __init__(
        self,
        message: str = "",
        *,
        retryable: bool = True,
        retry_after_s: float | None = None,
        status_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.status_code = status_code


class TTSError(BackendError):
    """Speech could not be made."""


class STTError(BackendError):
    """Speech could not be transcribed."""


class VerificationFailed(ProgressKitError):  # noqa: N818 - public name
    """No take reached the target within the budget.

    Args:
        message: What failed, and by how much.
        best: The best result there is (a ``VerifiedAudio`` whose ``passed`` is False).
        attempts: The most attempts that any sentence took.
        failing_words: Words of the text that were not heard in the best takes.
        reason: Why the loop stopped: for example ``"budget"``, ``"identical_takes"`` or ``"unheard"``.
    """

    def __init__(
        self,
        message: str = "",
        *,
        best: Any = None,
        attempts: int = 0,
        failing_words: Sequence[str] = (),
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self.best = best
        self.attempts = attempts
        self.failing_words = tuple(failing_words)
        self.reason = reason
