"""Which request is whose: Alertmanager's API, one alert, and the process itself."""

from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from msgspec.structs import replace

from cli.onemachine.lifecycle import PREFIXES, Lifecycle
from cli.onemachine.links import LINK_PREFIXES, Links
from cli.onemachine.logs import log
from cli.onemachine.options import TENANT
from cli.onemachine.worker import log_broken
from tocsin.domain.errors import ConfigurationError, InvalidInput, TocsinError
from tocsin.pipeline.offering import PATH
from tocsin.runtime.alertmanager.dispatch import handle
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply, framework_error, plain, refused
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest

_FIELDS_LIMIT = 1000


class Routes:
    """Requests by method and path; `prefix` stands before every path."""

    def __init__(
        self,
        prefix: str,
        ports: AlertmanagerPorts,
        lifecycle: Lifecycle,
        links: Links,
        reload: Callable[[], None],
    ) -> None:
        self._prefix = prefix
        self._ports = ports
        self._lifecycle = lifecycle
        self._links = links
        self._reload = reload

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer one request; whatever goes wrong becomes an answer, too."""
        try:
            return self._routed(_read(method, target, headers, body))
        except InvalidInput as error:
            return refused(error)
        except TocsinError as error:
            log("error", "a request cannot be answered", target=_logged(target), err=error)
            return refused(framework_error(503, 503, "not now; try again"))
        except Exception as error:  # noqa: BLE001 - a bug in one answer must not end the server
            log_broken(f"{method} {_logged(target)} breaks the server", error)
            return refused(framework_error(500, 500, "internal error"))

    def _routed(self, request: HttpRequest) -> Reply:
        if not request.resource.startswith(f"{self._prefix}/"):
            return plain(404, "404 page not found\n")
        path = request.resource.removeprefix(self._prefix)
        if path == "/-/reload":
            return self._reloaded(request.method)
        # A HEAD is a GET whose body stays here.
        method = "GET" if request.method == "HEAD" else request.method
        inner = replace(request, resource=path, method=method)
        if path.startswith(PREFIXES):
            return self._lifecycle(inner)
        if path.startswith(LINK_PREFIXES):
            return self._links(inner)
        return handle(inner, self._ports, TENANT, now_s())

    def _reloaded(self, method: str) -> Reply:
        if method not in ("POST", "PUT"):
            raise framework_error(405, 405, f"method {method} is not allowed, but [POST,PUT] are")
        try:
            self._reload()
        except ConfigurationError as error:
            return plain(500, f"failed to reload config: {error}\n")
        return plain(200, "")


def _logged(target: str) -> str:
    """Return an address as logs may have it: without the token of a link, which lets anybody in."""
    before, found, _ = unquote(target).partition(PATH)
    return f"{before}{PATH}..." if found else target[:256]


def _read(method: str, target: str, headers: dict[str, str], body: bytes) -> HttpRequest:
    try:
        parts = urlsplit(target)
        fields = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_FIELDS_LIMIT)
    except ValueError as error:
        raise framework_error(400, 400, "the address of the request cannot be read") from error
    queries: dict[str, tuple[str, ...]] = {}
    for name, value in fields:
        queries[name] = (*queries.get(name, ()), value)
    return HttpRequest(
        id=uuid4().hex,
        resource=unquote(parts.path),
        parameters={},
        query=dict(fields),
        headers=headers,
        raw_body=body,
        method=method,
        queries=queries,
    )
