"""The api function: how people and tools look at tocsin."""

import os
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from tocsin import __version__
from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.cached import CachedConfigs, CachedKeys
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.dynamodb.seen import DynamoSeen
from tocsin.adapters.dynamodb.silences import DynamoSilences
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.secrets import SecretsManager
from tocsin.domain.apikey import Scope
from tocsin.domain.balance import add_up
from tocsin.domain.errors import InvalidInput, TocsinError
from tocsin.pipeline.alertview import AlertView
from tocsin.ports import ApiKey, Configs, Groups, Journal, Keys, Silences
from tocsin.runtime.access import authenticate
from tocsin.runtime.alertmanager import dispatch
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import packed, refused, to_proxy
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest, answer, error_answer, from_event, resource_of
from tocsin.runtime.lastused import LastUsed
from tocsin.runtime.settings import ApiSettings, load
from tocsin.runtime.worker import Context

if TYPE_CHECKING:
    from tocsin.runtime.actions.ports import ActionPorts
    from tocsin.runtime.lifecycle.ports import LifecyclePorts

_HOURS_LIMIT = 24 * 30
_HEALTH_S = 10.0
_STARTED_AT_S = now_s()
# A function may answer 6 MB, and what is compressed goes as base64.
_ANSWER_LIMIT_BYTES = 4_200_000


class _Parts(msgspec.Struct, frozen=True):
    settings: ApiSettings
    keys: Keys
    pepper: Callable[[], bytes]
    journal: Journal
    alertmanager: AlertmanagerPorts
    lifecycle: "Callable[[], LifecyclePorts]"
    actions: "Callable[[], ActionPorts]"
    used: LastUsed


@cache
def _parts() -> _Parts:
    settings = load(ApiSettings, os.environ)
    secrets = SecretsManager(client("secretsmanager"))
    dynamodb = client("dynamodb")
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    groups = DynamoGroups(dynamodb, settings.group_table, settings.journal_table, blobs)
    configs = CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s)
    silences = DynamoSilences(dynamodb, settings.control_table)
    journal = DynamoJournal(dynamodb, settings.journal_table)

    def lifecycle() -> "LifecyclePorts":
        from tocsin.runtime.lifecycle.wiring import lifecycle_ports

        limit_bytes = _ANSWER_LIMIT_BYTES
        return lifecycle_ports(settings, configs, groups, silences, journal, limit_bytes)

    def actions() -> "ActionPorts":
        from tocsin.runtime.actions.wiring import action_ports

        return action_ports(settings, _parts().lifecycle(), groups, silences)

    return _Parts(
        settings=settings,
        keys=CachedKeys(DynamoKeys(dynamodb, settings.control_table), now_s),
        pepper=lambda: secrets.get(settings.key_pepper_secret_arn).encode(),
        journal=journal,
        alertmanager=_alertmanager_ports(configs, silences, groups),
        lifecycle=cache(lifecycle),
        actions=cache(actions),
        used=LastUsed(cache(lambda: DynamoSeen(hasty_client("dynamodb"), settings.seen_table))),
    )


def _alertmanager_ports(configs: Configs, silences: Silences, groups: Groups) -> AlertmanagerPorts:
    return AlertmanagerPorts(
        configs=configs,
        silences=silences,
        view=AlertView(groups),
        new_id=lambda: str(uuid4()),
        started_at_s=_STARTED_AT_S,
        limit_bytes=_ANSWER_LIMIT_BYTES,
    )


def handler(event: dict[str, Any], context: Context) -> Any:
    """Answer one request."""
    from tocsin.runtime.observability import flush_counts, log_broken, log_failures

    status = "refused"
    try:
        request = from_event(event, context.aws_request_id)
        result = _route(request, context)
        status = "answered"
    except InvalidInput as error:
        result = error_answer(error)
    except TocsinError as error:
        reason = f"{type(error).__name__}: {error}"
        log_failures({context.aws_request_id: reason}, "")
        status, result = "unavailable", _unavailable(event)
    except Exception as error:  # noqa: BLE001 - its text may quote what was sent
        log_broken("a request breaks the api", error, request=context.aws_request_id)
        status, result = "broken", _unavailable(event)
    flush_counts({status: 1})
    return result


