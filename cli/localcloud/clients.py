"""AWS clients that talk to the emulator and to nothing else."""

import os
from threading import Lock
from typing import Any

from cli.localcloud.environment import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY


class Clients:
    """Makes each client once; they may be shared by threads."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, such as `sqs`."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        from botocore.config import Config

        if self._session is None:
            self._session = _session()
        return self._session.client(
            service,
            endpoint_url=self._endpoint_url,
            config=Config(
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=16,
                # Not even a proxy of the user's shell may stand between.
                proxies={},
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        )


def _session() -> Any:
    import boto3
    import botocore.session

    # A profile that the user's shell names need not exist here, and must not count.
    nothing: dict[str, Any] = {
        "profile": (None, [], None, None),
        "config_file": (None, [], os.devnull, None),
        "credentials_file": (None, [], os.devnull, None),
    }
    return boto3.Session(
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=nothing),
    )
