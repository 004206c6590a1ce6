import pytest
from msgspec.structs import replace

from cli.vendors.jsonschemas import checked
from cli.vendors.localserver import Answer, local_server
from tests.builders import receiver
from tests.channels import tools
from tests.notifications import DOWN, EVIL, GROUP, KEY_32, UP, WORST, flood, notification
from tocsin.adapters.receivers import ChannelReceivers, pagerduty
from tocsin.domain.channels import PagerDuty
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey, Thread
from tocsin.domain.secret import Secret

URL = "https://tocsin.example/acme"


def service(url="https://events.pagerduty.com/v2/enqueue"):
    settings = PagerDuty(routing_key=Secret(name="tocsin/acme/pager"), url=url)
    return receiver(kind="pagerduty", url="", settings=settings)


def event(*alerts, **fields):
    sent = pagerduty.render(notification(*alerts, receiver=service(), **fields), KEY_32, URL)
    assert len(sent) <= 512_000
    return checked("pagerduty", sent)


def test_what_people_have_in_hand_is_acknowledged_by_its_key_and_nothing_else():
    sent = event(DOWN, reason="acknowledged", acknowledged_by="ann")
    assert sent == {
        "routing_key": KEY_32,
        "dedup_key": event(DOWN)["dedup_key"],
        "event_action": "acknowledge",
    }


def test_what_fires_opens_an_incident_that_says_what_where_and_since_when():
    sent = event(DOWN)
    details = sent["payload"].pop("custom_details")
    assert sent == {
        "routing_key": KEY_32,
        "dedup_key": sent["dedup_key"],
        "event_action": "trigger",
        "client": "tocsin",
        "client_url": URL,
        "payload": {
            "summary": "[FIRING:1] Down (team=db)",
            "source": "db-1",
            "severity": "critical",
            "timestamp": "2025-11-22T05:40:00.000Z",
            "component": "orders",
            "group": "eu-1",
            "class": "Down",
        },
        "links": [
            {"href": URL, "text": "tocsin"},
            {"href": "https://runbooks.example/down", "text": "runbook: Down"},
            {"href": "https://prometheus.example/graph?g0=a&b=1", "text": "source: Down"},
        ],
    }
    assert details["firing"] == 1
    assert details["reason"] == "first notification"
    (shown,) = details["alerts"]
    assert shown["labels"] == {
        "instance": "db-1",
        "service": "orders",
        "cluster": "eu-1",
        "team": "db",
    }
    assert shown["said"][:2] == ["it is down", "since: 2025-11-22 05:40 UTC"]


def test_what_is_all_over_resolves_the_same_incident():
    opened, closed = event(DOWN), event(UP, thread=Thread("toc_0", "r"))
    assert closed == {
        "routing_key": KEY_32,
        "dedup_key": opened["dedup_key"],
        "event_action": "resolve",
    }


def test_while_anything_fires_the_incident_stays_open():
    sent = event(UP, DOWN)
    assert sent["event_action"] == "trigger"
    assert sent["payload"]["custom_details"]["resolved"] == 1


@pytest.mark.parametrize(
    "other",
    [
        GroupKey("globex", GROUP.receiver, GROUP.labels),
        # A later step of an escalation that tells the same service must not vanish in its incident.
        GroupKey("acme", "second", GROUP.labels),
        GroupKey("acme", GROUP.receiver, (("alertname", "Down"),)),
        GroupKey("acme", GROUP.receiver, GROUP.labels, '{team="db"}'),
    ],
)
def test_no_two_groups_share_an_incident(other):
    assert event(DOWN, group=other)["dedup_key"] != event(DOWN)["dedup_key"]


@pytest.mark.parametrize(
    ("severity", "said"),
    [
        ("critical", "critical"),
        ("high", "error"),
        ("warning", "warning"),
        ("info", "info"),
        ("low", "info"),
    ],
)
def test_severities_are_pagerdutys(severity, said):
    assert event(replace(DOWN, severity=severity))["payload"]["severity"] == said


def test_what_says_nothing_of_itself_comes_from_its_provider():
    bare = replace(DOWN, labels={"alertname": "Down"}, starts_at_s=None)
    payload = event(bare)["payload"]
    assert payload["source"] == "prometheus"
    assert "timestamp" not in payload
    assert "component" not in payload


def test_hostile_texts_are_values_and_lead_nowhere():
    sent = event(EVIL)
    said = sent["payload"]["custom_details"]["alerts"][0]["said"]
    assert "\x00" not in str(sent)
    assert "\u202e" not in str(sent)
    assert not any("javascript" in line for line in said)
    assert "\n" not in sent["payload"]["summary"]


@pytest.mark.parametrize("worst", WORST, ids=lambda each: repr(each.name[0]))
def test_the_longest_alerts_fit_and_what_is_left_out_is_counted(worst):
    details = event(*flood(worst), DOWN, truncated=7)["payload"]["custom_details"]
    assert details["firing"] == 201
    assert len(details["alerts"]) + details["not_shown"] == 208
    assert details["alerts"]


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def send(server, key=KEY_32, **fields):
    kept = {"tocsin/acme/pager": key}
    told = notification(DOWN, receiver=service(server.url), **fields)
    return ChannelReceivers(tools(kept, external_url=URL)).send(told)


def test_what_is_taken_is_called_by_its_incident_and_a_retry_says_the_same(server):
    server.answers = [Answer(status=503), Answer(status=202, body=b'{"status":"success"}')]
    with pytest.raises(Retryable):
        send(server)
    receipt = send(server, f"{KEY_32}\n", attempt=2)
    first, second = (each.body for each in server.requests)
    assert first == second
    assert checked("pagerduty", second)["dedup_key"] == receipt
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "error"), [(400, Permanent), (403, Permanent), (429, Throttled), (500, Retryable)]
)
def test_answers_are_read_as_pagerduty_documents_them(server, status, error):
    server.answers = [Answer(status=status, body=b'{"status":"invalid event"}')]
    with pytest.raises(error) as raised:
        send(server)
    assert KEY_32 not in str(raised.value)


def test_without_its_key_nothing_is_sent(server):
    told = notification(DOWN, receiver=service(server.url))
    with pytest.raises(Unsendable, match="tocsin/acme/pager"):
        ChannelReceivers(tools()).send(told)
    with pytest.raises(Unsendable, match="receiver oncall: has no settings"):
        ChannelReceivers(tools()).send(
            notification(DOWN, receiver=receiver(kind="pagerduty", url=server.url))
        )
    assert server.requests == []
