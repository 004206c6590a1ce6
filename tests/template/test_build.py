"""`sam build` for AWS on this machine, whatever its own Python and processor are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.transformed import ROOT

EM_AARCH64 = 183
LAYER_LIMIT_BYTES = 250 * 1024 * 1024
LAYERS = ("VendorLayer", "TocsinLayer", "EmbeddingLayer", "AppriseLayer")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("build")
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "TOCSIN_LAYER": "aws"}
    command = [sys.executable, "-m", "samcli", "build", "--build-dir", str(target)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return target


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_the_vendor_layer_holds_wheels_for_lambda(built: Path) -> None:
    libraries = list((built / "VendorLayer" / "python").rglob("*.so"))
    assert {"orjson", "msgspec", "pydantic_core", "re2"} <= {path.parent.name for path in libraries}
    for library in libraries:
        assert library.name.endswith((".cpython-314-aarch64-linux-gnu.so", ".abi3.so"))
        header = library.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert int.from_bytes(header[18:20], "little") == EM_AARCH64


@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_the_layers_hold_our_package_and_fit_into_lambda(built: Path) -> None:
    assert (built / "TocsinLayer" / "python" / "tocsin" / "py.typed").exists()
    files = [path for layer in LAYERS for path in (built / layer).rglob("*")]
    assert not [path for path in files if path.name == "__pycache__"]
    assert sum(path.stat().st_size for path in files if path.is_file()) < LAYER_LIMIT_BYTES
