"""From a request to an answer: one table of routes, with Alertmanager's answers to all others."""

from collections.abc import Callable, Iterable

import msgspec

from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.runtime.alertmanager.alerts import get_alerts
from tocsin.runtime.alertmanager.groups import get_groups
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply, framework_error, packed, plain, refused
from tocsin.runtime.alertmanager.silences import (
    delete_silence,
    get_silence,
    get_silences,
    post_silence,
)
from tocsin.runtime.alertmanager.status import get_metrics, get_receivers, get_status
from tocsin.runtime.gateway import HttpRequest

_BASE = "/api/v2"
_Endpoint = Callable[[HttpRequest, AlertmanagerPorts, TenantConfig, float], Reply]


def _post_alerts(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    if ports.intake is None:
        raise framework_error(404, 404, f"path {_BASE}/alerts takes no alerts here")
    return ports.intake(request, config.tenant, now_s)


_ROUTES: dict[str, dict[str, _Endpoint]] = {
    "/alerts": {"GET": get_alerts, "POST": _post_alerts},
    "/alerts/groups": {"GET": get_groups},
    "/receivers": {"GET": get_receivers},
    "/silence/{id}": {"DELETE": delete_silence, "GET": get_silence},
    "/silences": {"GET": get_silences, "POST": post_silence},
    "/status": {"GET": get_status},
}
_METRICS: dict[str, _Endpoint] = {
    "GET": lambda _, ports, config, now_s: get_metrics(ports, config, now_s)
}
_PROBES = ("GET", "HEAD")
# A browser asks before it sends what a form could not. It never sends credentials of its own
# here: an answer for everybody is of no use to a request that carries them.
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Cache-Control, Content-Type, X-Api-Key",
    "Access-Control-Max-Age": "600",
}


def handle(request: HttpRequest, ports: AlertmanagerPorts, tenant: str, now_s: float) -> Reply:
    """Answer a request of a tenant that was let in, below /api/v2 or one of Alertmanager's own.

    Raises Retryable if what it stands on does not answer.
    """
    try:
        reply = _answer(request, ports, tenant, now_s)
    except InvalidInput as error:
        reply = refused(error)
    return packed(reply, request, ports.limit_bytes)


def is_preflight(request: HttpRequest) -> bool:
    """Tell whether a browser asks what it may send; it shows no key when it does."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def preflight(request: HttpRequest) -> Reply:
    """Answer that a page from anywhere may send everything that it has a key for."""
    return packed(Reply(status=200, headers=_PREFLIGHT), request, 0)


def probe() -> Reply:
    """Answer /-/healthy and /-/ready."""
    return plain(200, "OK")


def writes_silences(request: HttpRequest) -> bool:
    """Tell whether a request would change silences."""
    is_about_silences = request.path.startswith((f"{_BASE}/silences", f"{_BASE}/silence/"))
    return is_about_silences and request.method not in ("GET", "HEAD", "OPTIONS")


def _answer(request: HttpRequest, ports: AlertmanagerPorts, tenant: str, now_s: float) -> Reply:
    path = request.path
    if path in ("/-/healthy", "/-/ready"):
        return probe() if request.method in _PROBES else _not_allowed(request.method, _PROBES)
    if is_preflight(request):
        return preflight(request)
    config = ports.configs.current(tenant) or _unconfigured(tenant)
    if path != "/metrics" and not path.startswith(f"{_BASE}/"):
        return plain(404, "404 page not found\n")
    methods = _METRICS if path == "/metrics" else _ROUTES.get(_route(path))
    if methods is None:
        raise framework_error(404, 404, f"path {path[:256]} was not found")
    if request.method not in methods:
        return _not_allowed(request.method, methods)
    return methods[request.method](request, ports, config, now_s)


def _not_allowed(method: str, methods: Iterable[str]) -> Reply:
    allowed = ",".join(methods)
    message = f"method {method[:16]} is not allowed, but [{allowed}] are"
    reply = refused(framework_error(405, 405, message))
    return msgspec.structs.replace(reply, headers={**reply.headers, "Allow": allowed})


def _route(path: str) -> str:
    """Return the name of a path in the table; a slash at its end does not count."""
    route = path.removeprefix(_BASE).rstrip("/")
    parent, _, last = route.rpartition("/")
    return "/silence/{id}" if parent == "/silence" and last else route


def _unconfigured(tenant: str) -> TenantConfig:
    nobody = "none"
    return TenantConfig(
        tenant=tenant,
        version=0,
        route=Route(receiver=nobody),
        receivers={},
        integrations={nobody: ()},
    )
