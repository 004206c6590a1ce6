"""What people do about an alert, on the real handlers: from the API to who is told."""

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint import alertmanager_fingerprint, fingerprint

DISK = {"alertname": "DiskFull", "host": "db-1"}
NAME = fingerprint("acme", DISK)


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def fire(stack: World, key: str, labels: dict[str, str] = DISK, **fields: Any) -> None:
    answer = stack.post(
        "/v1/alerts", key, {"name": labels["alertname"], "labels": labels, **fields}
    )
    assert answer["statusCode"] == 202, answer
    stack.drain()


def content(answer: dict[str, Any]) -> Any:
    """Return the JSON of an answer as the client gets it."""
    body = answer["body"]
    if answer["isBase64Encoded"]:
        body = gzip.decompress(b64decode(body))
    return json.loads(body)


def show(stack: World, key: str, name: str = NAME) -> dict[str, Any]:
    answer = stack.ask("GET", f"/v1/alerts/{name}", {"x-api-key": key})
    assert answer["statusCode"] == 200, answer
    found: dict[str, Any] = content(answer)
    return found


def post(
    stack: World, key: str, action: str, name: str = NAME, headers: Any = None, **body: Any
) -> dict[str, Any]:
    given = {"x-api-key": key, "content-type": "application/json", **(headers or {})}
    return stack.ask("POST", f"/v1/alerts/{name}/{action}", given, body or None)


def act(stack: World, key: str, action: str, **body: Any) -> dict[str, Any]:
    answer = post(stack, key, action, **body)
    assert answer["statusCode"] == 202, answer
    stack.drain()
    done: dict[str, Any] = content(answer)
    return done


