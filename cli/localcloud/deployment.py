"""SAM builds and deploys the one template.yaml to the emulator."""

import json
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

from cli.localcloud.environment import REGION, clean_environment
from cli.localcloud.processes import Child

STACK = "tocsin"
BUILD_LIMIT_S = 180.0
DEPLOY_LIMIT_S = 300.0


class Deployment:
    """One build and one stack; several local clouds do not share a build directory."""

    def __init__(self, root: Path, state: Path, endpoint_url: str) -> None:
        self._root = root
        self._state = state
        self._build = state / "build"
        # SAM would look for the file beside the built template.
        config_file = str(root / "samconfig.toml")
        self._config = ("--config-file", config_file, "--config-env", "local")
        self._environment = clean_environment(state / "tmp") | {
            "AWS_ENDPOINT_URL": endpoint_url,
            "TOCSIN_LAYER": "local",
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(_own_sam_directory(state)),
            # Else SAM sleeps between two looks at a stack that the emulator creates at once.
            "SAM_CLI_POLL_DELAY": "0.2",
            "PYTHONWARNINGS": "ignore",
        }

    def build(self) -> None:
        """Run `sam build`."""
        self._sam("build", BUILD_LIMIT_S, "--build-dir", str(self._build))

    def deploy(self, parameters: Mapping[str, str]) -> None:
        """Run `sam deploy`; `parameters` come on top of those of samconfig.toml."""
        # SAM would take these in place of the file's.
        overrides = [*self._file_parameters(), *(f"{k}={v}" for k, v in parameters.items())]
        self._sam(
            "deploy",
            DEPLOY_LIMIT_S,
            "--template-file",
            str(self._build / "template.yaml"),
            "--stack-name",
            STACK,
            "--region",
            REGION,
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--parameter-overrides",
            *overrides,
        )

    def _file_parameters(self) -> list[str]:
        settings = tomllib.loads((self._root / "samconfig.toml").read_text(encoding="utf-8"))
        text: str = settings["local"]["deploy"]["parameters"].get("parameter_overrides", "")
        return text.split()

    def _sam(self, command: str, limit_s: float, *arguments: str) -> None:
        child = Child(
            f"sam {command}",
            [sys.executable, "-m", "samcli", command, *self._config, *arguments],
            env=self._environment,
            log=self._state / "logs" / f"sam-{command}.log",
            cwd=self._root,
        )
        try:
            child.wait(limit_s)
        finally:
            child.stop()


def _own_sam_directory(state: Path) -> Path:
    """Keep SAM out of the user's home, and from asking PyPI whether there is a newer SAM."""
    directory = state / "tmp" / "sam"
    directory.mkdir(parents=True, exist_ok=True)
    metadata = {"telemetryEnabled": False, "lastVersionCheck": time.time()}
    (directory / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return directory
