"""How the gateway says no: an HTTP status or a close code, a word for programs, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.responses import JSONResponse

__all__ = [
    "BAD_REQUEST",
    "CLOSING",
    "EXPIRED",
    "FOREIGN_ORIGIN",
    "INTERNAL",
    "METHOD_NOT_ALLOWED",
    "NOT_AUTHENTICATED",
    "NOT_FOUND",
    "NOT_JSON",
    "NOT_LIVE",
    "NOT_TAKEN",
    "STORE_UNAVAILABLE",
    "TOO_LARGE",
    "TOO_MANY",
    "TOO_MANY_BATCHES",
    "Refusal",
    "Refused",
    "invalid_event",
    "malformed",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of the protocol.

    Args:
        status: The HTTP status.
        close_code: The close code of a socket.
        code: The word for programs; also the reason of a close.
        error: The sentence for people; it never holds what a client or a host said in confidence.
        retry_after_s: Seconds after which the same request may do better.
    """

    status: int
    close_code: int
    code: str
    error: str
    retry_after_s: int | None = None

    def response(self) -> JSONResponse:
        """Return the refusal as an HTTP response."""
        headers = {}
        if self.retry_after_s is not None:
            headers["retry-after"] = str(self.retry_after_s)
        if self.status == 401:  # noqa: PLR2004 - RFC 9110, 15.5.2: a 401 names a scheme
            headers["www-authenticate"] = "Bearer"
        return JSONResponse({"error": self.error, "code": self.code}, self.status, headers)


class Refused(Exception):  # noqa: N818 - it names what happens to the request; it never leaves the gateway
    """Raised inside the gateway to answer with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.error)
        self.refusal = refusal


BAD_REQUEST: Final = Refusal(400, 4400, "bad_request", "The request is malformed.")
NOT_JSON: Final = replace(BAD_REQUEST, error="A POST takes a body of application/json, and nothing else.")
NOT_AUTHENTICATED: Final = Refusal(401, 4401, "not_authenticated", "Credentials are missing or not valid.")
EXPIRED: Final = Refusal(401, 4408, "expired", "The credentials have expired: fetch new ones and come back.")
FOREIGN_ORIGIN: Final = Refusal(403, 4400, "foreign_origin", "This origin is not allowed here.")
NOT_FOUND: Final = Refusal(404, 4404, "not_found", "There is nothing here, or nothing for you.")
METHOD_NOT_ALLOWED: Final = Refusal(405, 4400, "method_not_allowed", "This route does not take that method.")
NOT_LIVE: Final = Refusal(409, 4400, "not_live", "The task has no live run that could be asked to stop.")
TOO_LARGE: Final = Refusal(413, 1009, "too_large", "The body is too large: send less at once.")
NOT_TAKEN: Final = Refusal(422, 4400, "not_taken", "The store refuses it for good. The server's log says why.")
TOO_MANY: Final = Refusal(429, 4429, "too_many", "Too many connections: close some, or come back later.", 10)
TOO_MANY_BATCHES: Final = Refusal(429, 4429, "too_many", "Too many batches at once: wait for their receipts.", 1)
INTERNAL: Final = Refusal(500, 1011, "internal", "The server failed to answer. Its log says why.")
STORE_UNAVAILABLE: Final = Refusal(503, 1012, "store_unavailable", "The store does not answer.", 2)
CLOSING: Final = Refusal(503, 1012, "closing", "The server is about to restart.", 1)


def malformed(sentence: str) -> Refusal:
    """Refuse a request that can't be read, and say to whom sent it what is wrong with it."""
    return replace(BAD_REQUEST, error=f"The request is malformed: {sentence}.")


def invalid_event(sentence: str) -> Refusal:
    """Refuse a batch that can be read, but says what no store may take."""
    return Refusal(422, 4400, "invalid_event", f"Nothing of the batch was taken: {sentence}.")
