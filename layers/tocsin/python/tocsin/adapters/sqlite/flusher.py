"""Makes sure that what was written survives a power cut, once for all who wait for it."""

import os
import threading
from pathlib import Path

# macOS has none; there a power cut may still take what the disk itself holds back.
_sync = getattr(os, "fdatasync", os.fsync)


class Flusher:
    """Flushes one file. Calls that wait at the same time share the next flush.

    A flush takes milliseconds, and everything written before it begins is safe when it ends.
    So a hundred requests at once wait for two flushes at most, not for a hundred.
    """

    def __init__(self, path: Path) -> None:
        _flush_names(path.parent)
        self._file = os.open(path, os.O_RDONLY)
        self._flushing = threading.Lock()
        self._counting = threading.Lock()
        self._wanted = self._done = 0
        self._failure: OSError | None = None

    def flush(self) -> None:
        """Return when all that was written before the call is on the disk.

        Raises OSError where it may not be, and from then on always: what the kernel could not
        write it may have dropped, and would say of the next flush that all is well.
        Source: https://wiki.postgresql.org/wiki/Fsync_Errors
        """
        with self._counting:
            self._wanted += 1
            mine = self._wanted
        with self._flushing:
            if self._done >= mine:
                return
            with self._counting:
                covered = self._wanted
            self._sync()
            self._done = covered

    def _sync(self) -> None:
        if self._failure is None:
            try:
                _sync(self._file)
            except OSError as error:
                self._failure = error
        if self._failure is not None:
            raise OSError(f"the disk failed, start again when it is well: {self._failure}")

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)


def _flush_names(directory: Path) -> None:
    """Make sure that files which were just made are found again after a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
