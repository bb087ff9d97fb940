"""The wheel and the sdist hold what they should, and the wheel alone is enough."""

from __future__ import annotations

import email
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from progresskit.web.pages import PUBLIC_FILES

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """Build the sdist, and the wheel out of it, as `make build` does, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(dist) -> Path:
    (path,) = dist.glob("*.whl")
    return path


def source_files() -> set[str]:
    package = ROOT / "src" / "progresskit"
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(package.parent).as_posix() for path in files}


def test_the_wheel_holds_the_package_and_its_data(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == source_files()
    static = "progresskit/web/static"
    assert {
        "progresskit/py.typed",
        f"{static}/view.html",
        f"{static}/progresskit.tgz",
        *(f"{static}/{name}" for name in PUBLIC_FILES),
    } <= held


def test_the_wheel_says_what_it_is(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(archive.read(name))
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Version"] == importlib.metadata.version("progresskit")
    assert archive.read(name.replace("METADATA", "licenses/LICENSE")).startswith(b"MIT License")


def test_the_sdist_is_enough_to_build_and_test(dist):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {"/".join(PurePosixPath(name).parts[1:]) for name in archive.getnames()}
    wanted = {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.md",
        "constraints.txt",
        "pyproject.toml",
    }
    wanted |= {".ci/run", ".ci/in_venv.py", "tests/conftest.py", "tests/vectors/fold.json"}
    wanted |= {"js/package-lock.json", "js/src/client.ts", "js/scripts/build.js"}
    assert wanted <= held
    assert not {
        name
        for name in held
        if "__pycache__" in name or "node_modules" in name or name.startswith((".venv", ".git/", "dist/"))
    }


def with_dependencies(names: list[str]) -> set[str]:
    """Return the installed distributions that these need, and those that they need, without extras."""
    found: set[str] = set()
    while names:
        name = canonicalize_name(names.pop())
        if name not in found:
            found.add(name)
            wanted = map(Requirement, importlib.metadata.requires(name) or ())
            names += [each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def test_the_wheel_alone_imports_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path)
    site = next(tmp_path.rglob("site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # Without a network: the declared dependencies, and nothing else, come from the environment of the tests.
    declared = [Requirement(text).name for text in PROJECT["project"]["dependencies"]]
    for name in with_dependencies(declared):
        for file in importlib.metadata.files(name) or ():
            source = Path(file.locate())
            if ".." not in file.parts and source.is_file():
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
    python = next(path for path in tmp_path.glob("*/python*") if path.stem == "python")
    code = "import progresskit; print(progresskit.__version__, progresskit.__file__)"
    done = subprocess.run([python, "-I", "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    version, _, file = done.stdout.strip().partition(" ")
    assert version == importlib.metadata.version("progresskit")
    assert Path(file).parent.parent.samefile(site)


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_constraints_are_names_and_versions_alone():
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", f"{name}=={version}") for name, version in pins().items())


def requirements() -> list[Requirement]:
    """Return all that `make` installs by name: the dependencies, those of the extra `demo`, and the group `dev`."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    found: list[Requirement] = []
    waiting: list[object] = [*project["dependencies"], "progresskit[demo]", {"include-group": "dev"}]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += groups[item["include-group"]]
        elif (requirement := Requirement(item)).name == "progresskit":
            for extra in requirement.extras:
                waiting += project["optional-dependencies"][extra]
        else:
            found.append(requirement)
    return found


def test_constraints_hold_what_the_project_asks_for():
    assert len(requirements()) > 20
    for requirement in requirements():
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), (
            f"{requirement}: make constraints"
        )
