"""The canonical alert: what every provider's payload becomes."""

from typing import Any, Literal, get_args

import msgspec

from tocsin.domain.found import Enrichment

Status = Literal["firing", "resolved"]
Severity = Literal["critical", "high", "warning", "info", "low"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# How many texts an alert may have, and how long they and its link may be, as `docs/alert.md` says.
ANNOTATIONS_PER_ALERT = 128
ANNOTATION_VALUE_CHARACTERS = 16_384
URL_CHARACTERS = 8192

# The words that monitoring tools use, in lower case. What is not here is a `warning`: a word
# nobody foresaw must neither wake a person nor vanish.
_SEVERITY_WORDS: dict[str, Severity] = {
    "critical": "critical", "crit": "critical", "page": "critical", "fatal": "critical",
    "emergency": "critical", "emerg": "critical", "panic": "critical", "disaster": "critical",
    "p1": "critical", "sev1": "critical", "sev0": "critical", "down": "critical",
    "high": "high", "major": "high", "error": "high", "err": "high", "alert": "high",
    "p2": "high", "sev2": "high",
    "warning": "warning", "warn": "warning", "medium": "warning", "average": "warning",
    "minor": "warning", "moderate": "warning", "p3": "warning", "sev3": "warning",
    "info": "info", "informational": "info", "information": "info", "notice": "info",
    "ok": "info", "p4": "info", "sev4": "info",
    "low": "low", "debug": "low", "none": "low", "p5": "low", "sev5": "low",
}  # fmt: skip


def severity_of(word: object, default: Severity = "warning") -> Severity:
    """Map a provider's own word for severity to one of `SEVERITIES`."""
    return _SEVERITY_WORDS.get(str(word).strip().lower(), default)


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One named problem of one thing, firing or resolved.

    `labels` are its identity and always hold `alertname`. Times are epoch seconds in UTC;
    None where the sender did not say.
    """

    name: str
    status: Status
    severity: Severity = "warning"
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    # When the sender says this status was so, for senders that stamp each change of status
    # (CloudWatch, Datadog). None for those that only repeat the present state (Prometheus):
    # then the time of receipt orders the events.
    observed_at_s: float | None = None
    # Until when this firing holds if nobody repeats it; None: until it is resolved. It may be
    # tocsin's own assumption, where its sender did not say.
    holds_until_s: float | None = None
    is_hold_assumed: bool = False
    provider: str
    url: str = ""
    value: float | None = None
    # What tocsin found out about this firing; no part of what its sender said.
    enrichment: Enrichment | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether this alert travels the urgent queues."""
        return self.severity == "critical"


def place(alert: Alert) -> tuple[Any, ...]:
    """Order alerts as Alertmanager does: by job, instance, then all labels."""
    job, instance = alert.labels.get("job"), alert.labels.get("instance")
    named = tuple(sorted(alert.labels.items()))
    return (job is None, job or "", instance is None, instance or "", named)


def routing_labels(alert: Alert, *, plain: bool = False) -> dict[str, str]:
    """Return the labels that matchers see: the alert's own, then severity and provider.

    The latter two are left out where they are to be `plain`, as Alertmanager's are.
    """
    if plain:
        return alert.labels
    return {"severity": alert.severity, "provider": alert.provider, **alert.labels}
