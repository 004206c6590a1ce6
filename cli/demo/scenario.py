"""The traffic: tenants with equal labels, four kinds of senders, and what goes wrong daily."""

from typing import Any

from cli.demo.channels import TENANT as CHANNELS
from cli.demo.enriched import TENANT as ENRICHED
from cli.demo.enriched import enriched_acts
from cli.demo.payloads import Labels, alertmanager_webhook, cloudwatch_alarm, prometheus_alerts
from cli.demo.plan import Act, Notice, Sending
from cli.demo.ruled import TENANT as RULED
from cli.demo.ruled import ruled_acts

TENANTS = ("acme", "globex", RULED, ENRICHED, CHANNELS)
RECEIVERS = {"acme": ("oncall", "ops-channel"), "globex": ("desk",)}
SNS = "sns"
WEBHOOK_PATH = "/v1/alerts/alertmanager"
GENERIC_PATH = "/v1/alerts"
PROMETHEUS_PATH = "/api/v2/alerts"

_STORM_REQUESTS = 8
_STORM_SIZE = 50
_STORM_PODS = 20

_WEB_1: Labels = {"alertname": "HighLatency", "instance": "web-1", "severity": "warning"}
_WEB_2: Labels = {"alertname": "HighLatency", "instance": "web-2", "severity": "warning"}
_DB: Labels = {"alertname": "DiskFull", "instance": "db-1", "severity": "critical"}
_NODE: Labels = {"alertname": "TargetDown", "instance": "node-7", "severity": "high"}


def acts(now_s: float) -> tuple[Act, ...]:
    """Return everything that will be sent, in order, for a run that begins at `now_s`."""
    starts_at_s = now_s - 60
    trouble = alertmanager_webhook(
        [("firing", labels) for labels in (_WEB_1, _WEB_2, _WEB_1, _DB)], starts_at_s, now_s
    )
    return (
        Act("Trouble begins", (*_first_reports(trouble, starts_at_s, now_s), *_storm(starts_at_s))),
        Act("The same again", _repeats(trouble, starts_at_s, now_s)),
        Act("It is over", _resolves(starts_at_s, now_s)),
        *ruled_acts(),
        *enriched_acts(),
    )


def _first_reports(trouble: Any, starts_at_s: float, now_s: float) -> tuple[Sending, ...]:
    told = ("HighLatency web-1", "HighLatency web-2")
    return (
        Sending(
            tenant="acme",
            title="Alertmanager webhook: 4 alerts, 1 of them twice, 1 critical",
            path=WEBHOOK_PATH,
            payload=trouble,
            accepted=4,
            news=3,
            notices=(*_notices("acme", "firing", *told), *_critical("firing")),
        ),
        Sending(
            tenant="globex",
            title="the same webhook, with equal labels, of another tenant",
            path=WEBHOOK_PATH,
            payload=trouble,
            accepted=4,
            news=3,
            notices=_notices("globex", "firing", *told, "DiskFull db-1"),
        ),
        Sending(
            tenant="acme",
            title="Prometheus: 1 new alert, 1 that Alertmanager has told already",
            path=PROMETHEUS_PATH,
            payload=prometheus_alerts([_NODE, _WEB_1], starts_at_s, now_s + 240),
            accepted=2,
            news=1,
            notices=_notices("acme", "firing", "TargetDown node-7"),
        ),
        Sending(
            tenant="acme",
            title="CloudWatch alarm through SNS",
            path=SNS,
            payload=cloudwatch_alarm("OrdersQueueAge", "ALARM", now_s - 5),
            accepted=1,
            news=1,
            notices=_notices("acme", "firing", "OrdersQueueAge"),
        ),
        Sending(
            tenant="acme",
            title="generic JSON: 2 good alerts and a bad one between them",
            path=GENERIC_PATH,
            payload={"alerts": [_backup("a"), {"status": "firing", "labels": 7}, _backup("b")]},
            accepted=2,
            news=2,
            rejected=(1,),
            notices=_notices("acme", "firing", "BackupFailed a", "BackupFailed b"),
        ),
    )


def _storm(starts_at_s: float) -> tuple[Sending, ...]:
    """Return requests that repeat a few alerts many times, all at once."""
    pods: list[Labels] = [
        {"alertname": "PodRestarting", "instance": f"pod-{number}", "severity": "warning"}
        for number in range(_STORM_PODS)
    ]
    body = alertmanager_webhook(
        [("firing", pods[number % _STORM_PODS]) for number in range(_STORM_SIZE)],
        starts_at_s,
        starts_at_s,
    )
    names = [f"PodRestarting pod-{number}" for number in range(_STORM_PODS)]
    return tuple(
        Sending(
            tenant="globex",
            title=f"a storm, {number + 1} of {_STORM_REQUESTS}: "
            f"{_STORM_SIZE} alerts about {_STORM_PODS} pods",
            path=WEBHOOK_PATH,
            payload=body,
            accepted=_STORM_SIZE,
            # All say the same; it does not matter which of them is the one that is told.
            news=0 if number else _STORM_PODS,
            notices=() if number else _notices("globex", "firing", *names),
        )
        for number in range(_STORM_REQUESTS)
    )


def _repeats(trouble: Any, starts_at_s: float, now_s: float) -> tuple[Sending, ...]:
    return (
        Sending(
            tenant="acme",
            title="Alertmanager repeats its webhook",
            path=WEBHOOK_PATH,
            payload=trouble,
            accepted=4,
            news=0,
        ),
        Sending(
            tenant="acme",
            title="Prometheus sends again, as it does each minute",
            path=PROMETHEUS_PATH,
            payload=prometheus_alerts([_NODE, _WEB_1], starts_at_s, now_s + 300),
            accepted=2,
            news=0,
        ),
    )


def _resolves(starts_at_s: float, now_s: float) -> tuple[Sending, ...]:
    return (
        Sending(
            tenant="acme",
            title="Alertmanager: 1 warning and the critical one are resolved",
            path=WEBHOOK_PATH,
            payload=alertmanager_webhook(
                [("resolved", _WEB_1), ("resolved", _DB)], starts_at_s, now_s
            ),
            accepted=2,
            news=2,
            notices=(*_notices("acme", "resolved", "HighLatency web-1"), *_critical("resolved")),
        ),
        Sending(
            tenant="acme",
            title="the CloudWatch alarm is OK again, through SNS",
            path=SNS,
            payload=cloudwatch_alarm("OrdersQueueAge", "OK", now_s),
            accepted=1,
            news=1,
            notices=_notices("acme", "resolved", "OrdersQueueAge"),
        ),
        Sending(
            tenant="globex",
            title="the other tenant resolves one of its own",
            path=WEBHOOK_PATH,
            payload=alertmanager_webhook([("resolved", _WEB_2)], starts_at_s, now_s),
            accepted=1,
            news=1,
            notices=_notices("globex", "resolved", "HighLatency web-2"),
        ),
    )


def _backup(instance: str) -> dict[str, Any]:
    return {
        "name": "BackupFailed",
        "status": "firing",
        "severity": "info",
        "labels": {"instance": instance},
        "annotations": {"summary": "The nightly backup ended with an error"},
    }


def _notices(tenant: str, step: str, *alerts: str) -> tuple[Notice, ...]:
    """Say that the tenant's default receiver hears of these alerts."""
    return tuple(Notice(tenant, RECEIVERS[tenant][0], alert, step) for alert in alerts)


def _critical(step: str) -> tuple[Notice, ...]:
    """Say that both receivers of the first tenant hear of its critical alert."""
    return tuple(Notice("acme", receiver, "DiskFull db-1", step) for receiver in RECEIVERS["acme"])
