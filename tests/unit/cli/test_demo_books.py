"""The audit finds whatever does not balance, and nothing else."""

import msgspec
import pytest

from cli.demo.books import Evidence, audit, heard
from cli.demo.overview import Overview
from cli.demo.plan import Act, Notice, Sending
from cli.demo.sender import Told, told
from cli.localcloud.http import Answer
from cli.localcloud.receiver import Arrival

FIRING = Notice("acme", "oncall", "DiskFull db-1", "firing")
SENDING = Sending(
    tenant="acme",
    title="a webhook",
    path="/v1/alerts/alertmanager",
    payload={},
    accepted=3,
    news=1,
    rejected=(2,),
    notices=(FIRING, Notice("acme", "ops", "DiskFull db-1", "firing")),
)
ACTS = (Act("Trouble", (SENDING,)),)
TOLD = Told(SENDING, 202, 3, (2,), "")
OVERVIEW = Overview(
    tenant="acme",
    accepted=3,
    delivered=1,
    duplicate=2,
    suppressed={},
    dead_lettered=0,
    pending=0,
)
WEBHOOK = Arrival(
    at_s=1.0,
    path="/webhook/acme/oncall",
    key="k1",
    body={
        "alerts": [
            {"status": "firing", "labels": {"alertname": "DiskFull", "instance": "db-1"}},
        ]
    },
    status=200,
)
SLACK = Arrival(
    at_s=2.0,
    path="/slack/acme/ops",
    key="",
    body={
        "text": "[FIRING:1] DiskFull",
        "blocks": [
            {"text": {"text": "[FIRING:1] DiskFull"}},
            {
                "text": {
                    "text": "*DiskFull* critical, firing since <!date^2^{time}|00:00 UTC>\n"
                    "instance=db-1, team=db"
                }
            },
        ],
    },
    status=200,
)


def evidence(told=(TOLD,), overview=OVERVIEW, arrivals=(WEBHOOK, SLACK)):
    return Evidence(told=told, overviews={"acme": overview}, arrivals=arrivals)


def change(value, **fields):
    return msgspec.structs.replace(value, **fields)


def test_nothing_is_wrong_when_all_balances():
    assert audit(ACTS, evidence()) == []


def test_a_failed_attempt_does_not_count_as_told():
    refused = change(WEBHOOK, status=503)

    assert audit(ACTS, evidence(arrivals=[refused, WEBHOOK, SLACK])) == []


@pytest.mark.parametrize(
    ("seen", "problem"),
    [
        (evidence(told=[change(TOLD, status=500)]), "a webhook: answered 500"),
        (evidence(told=[change(TOLD, rejected=())]), "rejected (2,)"),
        (evidence(told=[TOLD, TOLD]), "6 accepted or made by rules, the books say 3"),
        (evidence(overview=change(OVERVIEW, pending=1)), "1 alerts are still on their way"),
        (evidence(overview=change(OVERVIEW, duplicate=1)), "do not add up to the 3 accepted"),
        (
            evidence(overview=change(OVERVIEW, delivered=2, duplicate=1)),
            "acme: 2 delivered, expected 1",
        ),
        (
            evidence(overview=change(OVERVIEW, duplicate=1, suppressed={"stale": 1})),
            "acme: 1 suppressed, expected 0",
        ),
        (evidence(arrivals=[WEBHOOK]), "acme/ops: DiskFull db-1 firing: told 0 times, expected 1"),
        (evidence(arrivals=[WEBHOOK, SLACK, SLACK]), "acme/ops: DiskFull db-1 firing: told 2"),
        (evidence(arrivals=[WEBHOOK, SLACK, WEBHOOK]), "Idempotency-Key k1 arrived 2 times"),
        (evidence(arrivals=[change(WEBHOOK, key=""), SLACK]), "carried no Idempotency-Key"),
    ],
)
def test_what_is_wrong_is_named(seen, problem):
    assert any(problem in found for found in audit(ACTS, seen))


def test_a_notice_of_a_strange_alert_is_found():
    odd = change(WEBHOOK, key="k2", body={"alerts": [{"status": "firing", "labels": {}}]})
    odd.body["alerts"][0]["labels"]["alertname"] = "Nobody"

    assert "acme/oncall: Nobody firing: told 1 times, expected 0" in audit(
        ACTS, evidence(arrivals=[WEBHOOK, SLACK, odd])
    )


def test_slack_and_webhook_say_the_same():
    assert heard([WEBHOOK, SLACK]) == list(SENDING.notices)


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        ("/v1/alerts", Answer(202, '{"accepted": 2, "rejected": [{"index": 1}]}'), (202, 2, (1,))),
        ("/v1/alerts", Answer(0, "ConnectionRefusedError"), (0, 0, ())),
        ("/v1/alerts", Answer(502, "[1]"), (502, 0, ())),
        ("/api/v2/alerts", Answer(200, ""), (200, 3, ())),
        ("/api/v2/alerts", Answer(503, '"later"'), (503, 0, ())),
    ],
)
def test_an_answer_is_read_as_its_route_words_it(path, answer, expected):
    found = told(change(SENDING, path=path), answer)

    assert (found.status, found.accepted, found.rejected) == expected
