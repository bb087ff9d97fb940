"""``progresskit demo``: a script is spoken, verified and re-recorded, and shown while that happens."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import webbrowser
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from progresskit.errors import BackendError, MissingDependencyError, ProgressKitError, RunCancelled

try:
    from rich.console import Console
    from rich.text import Text
except ImportError as error:
    raise MissingDependencyError.for_extra(package="rich", extra="cli") from error

from progresskit.audio import AudioCorrectionLoop, take_sheet
from progresskit.audio.models import join_takes
from progresskit.audio.sentences import has_words
from progresskit.cli.serving import LOOPBACK, listen, local_server
from progresskit.cli.usage import UsageError
from progresskit.hub import Hub
from progresskit.integrations.rich import RichReporter
from progresskit.integrations.rich.lines import visible
from progresskit.publisher import Publisher
from progresskit.reporter import TeeReporter
from progresskit.transports import MemoryTransport

if TYPE_CHECKING:
    from pathlib import Path

    from progresskit.audio import VerifiedAudio
    from progresskit.reporter import Reporter

__all__ = ["run_demo", "script_of"]

PROJECT: Final = "demo"
TASK: Final = "Verified speech"
_INTERRUPTED: Final = 130  # what a shell expects of a program that Ctrl-C ended
_FAILED: Final = 1
_LAST_WORDS_S: Final = 0.5
"""How long an interrupted job has to say that it was cancelled."""
_MAX_PORT: Final = 65_535
_MAX_SCRIPT_BYTES: Final = 1024 * 1024


def script_of(text: str | None, file: Path | None) -> str:
    """Return the text to speak: the argument, the file's, or the shipped script.

    Raises:
        UsageError: Both are given, the file can't be read, or nothing in it can be spoken.
    """
    if text is not None and file is not None:
        msg = "give a text or --file, not both"
        raise UsageError(msg)
    if file is not None:
        text = _read(file)
    if text is None:
        text = resources.files("progresskit.cli").joinpath("script.txt").read_text(encoding="utf-8")
    if not has_words(text):
        msg = "there is nothing to speak: the text has no letter and no digit"
        raise UsageError(msg)
    try:
        text.encode()
    except UnicodeEncodeError:  # so Python hands on an argument in another encoding
        msg = "the text is not valid Unicode: give it in UTF-8"
        raise UsageError(msg) from None
    return text


def _read(file: Path) -> str:
    try:
        with file.open("rb") as source:
            data = source.read(_MAX_SCRIPT_BYTES + 1)  # its size needn't be told: it may be a pipe
        if len(data) > _MAX_SCRIPT_BYTES:
            msg = f"{file} is larger than 1 MiB: give a text that somebody would listen to"
            raise UsageError(msg)
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        msg = f"{file} can't be read: {error.strerror or error}"
        raise UsageError(msg) from None
    except UnicodeDecodeError:
        msg = f"{file} is not UTF-8: save it as UTF-8 first"
        raise UsageError(msg) from None


def run_demo(script: str, *, port: int, target: float, out: Path, browser: bool, until_done: bool) -> int:
    """Run the demo, and return its exit code.

    Args:
        script: What to speak.
        port: Where the page is served; 0 = a free port.
        target: The accuracy that each sentence must reach.
        out: The folder for the WAV and the report.
        browser: Whether to open the page.
        until_done: Whether to end with the job and print the report; else the page stays until Ctrl-C.

    Raises:
        UsageError: A number is out of range, the port is taken, or the folder can't be written to.
        MissingDependencyError: The offline voice or recogniser is not installed.
    """
    if not 0 <= port <= _MAX_PORT:
        msg = f"--port {port} is not valid: give a number from 0 (a free one) to {_MAX_PORT}"
        raise UsageError(msg)
    if not 0 <= target <= 1:
        msg = f"--target {target} is not valid: give a number from 0 to 1"
        raise UsageError(msg)
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    _make_writable(out)
    try:
        listener = listen(LOOPBACK, port)
    except OSError as error:
        msg = f"--port {port} can't be had: {error.strerror or error}"
        raise UsageError(msg) from None
    job = _Job(script, target=target, out=out, console=console)
    url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/projects/{PROJECT}/view"
    console.print(Text(f"Watch it live: {url}"))
    if browser:
        _open_browser(url)
    server = local_server(Hub(job.transport))

    def work() -> None:
        try:
            job.run()
        finally:
            if until_done:
                server.should_exit = True
        if not until_done and not job.is_interrupted:
            console.print(Text("Done. The page stays up; press Ctrl-C to end."))

    worker = threading.Thread(target=work, name="demo", daemon=True)
    worker.start()
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn hands it on once it has ended
        job.interrupt()
        worker.join(_LAST_WORDS_S)
        job.close()
        _leave(_INTERRUPTED if until_done or job.is_interrupted else job.exit_code)
    finally:
        listener.close()
    worker.join()
    job.close()
    if until_done and job.report is not None:
        sys.stdout.buffer.write(_json(job.report))  # UTF-8 (RFC 8259), whatever the terminal speaks
        sys.stdout.flush()
    return job.exit_code


def _make_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        msg = f"--out {out} can't be written to: {error.strerror or error}"
        raise UsageError(msg) from None


class _Job:
    """Speaks and verifies the script, and tells of it in two places."""

    def __init__(self, script: str, *, target: float, out: Path, console: Console) -> None:
        self.transport = MemoryTransport()
        self.report: dict[str, Any] | None = None
        self.is_done = False
        self.is_interrupted = False
        self._result: VerifiedAudio | None = None
        self._script = script
        self._target = target
        self._out = out
        self._console = console
        self._publisher = Publisher(self.transport, describe_error=str)
        self._loop = AudioCorrectionLoop(on_fail="best")

    @property
    def exit_code(self) -> int:
        return 0 if self.report is not None and self.report["verified"] else _FAILED

    def run(self) -> None:
        """Do all of it; what goes wrong is said, and not raised: nobody would catch it."""
        reporter = TeeReporter(self._publisher.task(PROJECT, TASK), RichReporter(project_id=PROJECT, task_name=TASK))
        try:
            with reporter:
                result = self._spoken(reporter)
                self._tell_end(reporter, result, self._written(result))
        except RunCancelled:
            pass  # whoever pressed Ctrl-C knows
        except Exception as error:  # noqa: BLE001 - the terminal gets a sentence, not a traceback
            said = str(error) if isinstance(error, ProgressKitError) else f"{type(error).__name__}: {error}"
            self._console.print(Text(visible(f"The demo failed: {said}")), style="red")
        finally:
            self.is_done = True
        if self._result is not None:
            self._show(self._result)

    def interrupt(self) -> None:
        """End the job, where it isn't done."""
        self.is_interrupted = not self.is_done
        self._loop.close()

    def close(self) -> None:
        """End what runs beside this process."""
        self._loop.close()
        self._publisher.close()

    def _spoken(self, reporter: Reporter) -> VerifiedAudio:
        try:
            return self._loop.generate_verified_audio(
                self._script, target_accuracy=self._target, on_progress=reporter.progress
            )
        except BackendError as error:
            if error.best is not None:
                self._written(error.best)
            raise
        except RuntimeError as error:
            if self.is_interrupted:  # the loop was closed below the call
                msg = "interrupted"
                raise RunCancelled(msg) from error
            raise

    def _written(self, result: VerifiedAudio) -> dict[str, Any]:
        """Write the WAV, the sheet of all takes and the report, and return the report."""
        wav, sheet = None, self._out / "takes.html"
        if result.segments:  # else the voice failed at once
            wav = self._out / "speech.wav"
            wav.write_bytes(join_takes(result.segments).data)
        report = {
            "verified": result.passed,
            "target": self._target,
            "accuracy": result.accuracy,
            "wav": str(wav) if wav else None,
            "takes": str(sheet),
            "sentences": [
                {
                    "text": sentence.text.strip(),
                    "transcript": sentence.transcript,
                    "accuracy": sentence.accuracy,
                    "attempts": sentence.attempts,
                    "strategy": sentence.best.strategy if sentence.best else "",
                    "spoken": sentence.best.spoken if sentence.best else "",
                    "wrong_words": list(sentence.wrong_words),
                    "reason": sentence.reason,
                    "detail": sentence.detail,
                }
                for sentence in result.sentences
            ],
        }
        sheet.write_text(take_sheet(result), encoding="utf-8")
        (self._out / "report.json").write_bytes(_json(report))
        self.report, self._result = report, result
        return report

    def _tell_end(self, reporter: Reporter, result: VerifiedAudio, report: dict[str, Any]) -> None:
        summary = {name: report[name] for name in ("verified", "target", "accuracy", "wav")}
        if result.passed:
            reporter.complete(summary, "verified")
        else:
            # Not counted by accuracy: what is too short to judge may well have 1.0.
            failed = sum(not sentence.passed for sentence in result.sentences)
            count = "1 sentence was" if failed == 1 else f"{failed} sentences were"
            reporter.fail(f"{count} not verified", code="not_verified", details=summary)

    def _show(self, result: VerifiedAudio) -> None:
        for sentence in result.sentences:
            mark, style = ("✓", "green") if sentence.passed else ("✗", "red")
            shown = "    " if sentence.accuracy is None else f"{sentence.accuracy:.2f}"
            takes = "1 take" if sentence.attempts == 1 else f"{sentence.attempts} takes"
            self._console.print(
                Text.assemble((f"{mark} {shown} ", style), (f"{takes:<8}", "dim"), visible(sentence.text.strip()))
            )
            if sentence.wrong_words:
                self._console.print(Text(f"         not heard: {visible(', '.join(sentence.wrong_words))}", style))
            if sentence.detail:
                self._console.print(Text(f"         given up: {visible(sentence.detail)}", style))
        beside = ", with takes.html and speech.wav beside it" if result.segments else ""
        self._console.print(Text(visible(f"Written: {self._out / 'report.json'}{beside}")))


def _json(report: dict[str, Any]) -> bytes:
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()


def _open_browser(url: str) -> None:
    """Open a browser that has a window of its own; one for the terminal would take it over."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()


def _leave(code: int) -> None:
    """End at once: a thread that is within the voice's engine can't be waited for, nor stopped."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
