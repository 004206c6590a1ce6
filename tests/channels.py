"""What receivers are told with in tests: loopback only, and secrets that are given."""

from collections.abc import Mapping
from typing import Any

from tests.builders import T0
from tocsin.adapters.http import Http
from tocsin.adapters.receivers.posting import Tools
from tocsin.domain.errors import Unsendable
from tocsin.domain.secret import Secret


def tools(
    secrets: Mapping[str, str] | None = None, aws: Mapping[str, Any] | None = None, **more: Any
) -> Tools:
    """Return tools of which secrets are found by name, and clients of AWS by service."""
    given = {
        "http": Http(allow_loopback=True),
        "clock": lambda: T0,
        "secret": lambda secret: _secret(secrets or {}, secret),
        "aws": lambda service, region="": (aws or {})[service],
    }
    return Tools(**{**given, **more})


def _secret(secrets: Mapping[str, str], secret: Secret) -> str:
    name = secret.name or secret.parameter
    if name and name not in secrets:
        raise Unsendable(f"{secret!r}: it is not there")
    return secrets[name] if name else secret.value
