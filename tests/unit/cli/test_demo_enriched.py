"""What the demonstration shows of enrichment, and what it finds missing."""

import json

import msgspec
import pytest

from cli.demo.enriched import LATE, SLOW, check_helped, read_helped
from cli.localcloud.receiver import Arrival
from tests.builders import T0, alert, group
from tocsin.adapters.receivers import webhook
from tocsin.domain.config import Receiver
from tocsin.domain.enrichment.order import EARLY
from tocsin.domain.enrichment.order import LATE as LATE_STAGES
from tocsin.domain.found import (
    Content,
    Enrichment,
    Findings,
    Link,
    Owner,
    RecentChange,
    Similar,
    StageResult,
    Triage,
)
from tocsin.ports import Notification

FINDINGS = Findings(
    changes=(RecentChange(at_s=T0, service="checkout", title="v42", kind="deployment", by="ann"),),
    content=(Content(url="https://wiki.example.com/", title="Slow", summary="The pool is full."),),
    triage=Triage(by="extract", cause="The pool is full."),
    similar=(
        Similar(fingerprint="f", name="CheckoutSlow", likeness=0.9, how="meaning", seen_at_s=T0),
    ),
    stages=tuple(StageResult(name, "ok", "", 1.5) for name in LATE_STAGES),
)
FOUND = Enrichment(
    owner=Owner(service="checkout", team="payments", contact="#payments"),
    links=(Link(title="Runbook", url="https://wiki.example.com/"),),
    stages=tuple(StageResult(name, "ok", "", 0.25) for name in EARLY),
    findings=FINDINGS,
)


def arrival(tenant="umbrella", **found):
    """Return what a webhook of a tenant is told, with what was found of each alert by its name."""
    alerts = tuple(
        alert(name, labels={"alertname": name, "instance": "shop-1"}, enrichment=enrichment)
        for name, enrichment in found.items()
    )
    receiver = Receiver(name="shop", kind="webhook", url="http://127.0.0.1:9/")
    told = Notification(key="k", receiver=receiver, group=group().key, alerts=alerts, attempt=1)
    body = json.loads(webhook.render(told, ""))
    return Arrival(at_s=T0, path=f"/webhook/{tenant}/shop", key="k", body=body, status=200)


def both(found=FOUND):
    return arrival(CheckoutSlow=found, CheckoutLatencyHigh=found)


def test_all_that_was_found_is_shown_with_what_each_stage_took():
    helped = read_helped([both()])
    assert list(check_helped(helped)) == []
    shown = "\n".join(helped.lines())
    for said in (
        f"umbrella: {LATE}",
        "owner: payments (#payments): checkout",
        "Runbook <https://wiki.example.com/>",
        "deployment v42 by ann (checkout)",
        "page: Slow: The pool is full.",
        "written by a machine (extract): likely cause: The pool is full.",
        "similar: CheckoutSlow (0.90)",
        "redact ok 0.25 ms",
        "triage ok 1.50 ms",
    ):
        assert said in shown


def test_the_last_that_was_told_of_an_alert_counts_and_no_other_tenants():
    bare = msgspec.structs.replace(FOUND, findings=None)
    assert list(check_helped(read_helped([both(bare), both()]))) == []
    problems = list(check_helped(read_helped([both(bare), arrival("acme", CheckoutSlow=FOUND)])))
    assert problems == [
        f"umbrella: nothing was found out late about {name}" for name in (SLOW, LATE)
    ]


@pytest.mark.parametrize(
    ("missing", "what"),
    [
        ({"owner": None}, "its owner"),
        ({"links": ()}, "a runbook"),
        ({"stages": FOUND.stages[1:]}, "what all stages took"),
        ({"changes": ()}, "the deployment"),
        ({"content": ()}, "the page in a few sentences"),
        ({"triage": None}, "a triage"),
        ({"similar": ()}, "the alert that is like it"),
    ],
)
def test_what_is_missing_is_said(missing, what):
    early = {name: value for name, value in missing.items() if hasattr(FOUND, name)}
    late = {name: value for name, value in missing.items() if name not in early}
    findings = msgspec.structs.replace(FINDINGS, **late)
    found = msgspec.structs.replace(FOUND, **{"findings": findings, **early})
    problems = list(check_helped(read_helped([both(found)])))
    assert f"umbrella: {LATE} does not show {what}; stages: " in problems[-1]


def test_a_stage_that_failed_is_said_with_the_reason():
    wrong = StageResult("triage", "failed", "Retryable: HTTP 503", 9.0)
    stages = (*FINDINGS.stages[:2], wrong, FINDINGS.stages[3])
    found = msgspec.structs.replace(
        FOUND, findings=msgspec.structs.replace(FINDINGS, stages=stages)
    )
    (problem, _) = check_helped(read_helped([both(found)]))
    assert "does not show that no stage failed" in problem
    assert "triage failed 9.00 ms (Retryable: HTTP 503)" in problem
