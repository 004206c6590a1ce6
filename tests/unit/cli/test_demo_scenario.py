"""The plan keeps its own promises: what it says of each request, the providers say too."""

import json
from collections import Counter

import pytest

from cli.demo.enriched import CHANGES_PATH
from cli.demo.plan import notices, totals
from cli.demo.ruled import ACKNOWLEDGE, CLIMBING, METRICS_PATH
from cli.demo.scenario import PROMETHEUS_PATH, SNS, TENANTS, acts
from tocsin.domain.errors import InvalidAlert
from tocsin.providers import pushed_metrics
from tocsin.providers.registry import provider

NOW_S = 1_790_000_000.0
# What carries no alerts itself.
OTHERS = (METRICS_PATH, ACKNOWLEDGE, CHANGES_PATH)
ACTS = acts(NOW_S)
SENDINGS = [each for act in ACTS for each in act.sendings if each.path not in OTHERS]
PUSHED = [each for act in ACTS for each in act.sendings if each.path == METRICS_PATH]


def parse(sending):
    if sending.path == SNS:
        body = {"Type": "Notification", "Message": json.dumps(sending.payload)}
        return provider("cloudwatch").parse(body, NOW_S)
    if sending.path == PROMETHEUS_PATH:
        return provider("alertmanager-api").parse(sending.payload, NOW_S)
    name = sending.path.removeprefix("/v1/alerts").strip("/") or "generic"
    return provider(name).parse(sending.payload, NOW_S)


@pytest.mark.parametrize("sending", SENDINGS, ids=lambda sending: sending.title)
def test_the_provider_accepts_and_rejects_what_the_plan_says(sending):
    entries = parse(sending)

    rejected = [i for i, entry in enumerate(entries) if isinstance(entry, InvalidAlert)]
    assert tuple(rejected) == sending.rejected
    assert len(entries) - len(rejected) == sending.accepted
    assert sending.news <= sending.accepted


def test_news_are_exactly_what_somebody_is_told():
    for tenant in TENANTS:
        told = {(n.alert, n.step) for n in notices(ACTS) if n.tenant == tenant}
        assert totals(ACTS, tenant).delivered == len(told)


def test_no_notice_is_planned_twice():
    assert set(Counter(notices(ACTS)).values()) == {1}


def test_two_tenants_have_equal_labels_and_their_own_notices():
    by_tenant = {
        tenant: {n.alert for n in notices(ACTS) if n.tenant == tenant} for tenant in TENANTS
    }

    assert by_tenant["acme"] & by_tenant["globex"] >= {"HighLatency web-1", "DiskFull db-1"}


def test_the_traffic_holds_every_hardship():
    alerts = [alert for sending in SENDINGS for alert in parse(sending)]
    good = [alert for alert in alerts if not isinstance(alert, InvalidAlert)]

    assert len(good) < len(alerts)
    assert any(alert.is_urgent for alert in good)
    assert {alert.status for alert in good} == {"firing", "resolved"}
    assert {alert.provider for alert in good} >= {"cloudwatch", "generic"}
    assert sum(sending.news for sending in SENDINGS) < len(good) / 2


@pytest.mark.parametrize("sending", PUSHED, ids=lambda sending: sending.title)
def test_pushed_metrics_are_taken_as_the_plan_says(sending):
    assert pushed_metrics.parse(sending.payload, NOW_S).accepted == sending.points
    assert len(sending.notices) == sending.made


def test_nobody_above_the_second_step_is_told():
    told = {each.receiver for each in notices(ACTS) if each.alert == CLIMBING}
    assert told == {"ops", "second", "lead"}
