"""Which pages an alert links to, the most useful first."""

import re
from collections.abc import Iterator
from itertools import islice

from tocsin.domain.alert import Alert
from tocsin.domain.found import Enrichment

# How Prometheus' rules, Grafana and others call it.
RUNBOOKS = ("runbook_url", "runbook", "runbook_uri", "runbookURL", "playbook_url", "playbook")

_MOST = 100
_LOOKED_AT = 16_384
_URL = re.compile(r"https?://[^\s<>\"'\\^`{|}]{1,2048}", re.IGNORECASE)
_AFTER = ".,;:!?)]"


def links_of(alert: Alert, found: Enrichment) -> tuple[str, ...]:
    """Return each URL once: its runbook, its page, then those in texts and those found.

    No more than the first hundred are looked at, and of a text its first 16 K characters.
    """
    return tuple(dict.fromkeys(islice(_all(alert, found), _MOST)))


def _all(alert: Alert, found: Enrichment) -> Iterator[str]:
    for name in RUNBOOKS:
        yield from _in(alert.annotations.get(name, ""))
    for link in found.links:
        if "runbook" in link.title.lower():
            yield from _in(link.url)
    yield from _in(alert.url)
    for text in alert.annotations.values():
        yield from _in(text)
    for link in found.links:
        yield from _in(link.url)


def _in(text: str) -> Iterator[str]:
    for match in _URL.finditer(text[:_LOOKED_AT]):
        yield match[0].rstrip(_AFTER)
