"""Dead letters through the real handlers: redriven twice, told once."""

import json
from typing import Any

from click.testing import CliRunner, Result

from cli.commands.dlq import command
from cli.localcloud.receiver import LocalReceiver
from tests.integration.formats import items
from tests.integration.letters import OlderSqs, target
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain import identity
from tocsin.domain.config import TenantConfig

AM = "/v1/alerts/alertmanager"


def _dlq(stack: World, sqs: OlderSqs, *arguments: str) -> Result:
    runner = CliRunner(mix_stderr=False)
    return runner.invoke(command, arguments, obj=target(stack.resources, sqs))


def _heard(people: LocalReceiver) -> list[tuple[str, int]]:
    return sorted(
        (alert["labels"]["instance"].partition(".")[0], arrival.status)
        for arrival in people.arrivals
        for alert in arrival.alerts
    )


def test_a_separated_alert_and_a_refused_notification_are_redriven_twice_and_told_once(
    stack: World, people: LocalReceiver, acme: TenantConfig, monkeypatch: Any
) -> None:
    key, sqs = stack.add_tenant(acme), OlderSqs()
    people.answer(404)
    with monkeypatch.context() as broken:
        broken.setattr(identity, "fingerprint", _breaking(identity.fingerprint, "db-2"))
        stack.post(AM, key, webhook(member("db-1"), member("db-2")))
        stack.drain()
    listed = _dlq(stack, sqs, "list").output
    assert "enrich  acme    ValueError      1        1 alert" in listed
    assert "notify  acme    DeliveryFailed  1        1 group" in listed
    for copies in (1, 0):
        # The first time, no letter can be deleted: a copy of each stays.
        sqs.fails = {}
        for queue in ("enrich", "notify"):
            sqs.fails["delete_message_batch"] = copies
            result = _dlq(stack, sqs, "redrive", "--queue", queue, "--yes")
            assert (result.exit_code, result.output) == (0, "1 letter redriven\n"), result.stderr
        stack.drain()
    # It stands beside the other once more, since it fires in the same group.
    assert _heard(people) == [("db-1", 200), ("db-1", 200), ("db-1", 404), ("db-2", 200)]
    assert len({arrival.key for arrival in people.arrivals}) == 2
    assert _dlq(stack, sqs, "list").stderr == "no dead letters\n"
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["pending"]) == (2, 2, 0)
    assert balance["dead_lettered"] == 0


def test_show_names_the_alerts_of_a_notification_that_was_given_up(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key, sqs = stack.add_tenant(acme), OlderSqs()
    people.answer(404)
    stack.post(AM, key, webhook(member("db-1"), member("db-2")))
    stack.drain()
    stack.post(AM, key, webhook(member("db-3")))
    stack.drain()
    (row,) = map(json.loads, _dlq(stack, sqs, "list", "--each", "--json").output.splitlines())
    (shown,) = map(json.loads, _dlq(stack, sqs, "show", row["id"]).stdout.splitlines())
    alerts = sorted(shown["alerts"], key=lambda alert: alert["labels"]["instance"])
    assert [alert["labels"]["instance"][:4] for alert in alerts] == ["db-1", "db-2"]
    for alert in alerts:
        assert (alert["name"], alert["severity"]) == ("HighLatency", "warning")
        assert (alert["step"], alert["error"], alert["attempts"]) == ("firing", "DeliveryFailed", 1)
        assert "404" in alert["reason"]
        assert alert["at"].endswith("Z")
    _forget_groups(stack)
    (shown,) = map(json.loads, _dlq(stack, sqs, "show", row["id"]).stdout.splitlines())
    assert [alert["name"] for alert in shown["alerts"]] == [None, None]
    prints = {alert["fingerprint"] for alert in shown["alerts"]}
    assert prints == {alert["fingerprint"] for alert in alerts}


def _forget_groups(stack: World) -> None:
    table = stack.resources.environ["GROUP_TABLE"]
    for item in items(table):
        aws.client("dynamodb").delete_item(TableName=table, Key={"pk": item["pk"]})


def _breaking(fingerprint: Any, host: str) -> Any:
    def broken(tenant: str, labels: dict[str, str]) -> Any:
        if labels["instance"].startswith(host):
            raise ValueError(host)
        return fingerprint(tenant, labels)

    return broken