def _unavailable(event: dict[str, Any]) -> Any:
    if resource_of(event).startswith("/v1/actions/"):
        from tocsin.runtime.actions.dispatch import not_now

        return to_proxy(not_now(str(event.get("httpMethod"))))
    detail = {"code": "unavailable", "message": "try again", "path": ""}
    return answer(503, {"error": detail}, {"Retry-After": "1"})


def _route(request: HttpRequest, context: Context) -> Any:
    resource = request.resource.removeprefix("/k/{key}")
    if resource in ("/-/healthy", "/-/ready"):
        return to_proxy(dispatch.probe())
    if resource == "/health":
        return _health(int(now_s() // _HEALTH_S))
    if resource == "/v1/stats/overview":
        return _overview(request, _key(request, "read"))
    for prefix, answered in _BELOW.items():
        if resource.startswith(prefix):
            return answered(request, context)
    return _alertmanager(request)


def _key(request: HttpRequest, scope: Scope) -> ApiKey:
    key = authenticate(request, scope, _parts().keys, _parts().pepper, now_s())
    _parts().used.note(key, now_s())
    return key


def _alertmanager(request: HttpRequest) -> Any:
    if dispatch.is_preflight(request):
        return to_proxy(dispatch.preflight(request))
    try:
        key = _key(request, "silence" if dispatch.writes_silences(request) else "read")
    except InvalidInput as error:
        return to_proxy(packed(refused(error), request, 0))
    reply = dispatch.handle(request, _parts().alertmanager, key.tenant, now_s())
    return to_proxy(reply)


def _one_alert(request: HttpRequest, context: Context) -> Any:
    from tocsin.runtime.lifecycle.wiring import answer_one

    key = _key(request, "read" if request.method == "GET" else "silence")
    return answer_one(request, _parts().lifecycle, key, context)


def _deliveries(request: HttpRequest, context: Context) -> Any:
    from tocsin.runtime.ledger.wiring import answer_deliveries

    return answer_deliveries(request, _parts().lifecycle, _key(request, "read"), context)


def _action(request: HttpRequest, context: Context) -> Any:
    from tocsin.runtime.actions.wiring import answer_action

    return answer_action(request, _parts().actions, context)


_BELOW: dict[str, Callable[[HttpRequest, Context], Any]] = {
    "/v1/alerts/": _one_alert,
    "/v1/actions/": _action,
    "/v1/slack/": _action,
    "/v1/deliveries": _deliveries,
}


@lru_cache(maxsize=1)
def _health(_span: int) -> Any:
    """Look at everything that the pipeline stands on; names of resources stay inside.

    The answer holds for a span of time, since anybody may ask.
    """
    from tocsin.adapters.redis import CachePing
    from tocsin.adapters.shape import check
    from tocsin.runtime.observability import logger

    settings = _parts().settings
    resources = {
        "FingerprintTable": settings.fingerprint_table,
        "GroupTable": settings.group_table,
        "JournalTable": settings.journal_table,
        "ControlTable": settings.control_table,
        "ArchiveBucket": settings.archive_bucket,
        "EnrichQueue": settings.enrich_queue_url,
        "EvaluateQueue": settings.evaluate_queue_url,
        "NotifyQueue": settings.notify_queue_url,
    }
    problems = check(client, resources)
    cache_state = CachePing().ping(settings.cache_url) if settings.cache_url else "none"
    if problems:
        logger().error("the stack has the wrong shape", extra={"problems": problems})
    body = {
        "status": "failing" if problems else "ok",
        "version": __version__,
        "cache": cache_state,
        "problems": sorted({problem.partition(" ")[0] for problem in problems}),
    }
    return answer(503 if problems else 200, body)


def _overview(request: HttpRequest, key: ApiKey) -> Any:
    """Add up what became of the alerts of the last hours (`hours`, 24 unless given)."""
    text = request.query.get("hours", "24")
    if not text.isdecimal() or len(text) > 3 or not 1 <= int(text) <= _HOURS_LIMIT:
        raise InvalidInput(f"hours must be a whole number from 1 to {_HOURS_LIMIT}", "hours")
    to_s = now_s()
    # Records of one alert may fall into the hour before it was accepted, by clock skew.
    records = _parts().journal.read(key.tenant, to_s - int(text) * 3600, to_s + 300)
    return answer(200, {"tenant": key.tenant, **msgspec.to_builtins(add_up(records))})
