"""The configuration file: read at the start, and again when somebody asks for it."""

import threading
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from cli.onemachine.logs import log
from cli.onemachine.options import TENANT
from tocsin.configuration.alertmanager import NotTaken
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError
from tocsin.ports import Clock, Configs

# Reads a text: its file name, tenant and version; returns what it says, and what is not taken.
Read = Callable[[str, str, str, int], tuple[TenantConfig, list[NotTaken]]]


class ConfigurationFile:
    """One file, whose every change becomes a version that is kept."""

    def __init__(
        self, path: Path, external_url: str, configs: Configs, read: Read, clock: Clock
    ) -> None:
        self._path = path
        self._external_url = external_url
        self._configs = configs
        self._read = read
        self._clock = clock
        self._loading = threading.Lock()
        self.text = ""

    def load(self) -> None:
        """Apply what the file says.

        Raises ConfigurationError, and changes nothing, if it is wrong.
        """
        with self._loading:
            text = self._text()
            before = self._configs.current(TENANT)
            version = before.version if before else 0
            config, findings = self._read(text, str(self._path), TENANT, version + 1)
            config = replace(config, external_url=self._external_url)
            for finding in findings:
                log("warn", "not taken from the configuration", where=finding.problem)
            if before is None or replace(config, version=version) != before:
                self._configs.apply(config, text, self._clock())
            self.text = text
        log("info", "Completed loading of configuration file", file=self._path)

    def reload(self) -> None:
        """Load again; if the file is wrong, say so and keep what there is."""
        try:
            self.load()
        except ConfigurationError as error:
            log("error", "Loading configuration file failed", file=self._path, err=error)
            raise

    def _text(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"--config.file {self._path}: {error}") from error
