"""Notifications for tests of kinds of receivers: plain, hostile and too long."""

from typing import Any

from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tocsin.domain.alert import Alert
from tocsin.domain.found import Content, Enrichment, Findings, Link, Owner, Triage
from tocsin.domain.group import GroupKey
from tocsin.ports import Notification

GROUP = GroupKey("acme", "oncall", (("alertname", "Down"), ("team", "db")))
KEY_32 = "e93facc04764012d7bfb002500d5d1a6"

DOWN = alert(
    "Down",
    severity="critical",
    labels={"team": "db", "instance": "db-1", "service": "orders", "cluster": "eu-1"},
    annotations={"summary": "it is\ndown", "runbook_url": "https://runbooks.example/down"},
    starts_at_s=T0,
    url="https://prometheus.example/graph?g0=a&b=1",
)
UP = alert("Down", status="resolved", labels={"team": "db"}, starts_at_s=T0, ends_at_s=T0 + 60)

FOUND = Enrichment(
    owner=Owner(service="orders", team="payments", contact="#payments", tier="1"),
    links=(Link(title="Dashboard", url="https://dashboards.example/a?b=c"),),
    findings=Findings(
        content=(Content(url="javascript:alert(1)", title="Pool", summary="Raise\nthe limit."),),
        triage=Triage(by="model-1", cause="the pool is full"),
    ),
)

# What would be markup, a mention, an escape, a template or another line somewhere.
HOSTILE = (
    '"}]\\ <at>everyone</at> <!channel> @here **b** [x](https://evil.example) {{DATE(x)}} ${x} '
    "</script>\r\nResolved: yes \u202egnp.exe\x00 \U0001f469\u200d\U0001f4bb"
)
EVIL = alert(
    HOSTILE,
    labels={HOSTILE: HOSTILE},
    annotations={"summary": HOSTILE, "runbook_url": "javascript:alert(1)"},
    starts_at_s=T0,
    url=f"https://prometheus.example/{HOSTILE}",
)
# Each character as long as it gets in JSON, in UTF-8 and in UTF-16.
WORST = [
    alert(
        character * 5000,
        labels={f"{character * 300}{number}": character * 3000 for number in range(60)},
        annotations={
            "summary": character * 16_000,
            "runbook_url": "https://x.example/" + "&" * 900,
        },
        starts_at_s=T0,
        url="https://y.example/" + "%" * 900,
        enrichment=FOUND,
    )
    for character in ('"', "\\", "\U0001f469", "é", "x")
]


def flood(worst: Alert, count: int = 200) -> list[Alert]:
    """Return an alert as long as it gets, then such of which each text is longer than any shown.

    Those have fewer labels, and of these more than any channel has room for.
    """
    labels = {name: value[:1500] for name, value in [*worst.labels.items()][:12]}
    return [worst, *[replace(worst, labels=labels)] * (count - 1)]


def notification(*alerts: Any, **fields: Any) -> Notification:
    """Return a notification of one group; all of its alerts are news."""
    given = {
        "key": "toc_1",
        "receiver": receiver(),
        "group": GROUP,
        "alerts": alerts,
        "attempt": 1,
        "new": len(alerts),
        "reason": "first notification",
    }
    return Notification(**{**given, **fields})
