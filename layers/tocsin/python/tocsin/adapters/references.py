"""Reference files as compressed blobs: on S3, in memory or in the file of one machine."""

from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Permanent
from tocsin.domain.reference import REFERENCE_LIMIT_BYTES, digest_of, reference_key
from tocsin.ports import Blobs


class BlobReferences:
    """Files under `reference/TENANT/DIGEST`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def put(self, tenant: str, data: bytes) -> str:
        """Store a file; return its digest. Raises Permanent for one that is too large."""
        if len(data) > REFERENCE_LIMIT_BYTES:
            raise Permanent(f"a reference file has at most {REFERENCE_LIMIT_BYTES} bytes")
        digest = digest_of(data)
        self._blobs.put(reference_key(tenant, digest), compress(data))
        return digest

    def get(self, tenant: str, digest: str) -> bytes:
        """Return a file. Raises Permanent if it is missing or is not what its digest says."""
        frame = self._blobs.get(reference_key(tenant, digest))
        data = decompress(frame, REFERENCE_LIMIT_BYTES)
        if digest_of(data) != digest:
            raise Permanent("a reference file is not what its digest says")
        return data
