"""The routes of deliveries in the api function; imported when the first request asks for one."""

from collections.abc import Callable
from typing import Any

from tocsin.ports import ApiKey
from tocsin.runtime.alertmanager.replies import to_proxy
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.ledger import dispatch
from tocsin.runtime.lifecycle.ports import LifecyclePorts
from tocsin.runtime.lifecycle.wiring import caller_of
from tocsin.runtime.worker import Context


def answer_deliveries(
    request: HttpRequest, ports: Callable[[], LifecyclePorts], key: ApiKey, context: Context
) -> dict[str, Any]:
    """Answer a request about the deliveries of the tenant of a key."""
    return to_proxy(dispatch.handle(request, ports(), caller_of(key, context), now_s()))
