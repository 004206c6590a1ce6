"""One process a state directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.domain.errors import ConfigurationError


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold the directory, and make it if there is none. Raises ConfigurationError.

    The kernel lets go when the process ends, however it ends. So whoever holds the directory
    knows that nobody else is at work in it, and that whoever was is dead.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ConfigurationError(f"--storage.path {directory}: {error.strerror}") from error
    try:
        _lock(file, directory)
        yield
    finally:
        os.close(file)


def _lock(file: int, directory: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ConfigurationError(
            f"--storage.path {directory} is in use by another process: choose another directory,"
            " or stop that process"
        ) from error
