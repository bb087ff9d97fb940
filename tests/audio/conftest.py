"""What the tests of vendors' adapters share: a server on this machine that speaks the documented APIs of two vendors.

It is a stand-in: it checks a request as the documentation says, answers with a tone that has the text in it, and
hears that text in what is sent to be transcribed. A script of answers makes it fail in any way.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import logging
import threading
import traceback
from typing import Any

import pytest

from progresskit.audio import Audio
from progresskit.testing.audio import text_in, tone

KEY = "sk-0123456789abcdefghij"


class Vendor:
    """A stand-in for OpenAI (``…/v1/audio/…``) and ElevenLabs (``…/v1/text-to-speech/…``).

    Attributes:
        key: The one key that it accepts.
        requests: What it was asked: path, query, headers, and the fields of the body.
        script: Answers for the next requests, in place of the documented ones: a response, or a function that makes
            one of the request.
        sent: Bytes that an endless answer has sent so far.
    """

    key = KEY

    def __init__(self) -> None:
        from starlette.applications import Starlette  # noqa: PLC0415 - only the tests that serve need it
        from starlette.routing import Route  # noqa: PLC0415 - as above

        self.requests: list[dict[str, Any]] = []
        self.script: list[Any] = []
        self.sent = 0
        self.over = threading.Event()
        self.app = Starlette(
            routes=[
                Route("/v1/audio/speech", self._answered(self._openai_speech), methods=["POST"]),
                Route("/v1/audio/transcriptions", self._answered(self._openai_transcription), methods=["POST"]),
                Route("/v1/text-to-speech/{voice_id}", self._answered(self._elevenlabs), methods=["POST"]),
            ]
        )
        self.url = ""

    def _answered(self, documented: Any) -> Any:
        async def endpoint(request: Any) -> Any:
            body = await request.body()
            kind = request.headers["content-type"]
            fields = json.loads(body) if kind == "application/json" else form_of(kind, body)
            asked = {"path": request.url.path, "query": dict(request.query_params), "headers": dict(request.headers)}
            self.requests.append(asked | {"fields": fields})
            if self.script:
                answer = self.script.pop(0)
                return answer() if callable(answer) and not hasattr(answer, "status_code") else answer
            return documented(request, fields)

        return endpoint

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> Any:
        """Make a response: of bytes as they are, of a str as a page, of anything else as JSON."""
        from starlette.responses import HTMLResponse, JSONResponse, Response  # noqa: PLC0415 - as above

        kinds: Any = Response if isinstance(body, bytes) else HTMLResponse if isinstance(body, str) else JSONResponse
        return kinds(body, status, headers)

    def stream(self, pieces: Any, headers: dict[str, str] | None = None, pause_s: float = 0) -> Any:
        """Make a response that comes piece by piece; with an endless iterable it never ends."""
        from starlette.responses import StreamingResponse  # noqa: PLC0415 - as above

        async def body() -> Any:
            for piece in pieces:
                if self.over.is_set():
                    return
                self.sent += len(piece)
                yield piece
                await asyncio.sleep(pause_s)

        return StreamingResponse(body(), media_type="audio/wav", headers=headers)

    def hang(self) -> Any:
        """Make a response that never begins."""
        return Hanging(self.over)

    def _openai_speech(self, request: Any, fields: dict[str, Any]) -> Any:
        if refusal := self._openai_refusal(request, fields, {"model", "input", "voice"}):
            return refusal
        sound = tone(fields["input"], number=len(self.requests))
        if fields.get("response_format") == "pcm":
            return self.answer(200, bytes(sound.pcm().frames), {"content-type": "audio/pcm"})
        return self.answer(200, sound.data, {"content-type": "audio/wav"})

    def _openai_transcription(self, request: Any, fields: dict[str, Any]) -> Any:
        if refusal := self._openai_refusal(request, fields, {"model", "file"}):
            return refusal
        return self.answer(200, {"text": text_in(Audio(fields["file"][1]))})

    def _openai_refusal(self, request: Any, fields: dict[str, Any], needed: set[str]) -> Any:
        token = request.headers.get("authorization", "")
        if token != f"Bearer {self.key}":
            message = f"Incorrect API key provided: {token.removeprefix('Bearer ')}."
            return self.answer(401, {"error": {"message": message, "code": "invalid_api_key", "param": None}})
        if missing := needed - fields.keys():
            return self.answer(400, {"error": {"message": f"Missing required parameter: {missing}", "code": None}})
        return None

    def _elevenlabs(self, request: Any, fields: dict[str, Any]) -> Any:
        if request.headers.get("xi-api-key") != self.key:
            detail = {"status": "invalid_api_key", "message": f"Invalid API key {request.headers.get('xi-api-key')}"}
            return self.answer(401, {"detail": detail})
        if "text" not in fields:
            return self.answer(422, {"detail": [{"loc": ["body", "text"], "msg": "Field required", "type": "missing"}]})
        sound = tone(fields["text"], number=len(self.requests))
        if request.query_params.get("output_format", "mp3").startswith("pcm"):
            return self.answer(200, bytes(sound.pcm().frames), {"content-type": "audio/pcm"})
        return self.answer(200, sound.data, {"content-type": "audio/wav"})


class Hanging:
    """An answer that never begins, until the server is to end."""

    status_code = None

    def __init__(self, over: threading.Event) -> None:
        self._over = over

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while not self._over.is_set():  # noqa: ASYNC110 - the event is a thread's
            await asyncio.sleep(0.02)


def form_of(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a multipart form: a str, or name, content and media type of a file."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message: Any = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        file = part.get_filename()
        fields[name] = (file, content, part.get_content_type()) if file else content.decode()
    return fields


@pytest.fixture
def vendor(serve):
    """Run the stand-in for vendors' APIs."""
    vendor = Vendor()
    vendor.url = serve(vendor.app, log_level="critical")
    yield vendor
    vendor.over.set()


@pytest.fixture
def tells_no_key(caplog):
    """Return ``tells_no_key(error)``, which fails where the key stands in an error, its traceback or any log."""
    caplog.set_level(logging.DEBUG)

    def check(error: BaseException, *, logs: bool = True) -> None:
        told = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error)
        told += caplog.text if logs else ""
        assert "TTSError" in told or "STTError" in told
        assert KEY not in told

    return check
