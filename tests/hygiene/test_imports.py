"""What a training script imports is the standard library alone, on every Python from 3.8 on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import tui_tuner

REPO = Path(tui_tuner.__file__).parents[1]

PROBE = """
import json, os, sys, time
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
started = time.perf_counter()
import tui_tuner as tt
imported_s = time.perf_counter() - started
after_import = set(sys.modules) - before
trial = tt.trial(lr=0.1, epochs=2)
trial.load()
for epoch in trial.epochs():
    trial.report(epoch, val_acc=0.5)
    trial.save({"epoch": epoch}, epoch, val_acc=0.5)
origins = {}
for name in set(sys.modules) - before:
    module = sys.modules[name]
    spec = getattr(module, "__spec__", None)
    origins[name] = getattr(module, "__file__", None) or getattr(spec, "origin", None)
print(json.dumps({
    "imported_s": imported_s,
    "after_import": sorted(after_import),
    "origins": origins,
    "library": os.path.dirname(os.__file__),
    "checkpoints": sorted(os.listdir("checkpoints")),
}))
"""


def interpreters() -> dict[str, str]:
    """The Pythons of this machine from 3.8 on, one for each minor version."""
    found = {}
    for minor in range(8, 15):
        version = f"3.{minor}"
        managed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        path = str(managed[-1]) if managed else shutil.which(f"python{version}")
        if path and _runs(path, version):
            found[version] = path
    here = f"3.{sys.version_info.minor}"
    return {here: sys.executable} | found


def _runs(path: str, version: str) -> bool:
    asked = [path, "-S", "-E", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    return ran.returncode == 0 and ran.stdout.strip() == version


INTERPRETERS = interpreters()


def probe(python: str, folder: Path) -> dict[str, Any]:
    """Import and use the SDK in a bare interpreter: no site-packages, no environment."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("TUI_TUNER")}
    ran = subprocess.run(
        [python, "-S", "-E", "-c", PROBE, str(REPO)],
        cwd=folder,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("version", INTERPRETERS)
def test_the_sdk_works_in_a_bare_interpreter_on_the_standard_library_alone(
    version: str, tmp_path: Path
) -> None:
    found = probe(INTERPRETERS[version], tmp_path)
    foreign = {
        name: origin
        for name, origin in found["origins"].items()
        if not (
            name.split(".")[0] == "tui_tuner"
            or origin in (None, "built-in", "frozen")
            or origin.startswith(found["library"])
        )
        or "site-packages" in (origin or "")
    }
    assert foreign == {}
    assert all(
        name == "tui_tuner" or name.startswith("tui_tuner.sdk")
        for name in found["origins"]
        if name.startswith("tui_tuner")
    )
    assert found["checkpoints"] == ["epoch=0001-val_acc=0.5000.pt", "epoch=0002-val_acc=0.5000.pt"]


@pytest.mark.parametrize("version", INTERPRETERS)
def test_importing_the_package_takes_less_than_30_ms(version: str, tmp_path: Path) -> None:
    found = [probe(INTERPRETERS[version], _fresh(tmp_path, n)) for n in range(2)]
    assert min(one["imported_s"] for one in found) < 0.030
    assert set(found[0]["after_import"]) <= {"tui_tuner", "__future__"}


def _fresh(folder: Path, n: int) -> Path:
    made = folder / str(n)
    made.mkdir()
    return made


def test_the_package_says_the_version_it_was_built_with() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert tui_tuner.__version__ == project["version"]


def test_the_package_offers_the_sdk_and_nothing_by_accident() -> None:
    assert sorted(dir(tui_tuner)) == ["Trial", "__version__", "trial"]
    with pytest.raises(AttributeError, match=re.escape("no attribute 'app_'")):
        _ = tui_tuner.app_


@pytest.mark.parametrize("verb", ["attach", "bare", "run"])
def test_a_verb_leaves_textual_alone_until_it_has_set_what_that_reads_as_it_is_loaded(
    verb: str,
) -> None:
    """How often it looks for changes, and in how many colours it draws."""
    probe = f"import sys, tui_tuner.cli.{verb}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], cwd=REPO, check=False).returncode == 0
