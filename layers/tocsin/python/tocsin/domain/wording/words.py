"""The words that a language needs. What stands in braces is put in by `str.format`."""

from collections.abc import Mapping

import msgspec

from tocsin.domain.actionlink import LinkKind
from tocsin.domain.alert import Severity, Status


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """One language. `reasons` are by what stands in `Notification.reason`."""

    language: str
    # In titles.
    firing_tag: str
    resolved_tag: str
    update_tag: str
    digest: str
    others: str
    # Of one alert.
    statuses: Mapping[Status, str]
    severities: Mapping[Severity, str]
    where: str
    labels: str
    also: str
    since: str
    until: str
    to: str
    lasted: str
    count: str
    count_of: str
    value: str
    owner: str
    nobody: str
    tier: str
    runbook: str
    source: str
    open: str
    all_alerts: str
    time: str
    # Of all of them.
    more: str
    why: str
    digest_why: str
    reasons: Mapping[str, str]
    kinds: str
    # What was found out about one.
    looks_like: str
    news: str
    changed: str
    change: str
    change_by: str
    page: str
    machine: str
    cause: str
    impact: str
    check: str
    similar: str
    # What can be done about it.
    actions: Mapping[LinkKind, str]
    # Where the tenant's own wording failed.
    template: str
    template_failed: str
