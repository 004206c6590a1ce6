"""What the real handlers store has a format, and an older or a newer one loses no alert."""

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.integration.formats import VARIABLES, add_format, every_item, items, set_format, tables
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World, forget
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.formats import STEPS, current, version_of
from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.compression import compress, decompress
from tocsin.domain.config import TenantConfig
from tocsin.domain.rulestate import RuleState

AM = "/v1/alerts/alertmanager"


def test_every_table_with_formats_is_looked_at_here() -> None:
    assert set(VARIABLES) == set(STEPS)


def test_every_item_that_the_pipeline_writes_has_the_current_format(
    stack: World, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    stack.post(AM, key, webhook(member("db-1"), member("db-2")))
    stack.drain()
    stack.post(AM, key, webhook(resolved("db-1")))
    stack.drain()
    stack.tick()
    stack.post("/v1/metrics", key, {"name": "cpu", "value": 1})
    stack.post("/v1/changes", key, {"service": "checkout", "title": "v42"})
    rule_table = tables(stack.resources)["rules"]
    rules = DynamoRuleStates(aws.client("dynamodb"), rule_table, MemoryBlobs())
    rules.write(RuleState(tenant="acme", rule="HighCpu", failure="no answer"))
    found = list(every_item(stack.resources))
    assert {kind for kind, _ in found} == set(STEPS)
    assert [kind for kind, item in found if version_of(item) != current(kind)] == []
    names = aws.client("dynamodb").list_tables()["TableNames"]
    assert [name for name in names for item in items(name) if "v" not in item] == []


@pytest.mark.parametrize("version", [None, 1])
def test_an_alert_that_fired_before_a_deployment_is_resolved_after_it(
    stack: World,
    people: LocalReceiver,
    acme: TenantConfig,
    monkeypatch: pytest.MonkeyPatch,
    version: int | None,
) -> None:
    key = stack.add_tenant(acme)
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    for table in tables(stack.resources).values():
        set_format(table, version)
    add_format(monkeypatch, "fingerprints", "groups", "journal", "control")
    stack.post(AM, key, webhook(resolved("db-1")))
    stack.drain()
    assert len(people.arrivals) == 2
    assert stack.balance(key)["delivered"] == 2


def test_a_group_of_a_newer_release_keeps_its_alerts_until_that_release_is_back(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    groups = tables(stack.resources)["groups"]
    set_format(groups, current("groups") + 1)
    stack.post(AM, key, webhook(member("db-2")))
    stack.pump("enrich")
    assert stack.pump("evaluate") == 1
    assert len(people.arrivals) == 1
    set_format(groups, current("groups"))
    stack.drain()
    assert len(people.arrivals) == 2
    assert stack.balance(key)["delivered"] == 2


def test_a_message_that_meets_a_newer_group_too_often_is_a_dead_letter(
    stack: World, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    set_format(tables(stack.resources)["groups"], current("groups") + 1)
    stack.post(AM, key, webhook(member("db-2")))
    stack.drain()
    assert len(stack.resources.letters("evaluate")) == 1


def test_a_configuration_of_a_newer_release_loses_no_alert(
    stack: World,
    people: LocalReceiver,
    acme: TenantConfig,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = stack.add_tenant(acme)
    stack.post(AM, key, webhook(member("db-1")))
    control = tables(stack.resources)["control"]
    stored = [each for each in items(control) if "B" in each.get("doc", {})]
    assert stored
    for each in stored:
        doc = compress(decompress(each["doc"]["B"], 10_000).replace(b'"webhook"', b"5"))
        aws.client("dynamodb").put_item(TableName=control, Item={**each, "doc": {"B": doc}})
    forget()
    answer = stack.post(AM, key, webhook(member("db-2")))
    assert (answer["statusCode"], "Retry-After" in answer["headers"]) == (503, True)
    said = capsys.readouterr().out
    assert '"unavailable"' in said
    assert '"broken"' not in said
    assert stack.pump("enrich") == 1
    for each in stored:
        aws.client("dynamodb").put_item(TableName=control, Item=each)
    forget()
    stack.drain()
    assert len(people.arrivals) == 1
