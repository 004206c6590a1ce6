"""Notifications by mail for tests, and a mail as a client reads it."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.builders import T0, alert, receiver
from tocsin.adapters.receivers import email
from tocsin.domain.channels import Email
from tocsin.domain.found import Enrichment, Findings, Link, Owner, RecentChange, Triage
from tocsin.domain.group import GroupKey, Thread
from tocsin.ports import Notification

ANN, BOB, SENDER = "ann@example.com", "bob@example.com", "tocsin@alerts.example.com"


def notification(*alerts: Any, labels: Any = (), thread: Any = None, **fields: Any) -> Notification:
    """Return a notification by mail; settings of its receiver are in `settings`."""
    settings = Email(**{"to": (ANN, BOB), "sender": SENDER, **fields.pop("settings", {})})
    return Notification(
        **{
            "key": "toc_1",
            "receiver": receiver(kind="email", url="", settings=settings),
            "group": GroupKey("acme", "oncall", labels),
            "alerts": alerts or (alert("Down", starts_at_s=T0),),
            "attempt": 1,
            "thread": Thread(*thread) if thread else None,
            **fields,
        }
    )


def mailed(*alerts: Any, **fields: Any) -> EmailMessage:
    """Return the message as Python's own reader of mail sees it."""
    return read(email.render(notification(*alerts, **fields), "https://tocsin.example/", T0))


def read(content: bytes) -> EmailMessage:
    """Return a message, in which nothing may be wrong."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def texts(message: EmailMessage) -> tuple[str, str]:
    """Return the plain and the HTML part."""
    plain, page = message.iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    said = [part.get_content().replace("\r\n", "\n") for part in (plain, page)]
    return said[0], said[1]


def rich_alerts() -> tuple[Any, ...]:
    """Return alerts with all that a message can show: one fires and two ended."""
    found = Enrichment(
        owner=Owner(service="orders-db", team="Storage", contact="#storage", tier="1"),
        links=(Link(title="Dashboard", url="https://grafana.example/d/disk?var-host=db-3"),),
        findings=Findings(
            changes=(
                RecentChange(
                    at_s=T0 - 1200,
                    service="orders-db",
                    title="Keep write-ahead logs for 7 days",
                    kind="deployment",
                    by="mira",
                    url="https://git.example/orders-db/commit/4f1a",
                ),
            ),
            triage=Triage(
                by="built-in",
                cause="write-ahead logs fill the disk since the deployment at 05:20 UTC",
                impact="orders cannot be written once the disk is full",
                checks=("df -h /var/lib/postgresql", "replication lag of db-4"),
            ),
        ),
    )
    full = alert(
        "DiskAlmostFull",
        severity="critical",
        labels={
            "instance": "db-3.eu-central-1",
            "service": "orders-db",
            "mountpoint": "/var/lib/postgresql",
            "device": "nvme1n1",
            "team": "storage",
        },
        annotations={
            "summary": "The disk of db-3 is 96 % full and will be full in about 40 minutes.",
            "runbook_url": "https://wiki.example/runbooks/disk",
        },
        starts_at_s=T0,
        url="https://prometheus.example/graph?g0.expr=disk_used%3E0.9",
        enrichment=found,
    )
    ended = [
        alert(
            "DiskAlmostFull",
            status="resolved",
            labels={"instance": f"db-{number}.eu-central-1", "service": "orders-db"},
            annotations={"summary": f"The disk of db-{number} is 91 % full."},
            starts_at_s=T0 - 5400,
            ends_at_s=T0 - 600,
        )
        for number in (1, 2)
    ]
    return full, *ended
