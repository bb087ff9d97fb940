"""What users write against the public names alone; never run, but checked by ``mypy --strict``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import HTTPConnection

from progresskit import (
    CompletedEvent,
    Cursor,
    Event,
    Hub,
    MemoryTransport,
    NullReporter,
    ProgressEvent,
    ProgressReporter,
    Publisher,
    Reporter,
    RunCancelled,
    Snapshot,
    Stage,
    Status,
    TaskState,
    TeeReporter,
    Transport,
    TransportError,
    subscribe,
    transport_from_url,
    wait,
    watch,
)
from progresskit.audio import Audio, AudioCorrectionLoop, Budget, Scorer, Transcript, VerifiedAudio, score
from progresskit.errors import STTError, TTSError, VerificationFailed
from progresskit.integrations.manager import configure, get_websocket_manager
from progresskit.integrations.rich import RichReporter, track
from progresskit.testing import RecordingReporter, ScriptedSTT, ScriptedTTS, capture
from progresskit.transports import Batch, Receipt, Run
from progresskit.web import Action, Gateway, Grant, Limits, NotAuthenticated, allow_anyone, bearer_token


def encode(progress: ProgressReporter) -> None:
    progress.progress(0.5, "half", {"k": 1})
    progress.progress(None, "who knows")
    progress.status("retrying", "429")
    progress.complete({"url": "x"})
    progress.fail("no", code="c", details={"k": [1]})


def report(publisher: Publisher) -> bool:
    with publisher.task("p", "t", run_id="r", complete_on_exit=False) as task:
        stage: Stage = task.stage("render", weight=3)
        with stage:
            frame: int
            for frame in stage.track(range(3), "frames", total=3):
                stage.progress(frame / 3)
        stage.update(2, total=10, message="m", metadata={})
        if task.cancel_requested or task.superseded:
            task.raise_if_cancelled()
        name: str = task.task_name
        run: str | None = task.run_id
        print(name, run, task.project_id)
        encode(task)
        return task.flush(timeout_s=1)


async def areport(publisher: Publisher, lines: AsyncIterator[str]) -> None:
    async with publisher.task("p", "t") as task:
        line: str
        async for line in task.track(lines, total=3):
            print(line)
        async with task.stage("s") as stage:
            stage.progress(1.0)
        await task.aflush(1)


def everywhere(events: list[Event]) -> None:
    reporters: list[Reporter] = [Reporter(events.append), NullReporter(), RichReporter(), RecordingReporter()]
    with TeeReporter(*reporters) as tee:
        encode(tee)
    try:
        for item in track(["a"], "Working"):
            print(item.upper())
    except RunCancelled:
        pass


async def read(transport: Transport) -> None:
    async with subscribe(transport, "p", after="e:1") as items:
        async for item in items:
            if isinstance(item, Snapshot):
                state: TaskState | None = item.get("t")
                print(state and state.progress)
            elif isinstance(item, ProgressEvent):
                print(item.eta_s)
            elif isinstance(item, CompletedEvent):
                print(item.result)
    async with watch("memory://", "p", after=Cursor("e", 1)) as snapshots:
        async for snapshot in snapshots:
            print(snapshot.cursor.offset, snapshot.resumed)
    final = await wait(transport, "p", "t", timeout_s=1)
    status: Status = final.status
    print(status)


def publish(transport: Transport) -> Receipt | None:
    try:
        return transport.publish(Batch("p", "me", 1, held=(Run("t", "r"),)))
    except TransportError as error:
        print(error.retryable)
        return None


async def authorize(connection: HTTPConnection, project_id: str | None, action: Action) -> Grant | None:
    if bearer_token(connection) is None:
        raise NotAuthenticated
    return Grant("ana", expires_at=1e10) if project_id == "p" and action == "watch" else None


def serve() -> list[Gateway]:
    hub = Hub(MemoryTransport())
    print(hub.connections("p"), hub.connections())
    return [
        Gateway(hub, authorize=authorize, allow_origins=["https://a.example"], limits=Limits(), inline_sends=False),
        Gateway("memory://", authorize=allow_anyone),
        Gateway("memory://", authorize=lambda connection, project_id, action: action == "watch"),
    ]


class Voice:
    def generate(self, text: str, voice_id: str) -> str:
        return f"https://example.com/{voice_id}/{text}"


class Ear:
    async def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        return Transcript(audio.media_type, language=language)


def speak(callback: Any) -> VerifiedAudio:
    with AudioCorrectionLoop(tts=Voice().generate, stt=Ear(), budget=Budget(attempts=3)) as loop:
        try:
            return loop.generate_verified_audio("Hello.", "joe", 5, 0.95, callback, language="en")
        except (TTSError, STTError) as error:
            print(error.retry_after_s, error.status_code)
            raise
        except VerificationFailed as failed:
            print(failed.attempts, failed.failing_words, failed.reason)
            best: VerifiedAudio = failed.best
            return best


def judge() -> float:
    scored = score("Hello there.", "hello", language="en", must_say=["hello"])
    print(scored.wer, scored.cer, scored.verdict(0.95), scored.text(), scored.html(), scored.json())
    return Scorer(language="ko")("안녕", "안녕").accuracy


async def facade() -> None:
    configure("memory://")
    manager = get_websocket_manager()
    await manager.broadcast_progress("p", "t", 0.5, "in_progress", "m", {"k": 1})
    await manager.broadcast_status("p", "t", "queued", "m")
    await manager.broadcast_completion("p", "t", {"k": 1})
    await manager.broadcast_error("p", "t", "no", {"k": 1})
    count: int = manager.get_connection_count("p")
    print(count, manager.hub, manager.publisher)


def test_with(publisher: Publisher) -> None:
    with capture(publisher) as captured:
        report(publisher)
    print(captured.events, captured.state("p", "t"))
    with publisher.using(transport_from_url("memory://x")):
        report(publisher)
    AudioCorrectionLoop(tts=ScriptedTTS(), stt=ScriptedSTT(["hello"])).close()
