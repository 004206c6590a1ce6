"""Request bodies as senders write them."""

from typing import Any


def webhook(*alerts: dict[str, Any]) -> dict[str, Any]:
    """Return the body of an Alertmanager webhook."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighLatency"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "tocsin",
        "groupLabels": {"alertname": "HighLatency"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example:9093",
        "alerts": list(alerts),
    }


def member(host: str, name: str = "HighLatency", **fields: Any) -> dict[str, Any]:
    """Return one alert of a webhook, about 0.9 KB like those in the wild."""
    return {
        "status": "firing",
        "labels": {
            "alertname": name,
            "cluster": "eu-central-1-prod",
            "instance": f"{host}.prod.example:9100",
            "job": "node-exporter",
            "namespace": "checkout",
            "severity": fields.pop("severity", "warning"),
            "team": "payments",
        },
        "annotations": {
            "summary": f"Latency of {host} is above 500 ms for 5 minutes",
            "description": (
                f"The 99th percentile of the request latency on {host} has been above 500 ms "
                "for more than 5 minutes. Customers see slow pages. Check the database "
                "connections and the last deployment first."
            ),
            "runbook_url": "https://runbooks.example/checkout/high-latency",
        },
        "startsAt": "2025-11-22T05:40:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=latency_p99+%3E+0.5&g0.tab=1",
        "fingerprint": "0123456789abcdef",
        **fields,
    }


def resolved(host: str, **fields: Any) -> dict[str, Any]:
    """Return the end of what `member` began."""
    return member(host, status="resolved", endsAt="2025-11-22T05:50:00.000Z", **fields)
