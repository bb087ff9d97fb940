"""The public names are those written here: one that comes or goes is a decision, not an accident."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "progresskit"

ERRORS = """
    BackendError DecodeError MissingDependencyError NotAuthenticated ProgressKitError RunCancelled STTError TTSError
    TransportError VerificationFailed
"""
PUBLIC = {
    "progresskit": f"""
        {ERRORS}
        CompletedEvent Cursor ErrorEvent Event Hub MemoryTransport NullReporter ProgressEvent ProgressReporter Publisher
        Reporter Snapshot Stage Status StatusEvent TaskState TeeReporter Transport __version__ subscribe
        transport_from_url wait watch
    """,
    "progresskit.errors": ERRORS,
    "progresskit.transports": "Batch MemoryTransport Receipt Run Transport transport_from_url",
    "progresskit.web": "Action Gateway Grant Limits NotAuthenticated allow_anyone bearer_token",
    "progresskit.web.fastapi": "progress_router",
    "progresskit.audio": """
        Audio AudioCorrectionLoop Budget Calibration OtherVoice Relisten Resample Respell Retake STT Score Scorer
        SpokenForm Strategy TTS Transcript VerifiedAudio calibrate score spoken_form take_sheet
    """,
    "progresskit.audio.providers.elevenlabs": "ElevenLabsTTS",
    "progresskit.audio.providers.faster_whisper": "FasterWhisperSTT",
    "progresskit.audio.providers.openai": "OpenAISTT OpenAITTS",
    "progresskit.audio.providers.piper": "PiperTTS",
    "progresskit.audio.providers.pocketsphinx": "PocketSphinxSTT",
    "progresskit.integrations.celery": "Pipeline current_task_reporter instrument",
    "progresskit.integrations.manager": "WebSocketManager configure get_websocket_manager",
    "progresskit.integrations.rich": "RichReporter track",
    "progresskit.testing": """
        RecordingReporter ScriptedSTT ScriptedTTS TransportHarness capture check_scorer check_stt check_tts
        transport_checks
    """,
    "progresskit.testing.strategies": "corruptions equivalents event_sequences events references transcripts",
}

MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"  # which runs what it imports
)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_names_are_these(name):
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(PUBLIC[name].split())


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_exports_is_there(name):
    module = importlib.import_module(name)
    assert [each for each in getattr(module, "__all__", ()) if not hasattr(module, each)] == []


def described_data() -> set[str]:
    """Return the names that an assignment with a docstring after it gives a value, anywhere in the package."""
    names = {"__version__"}  # its name says it all
    for path in PACKAGE.rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for node, after in itertools.pairwise(body):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


def undescribed(module) -> list[str]:
    """Return the names that a module exports without a docstring, with the public members of its classes."""
    names = []
    for name in getattr(module, "__all__", ()):
        value = getattr(module, name)
        if inspect.isclass(value):
            names += [] if value.__dict__.get("__doc__") else [name]
            names += [
                f"{name}.{key}"
                for key, member in vars(value).items()
                if isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)
                if not key.startswith("_")
                if not inspect.getdoc(getattr(value, key))  # an override may inherit it
            ]
        elif inspect.isroutine(value):
            names += [] if value.__doc__ else [name]
        elif not inspect.ismodule(value):
            names += [] if name in described_data() else [name]
    return names


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is(name):
    assert undescribed(importlib.import_module(name)) == []


def test_a_missing_docstring_is_found(tmp_path):
    source = """
__all__ = ["Bare", "bare", "BARE", "Told"]
BARE = 1
def bare(): ...
class Bare: ...
class Told:
    "Told."
    def method(self): ...
    @property
    def value(self): "Told."
    def _private(self): ...
"""
    (tmp_path / "bare.py").write_text(source)
    spec = importlib.util.spec_from_file_location("bare", tmp_path / "bare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert undescribed(module) == ["Bare", "bare", "BARE", "Told.method"]
