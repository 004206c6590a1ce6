"""Blobs and the archive on S3."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tocsin.adapters.archivekey import archive_key
from tocsin.adapters.aws import error_codes, translated
from tocsin.domain.errors import Permanent


class S3Blobs:
    """Large values as objects of a bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        """Store an object; return when S3 confirmed it."""
        with translated("s3"):
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=data, ContentType="application/zstd"
            )

    def get(self, key: str) -> bytes:
        """Read an object. Raises Permanent if there is none."""
        with translated("s3"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                data: bytes = answer["Body"].read()
            except ClientError as error:
                if "NoSuchKey" in error_codes(error):
                    raise Permanent(f"there is no blob {key}") from error
                raise
        return data

    def delete(self, key: str) -> None:
        """Delete an object; fine if there is none."""
        with translated("s3"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with `prefix`; pages are read as they are consumed."""
        parameters = {"Bucket": self._bucket, "Prefix": prefix}
        while True:
            with translated("s3"):
                answer = self._client.list_objects_v2(**parameters)
            for found in answer.get("Contents") or ():
                yield found["Key"]
            if not answer.get("IsTruncated"):
                return
            parameters["ContinuationToken"] = answer["NextContinuationToken"]


class S3Archive:
    """Request bodies by tenant and hour."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._blobs = S3Blobs(client, bucket)

    def store(self, tenant: str, at_s: float, name: str, data: bytes) -> str:
        """Keep one object of zstd frames; return its key."""
        key = archive_key(tenant, at_s, name)
        self._blobs.put(key, data)
        return key
