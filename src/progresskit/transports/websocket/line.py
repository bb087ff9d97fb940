"""The one connection on which a process's batches go out, kept for as long as it works."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from progresskit.batches import encode_batch, object_from_json, receipt_from_json
from progresskit.errors import DecodeError, TransportError
from progresskit.frames import MAX_BATCH_BYTES
from progresskit.transports.websocket.wire import Wire, WireError

if TYPE_CHECKING:
    from progresskit.frames import Batch, Receipt
    from progresskit.transports.websocket.address import Address

__all__ = ["Line"]

# The content is at fault: it will never be taken.
_FOR_GOOD: Final = frozenset({"bad_request", "invalid_event"})
# The connection's credentials are: a new one may have others.
_WHO_ARE_YOU: Final = frozenset({"expired", "not_authenticated"})


class Line:
    """Sends batches, one at a time, and waits for each one's receipt.

    Args:
        address: The gateway.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._is_closed = False

    def ask(self, batch: Batch) -> Receipt:
        """Send a batch, and return its receipt.

        Raises:
            TransportError: The gateway didn't answer in time, or refused it.
        """
        data = encode_batch(batch)
        if len(data) > MAX_BATCH_BYTES:
            msg = f"a batch of {len(data)} bytes, with all that it says: the limit is {MAX_BATCH_BYTES}"
            raise TransportError(msg, retryable=False)
        # With an end: a handler of a signal may publish while this very thread is inside.
        if not self._lock.acquire(timeout=2 * self._address.timeout_s):
            msg = f"the gateway at {self._address.where} did not answer others in time"
            raise TransportError(msg)
        try:
            return self._insist(batch, data)
        except WireError as error:
            msg = f"the gateway at {self._address.where} can't be published to: {error}"
            raise TransportError(msg) from None
        finally:
            self._release()

    def close(self) -> None:
        """Keep no connection any more; one on which somebody waits for an answer for too long goes with its end."""
        self._is_closed = True
        if self._lock.acquire(timeout=2 * self._address.timeout_s):
            self._release()

    def drop(self) -> None:
        """Close this process's end, after a fork: the connection is the parent's."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.drop()

    def _release(self) -> None:
        """Let the next one in."""
        try:
            if self._is_closed:
                wire, self._wire = self._wire, None
                if wire is not None:
                    wire.close()
        finally:
            self._lock.release()

    def _insist(self, batch: Batch, data: bytes) -> Receipt:
        """Ask once more where a connection that was kept has ended, or its credentials have."""
        was_kept = self._wire is not None
        try:
            return self._exchange(batch, data)
        except WireError as error:
            if not was_kept or error.timed_out:
                raise
        return self._exchange(batch, data)

    def _exchange(self, batch: Batch, data: bytes) -> Receipt:
        works = False
        try:
            if self._wire is None:
                self._wire = Wire(self._address, "/publish", deadline=time.monotonic() + self._address.timeout_s)
            deadline = time.monotonic() + self._address.timeout_s
            self._wire.send(data, deadline)
            answer = self._answer_to(batch.number, self._wire, deadline)
            works = answer.get("code") not in _WHO_ARE_YOU
            return self._receipt(batch, answer)
        except DecodeError as error:
            works = False
            msg = f"it answered what is no receipt: {error}"
            raise WireError(msg) from None
        finally:
            if not works:  # an answer that comes late must not be taken for the next one's
                self.drop()

    def _answer_to(self, number: int, wire: Wire, deadline: float) -> dict[str, Any]:
        while True:
            fields = object_from_json(wire.receive(deadline), "a receipt")
            if fields.get("number") == number:
                return fields

    def _receipt(self, batch: Batch, answer: dict[str, Any]) -> Receipt:
        if answer.get("type") != "error":
            return receipt_from_json(answer)
        code = answer.get("code")
        if code in _WHO_ARE_YOU:
            msg = f"it refuses the credentials ({code})"
            raise WireError(msg)
        said = code if isinstance(code, str) and code.isascii() and code.isidentifier() else "for a reason of its own"
        msg = f"the gateway at {self._address.where} refused a batch of project {batch.project_id}: {said}"
        raise TransportError(msg, retryable=code not in _FOR_GOOD)
