"""From a request about one alert to an answer."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.pipeline.acting import act
from tocsin.pipeline.timeline import timeline
from tocsin.runtime.alertmanager.replies import Reply, packed
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.lifecycle.ports import Caller, LifecyclePorts
from tocsin.runtime.lifecycle.reading import target_of, wanted_action
from tocsin.runtime.lifecycle.showing import shown_alert, shown_timeline

_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def handle(request: HttpRequest, ports: LifecyclePorts, caller: Caller, now_s: float) -> Reply:
    """Answer a request of a caller who was let in.

    Raises Retryable if what it stands on does not answer.
    """
    try:
        reply = _answer(request, ports, caller, now_s)
    except InvalidInput as error:
        reply = refused(error)
    return packed(reply, request, ports.limit_bytes)


def refused(error: InvalidInput) -> Reply:
    """Answer an error."""
    detail = {"code": error.code, "message": error.message, "path": error.path}
    return _reply(error.status, {"error": detail})


def _answer(request: HttpRequest, ports: LifecyclePorts, caller: Caller, now_s: float) -> Reply:
    target = target_of(request)
    config = _config(ports, caller)
    if target.kind is None:
        found = ports.alerts.find(config, target.name, now_s, caller.has_time)
        past = timeline(ports.journal, caller.tenant, found, now_s, caller.has_time)
        alert = shown_alert(found, config, past)
        return _reply(200, {"alert": alert, "timeline": shown_timeline(past, config)})
    wanted = wanted_action(request, target, target.kind, caller, now_s)
    found = ports.alerts.find(config, target.name, now_s, caller.has_time)
    act(found, wanted, ports.outbox, ports.blobs, now_s)
    body: dict[str, Any] = {"id": wanted.id}
    if caller.may_read:
        body["alert"] = shown_alert(found, config)
    return _reply(202, body)


def _config(ports: LifecyclePorts, caller: Caller) -> TenantConfig:
    config = ports.configs.current(caller.tenant)
    if config is None:
        raise InvalidInput(
            f"tenant {caller.tenant} has no configuration, and so no alerts",
            status=404,
            code="unknown_alert",
        )
    return config


def _reply(status: int, value: Any) -> Reply:
    return Reply(status=status, headers=dict(_JSON), body=msgspec.json.encode(value) + b"\n")
