"""Reference files of tenants, such as service catalogues, each under the digest of its content."""

from typing import Protocol


class References(Protocol):
    """Files that never change: another content is another file. One tenant sees no other's."""

    def put(self, tenant: str, data: bytes) -> str:
        """Store a file; return its digest. Storing it again changes nothing."""

    def get(self, tenant: str, digest: str) -> bytes:
        """Return the content of a tenant's file.

        Raises Permanent if there is none, or if it is not what the digest says.
        """
