"""Typed, trustworthy progress from long tasks to the people who wait for them.

The names that most programs need. Gateways are in :mod:`progresskit.web`, verified speech in
:mod:`progresskit.audio`, hosts in :mod:`progresskit.integrations`, and what tests need in
:mod:`progresskit.testing`.
"""

import logging as _logging

from progresskit._version import __version__
from progresskit.errors import (
    BackendError,
    DecodeError,
    MissingDependencyError,
    NotAuthenticated,
    ProgressKitError,
    RunCancelled,
    STTError,
    TransportError,
    TTSError,
    VerificationFailed,
)
from progresskit.events import CompletedEvent, Cursor, ErrorEvent, Event, ProgressEvent, Status, StatusEvent
from progresskit.hub import Hub
from progresskit.publisher import Publisher
from progresskit.reporter import NullReporter, ProgressReporter, Reporter, Stage, TeeReporter
from progresskit.state import Snapshot, TaskState
from progresskit.subscription import subscribe, wait, watch
from progresskit.transports import MemoryTransport, Transport, transport_from_url

__all__ = [
    "BackendError",
    "CompletedEvent",
    "Cursor",
    "DecodeError",
    "ErrorEvent",
    "Event",
    "Hub",
    "MemoryTransport",
    "MissingDependencyError",
    "NotAuthenticated",
    "NullReporter",
    "ProgressEvent",
    "ProgressKitError",
    "ProgressReporter",
    "Publisher",
    "Reporter",
    "RunCancelled",
    "STTError",
    "Snapshot",
    "Stage",
    "Status",
    "StatusEvent",
    "TTSError",
    "TaskState",
    "TeeReporter",
    "Transport",
    "TransportError",
    "VerificationFailed",
    "__version__",
    "subscribe",
    "transport_from_url",
    "wait",
    "watch",
]

_logging.getLogger("progresskit").addHandler(_logging.NullHandler())
