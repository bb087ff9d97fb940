"""What a missing extra says, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from progresskit.errors import MissingDependencyError

CODE = """
import sys
sys.modules[{missing!r}] = None
try:
    import {module}
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [("progresskit.web", "starlette", "web"), ("progresskit.web.fastapi", "fastapi", "fastapi")],
)
def test_a_missing_extra_says_how_to_install_it(module, missing, extra):
    ran = subprocess.run(
        [sys.executable, "-c", CODE.format(module=module, missing=missing)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == (
        f"MissingDependencyError '{missing}' is not installed. Install it with: pip install 'progresskit[{extra}]'"
    )
    assert issubclass(MissingDependencyError, ImportError)


def test_the_gateway_loads_no_fastapi_and_no_uvicorn():
    code = "import sys, progresskit.web; print(sorted({'fastapi', 'uvicorn', 'websockets'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
