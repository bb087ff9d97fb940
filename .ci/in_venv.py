"""Run a program of the project's virtual environment, and make that environment first where it is needed.

    python .ci/in_venv.py demo progresskit demo --exit     with what the demo needs
    python .ci/in_venv.py dev pytest                       with what the tests and checks need too

The environment is ``.venv``, or the folder that ``$VENV`` names. One that is missing is made; one that was
left half made, or made for another folder or another Python, is made anew; where ``pyproject.toml`` or
``constraints.txt`` say something else than they did, it is brought up to date, as is one made by hand.
What is done is said on stderr, a line each; stdout belongs to the program.
"""

# Old Pythons must get as far as the sentence that says they are too old: so this file keeps to what
# Python 3.6 can read (and has no `from __future__ import annotations`).

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / (os.environ.get("VENV") or ".venv")
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STATE = VENV / "progresskit.json"
CONSTRAINTS = ROOT / "constraints.txt"
WANTED = {"demo": ["--editable", ".[demo]"], "dev": ["--editable", ".[demo]", "--group", "dev"]}
UNFINISHED = {"where": "", "what": "", "levels": []}


def say(text: str) -> None:
    """Tell the user one thing, on stderr."""
    print("progresskit: " + text, file=sys.stderr, flush=True)


def leave(text: str) -> None:
    """End with a sentence that says what is wrong and what to do."""
    say(text)
    sys.exit(1)


def check_python() -> None:
    """Leave with a remedy where this Python can't make the environment."""
    version = ".".join(map(str, sys.version_info[:3]))
    remedy = "name another, for example: make test PYTHON=python3.12"
    if sys.version_info < OLDEST:
        leave(f"{sys.executable} is Python {version}, and 3.11 or newer is needed: {remedy}")
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships it apart from Python
        import venv  # noqa: F401, PLC0415 - as above
    except ImportError as error:
        package = f"python{version.rpartition('.')[0]}-venv"
        install = f"install it (on Debian: apt-get install {package})"
        leave(f"{sys.executable} has no module {error.name!r}: {install}, or {remedy}")


def wanted_state(level: str) -> "dict[str, object]":
    """Return what decides whether an environment fits: whose it is, and what it should hold."""
    content = (ROOT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes()
    return {
        "where": f"{ROOT} {sys.base_prefix} {sys.version}",
        "what": hashlib.sha256(content).hexdigest(),
        "levels": ["demo", "dev"] if level == "dev" else ["demo"],
    }


def read_state() -> "dict[str, object] | None":
    """Return what the environment was made for; None where this file has made none."""
    if not STATE.exists():
        return None
    try:
        return json.loads(STATE.read_text(encoding="utf-8"))
    except ValueError:
        return UNFINISHED


def write_state(state: "dict[str, object]") -> None:
    """Note what the environment is made for."""
    STATE.write_text(json.dumps(state), encoding="utf-8")


def run(*command: object) -> None:
    """Run a program, its output on stderr, and leave where it fails."""
    # A user's own pip settings (mirrors, proxies, certificates) hold, but for the one that no venv takes.
    environment = dict(os.environ, PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    words = [str(word) for word in command]
    if subprocess.run(words, check=False, cwd=str(ROOT), env=environment, stdout=sys.stderr).returncode != 0:
        leave(f"this failed, for the reason above: {' '.join(words)}")


def pip_install(*arguments: str) -> None:
    """Install into the environment, held to the constraints."""
    run(BIN / "python", "-m", "pip", "-qq", "install", "--constraint", CONSTRAINTS, *arguments)


def prepare(level: str) -> None:
    """Have the environment hold what ``level`` needs; as a rule it does already."""
    state, wanted = read_state(), wanted_state(level)
    fits = state is not None and state["where"] == wanted["where"]
    if fits and state["what"] == wanted["what"] and level in state["levels"]:
        return
    keep = fits or (state is None and (VENV / "pyvenv.cfg").exists())
    if state is None and not keep and VENV.exists() and any(VENV.iterdir()):
        leave(f"{VENV} is no virtual environment, so it is left alone: move it, or choose another by VENV=folder")
    say(f"{'updating' if keep else 'making'} {VENV.name} with what {level} needs; this takes a minute or two, once")
    if not keep:
        shutil.rmtree(str(VENV), ignore_errors=True)
        VENV.mkdir(parents=True, exist_ok=True)
    # From here to the end an interruption leaves this note, and the next run makes the environment anew.
    write_state(UNFINISHED)
    if not keep:
        run(sys.executable, "-m", "venv", VENV)
    pip_install("pip", "hatchling", "editables")
    pip_install("--no-build-isolation", *WANTED[level])
    write_state(wanted)


def main() -> None:
    """Prepare the environment, and become the program."""
    level, program, arguments = sys.argv[1], BIN / sys.argv[2], sys.argv[3:]
    check_python()
    try:
        prepare(level)
    except KeyboardInterrupt:
        leave("interrupted; the next run starts over")
    say(" ".join(["running", program.name, *arguments]))
    if os.name == "nt":
        sys.exit(subprocess.run([str(program), *arguments], check=False).returncode)
    os.execv(str(program), [str(program), *arguments])


if __name__ == "__main__":
    main()
