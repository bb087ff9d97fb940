"""``progresskit demo``: a script is spoken, verified and re-recorded, and shown while that happens."""

from __future__ import annotations

import json
import os
import sys
import threading
import webbrowser
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from progresskit.errors import MissingDependencyError, ProgressKitError, VerificationFailed

try:
    from rich.console import Console
    from rich.text import Text
except ImportError as error:
    raise MissingDependencyError.for_extra(package="rich", extra="cli") from error

from progresskit.audio import AudioCorrectionLoop
from progresskit.audio.sentences import has_words
from progresskit.cli.serving import LOOPBACK, listen, local_server
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

__all__ = ["UsageError", "run_demo", "script_of"]

PROJECT: Final = "demo"
TASK: Final = "Verified speech"
_INTERRUPTED: Final = 130  # what a shell expects of a program that Ctrl-C ended
_FAILED: Final = 1
_MAX_PORT: Final = 65_535
_MAX_SCRIPT_BYTES: Final = 1024 * 1024


class UsageError(Exception):
    """What the user asked for can't be done."""


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
    return text


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_SCRIPT_BYTES:
            msg = f"{file} is larger than 1 MiB: give a text that somebody would listen to"
            raise UsageError(msg)
        return file.read_text(encoding="utf-8-sig")
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
        UsageError: A number is out of range, the port is taken, or the folder can't be made.
        MissingDependencyError: The offline voice or recogniser is not installed.
    """
    if not 0 <= port <= _MAX_PORT:
        msg = f"--port {port} is not valid: give a number from 0 (a free one) to {_MAX_PORT}"
        raise UsageError(msg)
    if not 0 <= target <= 1:
        msg = f"--target {target} is not valid: give a number from 0 to 1"
        raise UsageError(msg)
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    try:
        out.mkdir(parents=True, exist_ok=True)
        listener = listen(port)
    except OSError as error:
        msg = f"{error.strerror or error}: {'port ' + str(port) if error.filename is None else out}"
        raise UsageError(msg) from None
    job = _Job(script, target=target, out=out, console=console)
    url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/projects/{PROJECT}/view"
    console.print(Text(f"Watch it live: {url}"))
    if browser:
        _open_browser(url)
    server = local_server(Hub(job.transport))

    def work() -> None:
        job.run()
        if until_done:
            server.should_exit = True
        else:
            console.print(Text("Done. The page stays up; press Ctrl-C to end."))

    worker = threading.Thread(target=work, name="demo", daemon=True)
    worker.start()
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn hands it on once it has ended
        job.close()
        _leave(_INTERRUPTED if until_done or not job.is_done else job.exit_code)
    finally:
        listener.close()
    worker.join()
    job.close()
    if until_done and job.report is not None:
        sys.stdout.write(json.dumps(job.report, ensure_ascii=False, indent=2) + "\n")
    return job.exit_code


class _Job:
    """Speaks and verifies the script, and tells of it in two places."""

    def __init__(self, script: str, *, target: float, out: Path, console: Console) -> None:
        self.transport = MemoryTransport()
        self.report: dict[str, Any] | None = None
        self.is_done = False
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
        reporter = TeeReporter(self._publisher.task(PROJECT, TASK), RichReporter(project_id=PROJECT, task_name=TASK))
        try:
            with reporter:
                result = self._loop.generate_verified_audio(
                    self._script, target_accuracy=self._target, on_progress=reporter.progress
                )
                self.report = self._written(result)
                self._tell_end(reporter, self.report)
        except ProgressKitError as error:
            # Whoever reports it has said so already; the terminal gets the sentence, not a traceback.
            self._console.print(Text(visible(f"The demo failed: {error}")), style="red")
            if isinstance(error, VerificationFailed) and error.best is not None:
                self.report = self._written(error.best)
        finally:
            self.is_done = True
        if self.report is not None:
            self._show(self.report)

    def close(self) -> None:
        """End what runs beside this process."""
        self._loop.close()
        self._publisher.close()

    def _written(self, result: VerifiedAudio) -> dict[str, Any]:
        """Write the WAV and the report, and return the report."""
        wav = self._out / "speech.wav"
        # Where a sentence has no take at all there is no whole: the backend's error has been told already.
        wav.write_bytes(result.audio.data if result.audio is not None else b"")
        report = {
            "verified": result.passed,
            "target": self._target,
            "accuracy": result.accuracy,
            "wav": str(wav),
            "sentences": [
                {
                    "text": sentence.text.strip(),
                    "transcript": sentence.transcript,
                    "accuracy": sentence.accuracy,
                    "attempts": sentence.attempts,
                    "wrong_words": list(sentence.wrong_words),
                }
                for sentence in result.sentences
            ],
        }
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        (self._out / "report.json").write_text(text, encoding="utf-8")
        return report

    def _tell_end(self, reporter: Reporter, report: dict[str, Any]) -> None:
        summary = {name: report[name] for name in ("verified", "target", "accuracy", "wav")}
        if report["verified"]:
            reporter.complete(summary, "verified")
        else:
            failed = sum(not self._has_passed(sentence) for sentence in report["sentences"])
            count = "1 sentence" if failed == 1 else f"{failed} sentences"
            reporter.fail(f"{count} did not reach {self._target:.2f}", code="not_verified", details=summary)

    def _has_passed(self, sentence: dict[str, Any]) -> bool:
        return sentence["accuracy"] is None or sentence["accuracy"] >= self._target

    def _show(self, report: dict[str, Any]) -> None:
        for sentence in report["sentences"]:
            accuracy = sentence["accuracy"]
            mark, style = ("✓", "green") if self._has_passed(sentence) else ("✗", "red")
            shown = "    " if accuracy is None else f"{accuracy:.2f}"
            tries = "1 take" if sentence["attempts"] == 1 else f"{sentence['attempts']} takes"
            self._console.print(
                Text.assemble((f"{mark} {shown} ", style), (f"{tries:<8}", "dim"), visible(sentence["text"]))
            )
            if sentence["wrong_words"]:
                self._console.print(Text(f"         not heard: {visible(', '.join(sentence['wrong_words']))}", style))
        self._console.print(Text(visible(f"Written: {report['wav']}, and report.json beside it")))


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
