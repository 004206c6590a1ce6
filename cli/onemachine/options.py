"""What the command line says, and how its values are written."""

import re
from pathlib import Path

import msgspec

from tocsin.domain.errors import ConfigurationError

# Nobody signs in on one machine, so all there is belongs to one tenant.
TENANT = "default"

_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_PORT = re.compile(r"[0-9]{1,5}")
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
_PART = re.compile(r"(\d+)(ms|[smhdwy])")


class Address(msgspec.Struct, frozen=True):
    """Where to listen; host "" is every interface, port 0 a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a process is to run."""

    config_file: Path
    storage: Path
    addresses: tuple[Address, ...]
    external_url: str
    route_prefix: str = ""
    retention_s: float
    archive_s: float = 0.0


def read_address(text: str) -> Address:
    """Read host:port, :port or [IPv6]:port. Raises ConfigurationError."""
    host, colon, port = text.rpartition(":")
    if not colon or _PORT.fullmatch(port) is None or int(port) > 65_535:
        raise ConfigurationError(f"{text!r} is no address: write host:port, or :port for all")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def read_duration_s(text: str) -> float:
    """Read a duration as Prometheus writes it: 120h, 1d12h, 500ms. Raises ConfigurationError."""
    if text == "0":
        return 0.0
    if not _DURATION.fullmatch(text):
        raise ConfigurationError(f"{text!r} is no duration: write a number and ms, s, m, h or d")
    return float(sum(int(count) * _UNITS_S[unit] for count, unit in _PART.findall(text)))
