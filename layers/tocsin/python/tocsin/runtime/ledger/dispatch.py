"""From a request about deliveries to an answer."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.pipeline.deliveries import Deliveries
from tocsin.runtime.alertmanager.replies import Reply, packed
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.ledger.reading import asked_story, listing, notification_of
from tocsin.runtime.ledger.showing import shown_page, shown_story
from tocsin.runtime.lifecycle.dispatch import refused
from tocsin.runtime.lifecycle.ports import Caller, LifecyclePorts

_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def handle(request: HttpRequest, ports: LifecyclePorts, caller: Caller, now_s: float) -> Reply:
    """Answer a request of a caller who may read.

    Raises Retryable if what it stands on does not answer.
    """
    try:
        value = _answer(request, ports, caller, now_s)
        reply = Reply(status=200, headers=dict(_JSON), body=msgspec.json.encode(value) + b"\n")
    except InvalidInput as error:
        reply = refused(error)
    return packed(reply, request, ports.limit_bytes)


def _answer(
    request: HttpRequest, ports: LifecyclePorts, caller: Caller, now_s: float
) -> dict[str, Any]:
    if request.method != "GET":
        raise InvalidInput("this takes GET alone", status=405, code="method_not_allowed")
    config = ports.configs.current(caller.tenant) or _nothing(caller.tenant)
    ledger = Deliveries(ports.journal, caller.tenant, caller.has_time)
    key = notification_of(request)
    if key:
        span, is_whole = asked_story(request, now_s)
        story = ledger.story(key, span, is_whole=is_whole)
        if not story.tries:
            raise _unknown(is_cut=story.is_cut)
        return {"tenant": caller.tenant, **shown_story(story, config)}

    def fingerprint_of(name: str) -> str:
        return ports.alerts.find(config, name, now_s, caller.has_time).fingerprint

    asked = listing(request, config, fingerprint_of, now_s)
    page = ledger.page(asked.wanted, asked.span, asked.limit, asked.before)
    return {"tenant": caller.tenant, **shown_page(page, config)}


def _nothing(tenant: str) -> TenantConfig:
    return TenantConfig(tenant=tenant, version=0, route=Route(receiver=""), receivers={})


def _unknown(*, is_cut: bool) -> InvalidInput:
    how = "; there was no time to read it all, so ask for less" if is_cut else ""
    return InvalidInput(
        f"there is no such notification in this span: since and until name another{how}",
        status=404,
        code="unknown_notification",
    )
