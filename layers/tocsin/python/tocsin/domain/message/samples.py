"""Notifications of every sort, by which templates are tried before they are applied."""

from collections.abc import Iterator

from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.decision import ENRICHED
from tocsin.domain.found import Enrichment, Findings, Link, Owner, RecentChange
from tocsin.domain.group import GroupKey, digest_of
from tocsin.domain.message.message import Subject
from tocsin.domain.wording.language import Language

_AT_S = 1_767_225_600.0
_FOUND = Enrichment(
    owner=Owner(service="checkout", team="payments", contact="#payments", tier="1"),
    links=(Link(title="dashboard", url="https://grafana.example/d/checkout"),),
    findings=Findings(
        changes=(RecentChange(at_s=_AT_S - 600.0, service="checkout", title="v42", kind="deploy"),)
    ),
)
_RICH = Alert(
    name="HighLatency",
    status="firing",
    severity="critical",
    labels={
        "alertname": "HighLatency",
        "service": "checkout",
        "instance": "web-1:9090",
        "cluster": "eu-1",
        "team": "payments",
    },
    annotations={
        "summary": "The 99th percentile is above 2 s",
        "description": "Customers wait for the last step of an order.",
        "runbook_url": "https://runbooks.example/latency",
    },
    starts_at_s=_AT_S,
    provider="prometheus",
    url="https://prometheus.example/graph",
    value=2.5,
    enrichment=_FOUND,
)
# As little as an alert can say.
_BARE = Alert(name="Down", status="firing", labels={"alertname": "Down"}, provider="generic")
_OVER = replace(_RICH, status="resolved", ends_at_s=_AT_S + 900.0)


def sample_subjects(tenant: str, receiver: str, language: Language) -> Iterator[Subject]:
    """Yield what a receiver may have to be told."""
    key = GroupKey(tenant, receiver, (("alertname", "HighLatency"),))
    first = Subject(
        group=key,
        alerts=(_RICH,),
        new=1,
        reason="first notification",
        url="https://tocsin.example",
        language=language,
    )
    yield first
    yield replace(first, alerts=(_BARE,), url="", group=GroupKey(tenant, receiver))
    yield replace(first, alerts=(_RICH, _OVER, _BARE), reason="new alerts added", truncated=3)
    yield replace(first, alerts=(_OVER,), reason="all alerts resolved")
    yield replace(first, reason=ENRICHED, new=0)
    yield replace(first, alerts=(_RICH, _BARE, _OVER) * 20, new=60, group=digest_of(key))
