"""The names of reference files, which are the digests of what they hold."""

from hashlib import sha256

# What a file may grow to when it is decompressed.
REFERENCE_LIMIT_BYTES = 8 * 1024 * 1024


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file in hexadecimal, 64 digits."""
    return sha256(data).hexdigest()


def reference_key(tenant: str, digest: str) -> str:
    """Return where a tenant's file lies among blobs."""
    return f"reference/{tenant}/{digest}"
