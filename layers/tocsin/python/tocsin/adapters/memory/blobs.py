"""Blobs and the archive in memory."""

from collections.abc import Iterator

from tocsin.adapters.archivekey import archive_key
from tocsin.domain.errors import Permanent


class MemoryBlobs:
    """Large values by key."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        """Store a value."""
        self.data[key] = data

    def get(self, key: str) -> bytes:
        """Return a value. Raises Permanent if there is none."""
        if key not in self.data:
            raise Permanent(f"there is no blob {key}")
        return self.data[key]

    def delete(self, key: str) -> None:
        """Delete a value; fine if there is none."""
        self.data.pop(key, None)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in their order."""
        yield from sorted(key for key in self.data if key.startswith(prefix))


class MemoryArchive:
    """Request bodies by tenant and hour."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def store(self, tenant: str, at_s: float, name: str, data: bytes) -> str:
        """Keep one object; return its key."""
        key = archive_key(tenant, at_s, name)
        self.data[key] = data
        return key
