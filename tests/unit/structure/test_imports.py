"""The rules on imports hold, and each would be noticed if it did not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = Path("layers/tocsin/python/tocsin")

VIOLATIONS = {
    "Dependencies point inwards": ("domain/alert.py", "import tocsin.ports"),
    "The core knows no vendor, no environment and no clock": ("domain/alert.py", "import os"),
    "What runs for each alert knows no pydantic": ("runtime/tick.py", "import tocsin.models"),
    "Providers know nothing of each other": (
        "providers/generic.py",
        "import tocsin.providers.cloudwatch",
    ),
    "No cycles": ("pipeline/batch.py", "import tocsin.pipeline.tick"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what import-linter reads."""
    shutil.copytree(ROOT / "layers", tmp_path / "layers", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(ROOT / "cli", tmp_path / "cli", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _lint(root: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    path = f"{root}:{root / 'layers/tocsin/python'}"
    done = subprocess.run(
        command,
        cwd=root,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_deliberate_violation_is_found(copy: Path, contract: str) -> None:
    file, line = VIOLATIONS[contract]
    path = copy / PACKAGE / file
    path.write_text(f"{path.read_text()}\n{line}\n")
    assert f"{contract} BROKEN" in _lint(copy)


def test_a_module_that_belongs_to_no_layer_is_found(copy: Path) -> None:
    (copy / PACKAGE / "misplaced.py").write_text('"""Nowhere."""\n')
    assert "Dependencies point inwards BROKEN" in _lint(copy) or "misplaced" in _lint(copy)


def test_no_file_grows_beyond_what_a_reader_takes_in() -> None:
    sources = [*ROOT.glob("layers/tocsin/**/*.py"), *ROOT.glob("cli/**/*.py")]
    sources += [*ROOT.glob("tests/**/*.py"), *ROOT.glob("functions/**/*.py")]
    long = {path.name: size for path in sources if (size := len(path.open().readlines())) > 300}
    assert long == {}