def refusal(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["error"]["code"]


def said(found: dict[str, Any]) -> list[str]:
    return [each["what"] for each in found["timeline"]["entries"]]


def test_an_alert_is_shown_with_whom_it_was_told_to_and_when(
    stack: World, key: str, people: LocalReceiver
) -> None:
    fire(stack, key, severity="critical", annotations={"summary": "99 %"})
    found = show(stack, key)
    shown = found["alert"]
    assert (shown["state"], shown["status"], shown["severity"]) == ("firing", "firing", "critical")
    assert (shown["labels"], shown["annotations"]) == (DISK, {"summary": "99 %"})
    assert (shown["fingerprint"], shown["alertmanager_fingerprint"]) == (
        NAME,
        alertmanager_fingerprint(DISK),
    )
    (group,) = shown["groups"]
    assert (group["key"], group["receiver"]) == ('{}:{alertname="DiskFull"}', "oncall")
    told = group["told"]
    assert (told["step"], told["outcome"], told["episode"]) == (
        "firing",
        "delivered",
        shown["episode"],
    )
    assert told["at"] >= shown["starts_at"]
    assert said(found) == ["accepted", "new", "delivered"]
    assert found["timeline"]["is_cut"] is False
    assert len(people.arrivals) == 1


def test_both_fingerprints_lead_to_it_in_any_case(stack: World, key: str) -> None:
    fire(stack, key)
    for name in (NAME.upper(), alertmanager_fingerprint(DISK)):
        assert show(stack, key, name)["alert"]["fingerprint"] == NAME


def test_what_is_acknowledged_says_by_whom_and_why(stack: World, key: str) -> None:
    fire(stack, key)
    done = act(stack, key, "acknowledge", by="ann", text="on it")
    assert done["alert"]["state"] == "firing"
    found = show(stack, key)
    assert found["alert"]["state"] == "acknowledged"
    assert found["alert"]["handling"]["acknowledged_by"] == "ann"
    assert found["alert"]["groups"][0]["muted"] == ["acknowledged by ann"]
    entry = found["timeline"]["entries"][-1]
    assert (entry["what"], entry["by"], entry["text"]) == ("acknowledge", "ann", "on it")
    assert entry["source"] == done["id"]
    act(stack, key, "unacknowledge")
    found = show(stack, key)
    assert found["alert"]["state"] == "firing"
    # The name of the key, where nobody says who.
    assert found["timeline"]["entries"][-1]["by"] == "test"


def test_it_is_assigned_and_commented(stack: World, key: str) -> None:
    fire(stack, key)
    act(stack, key, "assign", assignee="bob", by="ann")
    act(stack, key, "comment", text="the switch?\nlooking")
    found = show(stack, key)["alert"]
    assert found["assignee"] == "bob"
    kinds = [(each["kind"], each["text"]) for each in found["handling"]["actions"]]
    assert kinds == [("assign", ""), ("comment", "the switch?\nlooking")]
    act(stack, key, "assign", assignee="")
    assert show(stack, key)["alert"]["assignee"] == ""


def test_what_is_resolved_by_hand_is_told_as_ended_and_stays_so(
    stack: World, key: str, people: LocalReceiver
) -> None:
    fire(stack, key)
    act(stack, key, "resolve", by="ann", text="disk replaced")
    assert [each.body["status"] for each in people.arrivals] == ["firing", "resolved"]
    found = show(stack, key)
    assert found["alert"]["state"] == "resolved"
    assert found["alert"]["handling"]["resolved_by"] == "ann"
    assert said(found) == ["accepted", "new", "delivered", "resolve", "delivered"]
    answer = post(stack, key, "acknowledge")
    assert refusal(answer) == (409, "over")
    assert "ann resolved it by hand" in answer["body"]
    act(stack, key, "comment", text="it was the controller")
    assert said(show(stack, key))[-1] == "comment"


def test_a_snooze_lasts_for_so_long_or_until_then(stack: World, key: str) -> None:
    fire(stack, key)
    act(stack, key, "snooze", **{"for": "1h30m", "by": "ann"})
    shown = show(stack, key)["alert"]
    assert (shown["state"], shown["groups"][0]["muted"]) == ("snoozed", ["snoozed by ann"])
    first = shown["handling"]["snoozed_until"]
    until = first.replace("T", " ")
    act(stack, key, "snooze", until=until)
    assert show(stack, key)["alert"]["handling"]["snoozed_until"] == first


def test_an_episode_that_somebody_saw_is_the_one_that_is_meant(stack: World, key: str) -> None:
    fire(stack, key)
    seen = show(stack, key)["alert"]["episode"]
    fire(stack, key, status="resolved")
    fire(stack, key)
    present = show(stack, key)["alert"]["episode"]
    assert present > seen
    answer = post(stack, key, "acknowledge", episode=seen)
    assert refusal(answer) == (409, "another_episode")
    act(stack, key, "acknowledge", episode=present)
    assert show(stack, key)["alert"]["state"] == "acknowledged"


def test_the_timeline_is_that_of_the_present_episode(stack: World, key: str) -> None:
    fire(stack, key)
    fire(stack, key, status="resolved")
    fire(stack, key)
    assert said(show(stack, key)) == ["accepted", "reopened", "delivered"]


def test_a_retry_of_a_client_is_one_action(stack: World, key: str) -> None:
    fire(stack, key)
    named = {"idempotency-key": "retry-1"}
    first, second = (post(stack, key, "comment", headers=named, text="hm") for _ in range(2))
    stack.drain()
    third = post(stack, key, "comment", headers=named, text="hm")
    stack.drain()
    assert content(first)["id"] == content(second)["id"] == content(third)["id"]
    assert said(show(stack, key)).count("comment") == 1
    # Another word under the same name is another action, and so is another name.
    other = post(stack, key, "comment", headers=named, text="no")
    again = post(stack, key, "comment", headers={"idempotency-key": "retry-2"}, text="hm")
    assert len({content(each)["id"] for each in (first, other, again)}) == 3


def test_a_retry_after_it_took_effect_is_no_conflict(stack: World, key: str) -> None:
    fire(stack, key)
    named = {"idempotency-key": "retry-1"}
    assert post(stack, key, "resolve", headers=named)["statusCode"] == 202
    stack.drain()
    assert post(stack, key, "resolve", headers=named)["statusCode"] == 202


def test_actions_of_an_urgent_alert_travel_the_urgent_queue(stack: World, key: str) -> None:
    fire(stack, key, severity="critical")
    assert post(stack, key, "acknowledge")["statusCode"] == 202
    assert stack.pump("evaluate") == 0
    assert stack.pump("evaluate-urgent") == 1


def test_an_alert_that_two_receivers_hear_of_is_acknowledged_for_both(
    stack: World, people: LocalReceiver
) -> None:
    both = config(
        route=route(
            group_by=("alertname",),
            routes=(route("oncall", continues=True), route("chat", 'host=~"db.*"')),
        ),
        receivers={
            "oncall": receiver(url=f"{people.url}/webhook"),
            "chat": receiver("chat", url=f"{people.url}/webhook"),
        },
    )
    key = stack.add_tenant(both)
    fire(stack, key)
    act(stack, key, "acknowledge", by="ann")
    found = show(stack, key)
    groups = found["alert"]["groups"]
    assert sorted(each["receiver"] for each in groups) == ["chat", "oncall"]
    assert all(each["muted"] == ["acknowledged by ann"] for each in groups)
    assert said(found).count("acknowledge") == 1
    assert said(found).count("delivered") == 2


def test_repeats_are_one_line_with_a_count(stack: World, key: str) -> None:
    for _ in range(4):
        fire(stack, key, starts_at="2025-11-22T06:30:00Z")
    found = show(stack, key)
    assert said(found) == ["accepted", "new", "delivered", "duplicate"]
    repeated = found["timeline"]["entries"][-1]
    assert repeated["count"] == 3
    assert repeated["last_at"] >= repeated["at"]


def test_what_is_silenced_says_by_which_silence(stack: World, key: str) -> None:
    fire(stack, key)
    headers = {"x-api-key": key, "content-type": "application/json"}
    wanted = {
        "matchers": [{"name": "host", "value": "db-1", "isRegex": False}],
        "startsAt": "",
        "endsAt": "2099-01-01T00:00:00.000Z",
        "createdBy": "ann",
        "comment": "",
    }
    answer = stack.ask("POST", "/api/v2/silences", headers, wanted)
    silence_id = content(answer)["silenceID"]
    shown = show(stack, key)["alert"]
    assert (shown["state"], shown["silenced_by"]) == ("silenced", [silence_id])
    assert shown["groups"][0]["muted"] == [f"silenced by {silence_id}"]


def test_an_action_is_not_lost_where_the_queue_does_not_answer(stack: World, key: str) -> None:
    fire(stack, key)
    sqs = aws.client("sqs")
    sqs.delete_queue(QueueUrl=stack.resources.environ["EVALUATE_QUEUE_URL"])
    answer = post(stack, key, "acknowledge")
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "1"


def test_a_warm_process_reads_only_the_groups_that_it_shows(stack: World, key: str) -> None:
    for name in ("A", "B", "C"):
        fire(stack, key, {"alertname": name})
    fire(stack, key)
    show(stack, key)
    stack.meter.reset()
    with stack.meter.counting():
        show(stack, key)
    # The list of groups in four parts, the silences, two hours of the journal; the one group.
    calls = dict(stack.meter.calls)
    assert calls.pop("dynamodb BatchGetItem") == 1
    assert calls.pop("dynamodb Query") <= 8
    assert calls == {}
