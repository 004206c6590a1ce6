"""Which family of routes a request is for."""

from typing import Any, Protocol

from tocsin.domain.errors import InvalidInput
from tocsin.ports import ApiKey
from tocsin.runtime.dialects import Alertmanager, Native
from tocsin.runtime.gateway import HttpRequest


class Dialect(Protocol):
    """The manners of one family of routes."""

    def provider_name(self, request: HttpRequest) -> str:
        """Say whose payload this is."""

    def keyed(self, request: HttpRequest) -> HttpRequest:
        """Return the request with its key where access looks for one."""

    def check(self, request: HttpRequest) -> None:
        """Raise InvalidInput for what must be refused before the body is read."""

    def kept(self, body: bytes, key: ApiKey) -> bytes:
        """Return the body as it may be stored."""

    def accepted(self, result: Any) -> Any: ...

    def refused(self, error: InvalidInput) -> Any: ...

    def unavailable(self) -> Any: ...


def dialect_of(resource: str) -> Dialect:
    """Choose by route."""
    if resource.endswith("/v2/enqueue"):
        from tocsin.runtime.enqueue import PagerDutyEvents

        return PagerDutyEvents()
    if resource.endswith("/v1/metrics"):
        from tocsin.runtime.pushing import PushedMetrics

        return PushedMetrics()
    if resource.endswith("/v1/changes"):
        from tocsin.runtime.changing import PushedChanges

        return PushedChanges()
    return Alertmanager() if resource.endswith("/api/v2/alerts") else Native()
