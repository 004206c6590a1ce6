"""What is written down about a run, beside its story."""

import msgspec

from tests.chaos.senders import Reports


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was answered 202: in order, whose, and what it said of which alerts."""

    tenant: str
    reports: Reports
    body: bytes
    at_s: float


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One request as ingest got it, and whether it answered 202."""

    tenant: str
    body: bytes
    from_s: float
    until_s: float
    is_accepted: bool


class Excuse(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which people cannot be told: a tenant's or all, of one alert or of any."""

    from_s: float
    until_s: float
    tenant: str = ""
    alert: str = ""
