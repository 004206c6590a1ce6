"""What enrichment finds out about an alert: owner, links, changes, a page, a guess, its likes."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cli.demo.plan import Act, Notice, Sending
from cli.localcloud.receiver import Arrival
from tocsin.adapters.receivers.enriched import lines
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.order import STAGES
from tocsin.domain.found import Enrichment, StageResult

TENANT = "umbrella"
SHOP = "shop"
CHANGES_PATH = "/v1/changes"
PAGE_PATH = "/pages/checkout-latency"
PAGE = """<html><head><title>Checkout is slow</title></head><body>
<h1>Checkout is slow</h1>
<p>The checkout waits for the database when its connection pool is full.</p>
<p>Check the pool usage on the dashboard first. Then compare with the last deployment.</p>
<p>Roll back the deployment if the pool was made smaller.</p>
</body></html>"""

SLOW = "CheckoutSlow shop-1"
LATE = "CheckoutLatencyHigh shop-1"
# One problem in the words of two tools.
_SAYS = "p99 latency of the checkout is 1840 ms, above 500 ms"
_SAYS_TOO = "High latency on checkout: 2110 ms"
_WHERE = {"service": "checkout-api", "instance": "shop-1"}


def enriched_acts() -> tuple[Act, ...]:
    """Return the acts in their order."""
    return (
        Act("Somebody deploys the checkout", (_deployment(),)),
        Act(
            "It gets slow, and what helps is found out while people know already",
            (_alert("CheckoutSlow", SLOW, _SAYS, "firing"),),
        ),
        Act(
            "Another tool says the same; its people see what was found out about the first",
            (_alert("CheckoutLatencyHigh", LATE, _SAYS_TOO, "firing"),),
        ),
        Act(
            "It is fast again",
            (
                _alert("CheckoutSlow", SLOW, _SAYS, "resolved"),
                _alert("CheckoutLatencyHigh", LATE, _SAYS_TOO, "resolved"),
            ),
        ),
    )


def _deployment() -> Sending:
    return Sending(
        tenant=TENANT,
        title="ann deploys v42 of checkout-api",
        path=CHANGES_PATH,
        payload={"service": "checkout", "title": "v42", "kind": "deployment", "by": "ann"},
        accepted=0,
        news=0,
        points=1,
    )


def _alert(name: str, shown: str, text: str, status: str) -> Sending:
    return Sending(
        tenant=TENANT,
        title=f"{shown}: {text}" if status == "firing" else f"{shown} is over",
        path="/v1/alerts",
        payload={
            "status": status,
            "severity": "warning",
            "labels": {"alertname": name, **_WHERE},
            "annotations": {"summary": text},
        },
        accepted=1,
        news=1,
        notices=(Notice(TENANT, SHOP, shown, status),),
    )


class Helped(msgspec.Struct, frozen=True):
    """What the notifications said was found out, by alert: the latest of each."""

    found: dict[str, Enrichment]

    def lines(self) -> Iterator[str]:
        """Yield what people read of each alert, and what each stage took."""
        for name, found in self.found.items():
            yield f"{TENANT}: {name}"
            alert = Alert(name=name, status="firing", labels={}, provider="demo", enrichment=found)
            for line in lines(alert):
                about = f"{line.about}: " if line.about else ""
                yield f"  {about}{line.text}{f' <{line.url}>' if line.url else ''}"
            yield f"  stages: {', '.join(_took(found))}"


def read_helped(arrivals: Sequence[Arrival]) -> Helped:
    """Read what the tenant's receiver was told of enrichment."""
    found: dict[str, Enrichment] = {}
    for arrival in arrivals:
        if arrival.path.startswith(f"/webhook/{TENANT}/"):
            for alert in arrival.alerts:
                if "enrichment" in alert:
                    found[_name(alert)] = msgspec.convert(alert["enrichment"], Enrichment)
    return Helped(found)


def check_helped(helped: Helped) -> Iterator[str]:
    """Yield what was not found out that should have been."""
    for name in (SLOW, LATE):
        found = helped.found.get(name)
        if found is None or found.findings is None:
            yield f"{TENANT}: nothing was found out late about {name}"
            continue
        late = found.findings
        wanted = {
            "its owner": found.owner is not None and found.owner.team == "payments",
            "a runbook": any(link.title == "Runbook" for link in found.links),
            "the deployment": any(change.title == "v42" for change in late.changes),
            "the page in a few sentences": any("pool" in each.summary for each in late.content),
            "a triage": late.triage is not None and bool(late.triage.by),
            "the alert that is like it": bool(late.similar) or name == SLOW,
            "what all stages took": {each.stage for each in _results(found)} == set(STAGES),
            "that no stage failed": all(each.outcome != "failed" for each in _results(found)),
        }
        for what, is_there in wanted.items():
            if not is_there:
                yield f"{TENANT}: {name} does not show {what}; stages: {', '.join(_took(found))}"


def _results(found: Enrichment) -> list[StageResult]:
    late = found.findings.stages if found.findings is not None else ()
    return sorted((*found.stages, *late), key=lambda each: STAGES.index(each.stage))


def _took(found: Enrichment) -> Iterator[str]:
    for each in _results(found):
        why = f" ({each.why})" if each.why else ""
        yield f"{each.stage} {each.outcome} {each.took_ms:.2f} ms{why}"


def _name(alert: dict[str, Any]) -> str:
    labels = alert["labels"]
    return f"{labels['alertname']} {labels['instance']}"
