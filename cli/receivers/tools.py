"""What receivers are told with from this machine, as notify tells them from its function."""

import time
from typing import Any

from cli.target import Target
from tocsin.adapters.aws import single_attempt_client
from tocsin.adapters.http import Http
from tocsin.adapters.receivers.posting import Tools
from tocsin.adapters.secrets import KeptSecrets

_TIMEOUT_S = 10.0


def tools_of(target: Target | None, *, allows_loopback: bool) -> Tools:
    """Return what the receivers of a stack are told with; without one, those of a file.

    On the local cloud every service is the emulator, and receivers on this machine are reached.
    """
    is_local = target is not None and target.is_local

    def client(service: str, region: str = "") -> Any:
        if target is not None and (is_local or not region):
            return target.client(service)
        return single_attempt_client(service, _TIMEOUT_S, region)

    return Tools(
        http=Http(allow_loopback=allows_loopback or is_local),
        clock=time.time,
        secret=KeptSecrets(client, time.time),
        aws=client,
        own_queue_urls=_queue_urls(target),
    )


def aws_command(target: Target | None) -> str:
    """Return how AWS's command reaches where a stack is; the local cloud is no account of AWS."""
    if target is None or not target.is_local:
        return "aws"
    meta = target.client("secretsmanager").meta
    return f"aws --endpoint-url {meta.endpoint_url} --region {meta.region_name}"


def _queue_urls(target: Target | None) -> frozenset[str]:
    """Return the queues of the stack, of which none may be a receiver."""
    found = {} if target is None else target.resources
    return frozenset(value for name, value in found.items() if name.endswith("Queue"))
