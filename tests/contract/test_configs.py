from random import Random

import pytest

from tests.builders import T0, config, receiver, route
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.formats import NewerFormat
from tocsin.adapters.memory import MemoryConfigs
from tocsin.adapters.sqlite import SqliteConfigs
from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import ConfigurationError, Conflict
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query


@pytest.fixture
def configs(side, request):
    if side == "memory":
        return MemoryConfigs()
    if side == "sqlite":
        return SqliteConfigs(request.getfixturevalue("database"))
    table = request.getfixturevalue("cloud").environ["CONTROL_TABLE"]
    return DynamoConfigs(client("dynamodb"), table)


def test_nothing_is_applied_at_first(configs):
    assert configs.current("acme") is None
    assert configs.version("acme", 1) is None
    assert configs.tenants() == []


def test_every_version_is_kept(configs):
    first = config(version=1)
    second = config(
        version=2,
        route=route("oncall", routes=(route("slack", 'severity=~"critical|high"'),)),
        receivers={
            "oncall": receiver(),
            "slack": receiver("slack", kind="slack", headers={"X-Team": "db"}),
        },
    )
    configs.apply(first, "a: 1", T0)
    configs.apply(second, "a: 2", T0 + 1)
    assert configs.current("acme") == second
    assert configs.version("acme", 1) == first
    assert configs.version("acme", 2) == second
    assert configs.version("acme", 3) is None


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_version_that_is_not_the_next_is_a_conflict(configs, number):
    configs.apply(config(version=1), "", T0)
    configs.apply(config(version=2), "", T0)
    with pytest.raises(Conflict):
        configs.apply(config(version=number, resolve_timeout_s=1.0), "", T0)
    assert configs.current("acme") == config(version=2)
    assert configs.version("acme", 1) == config(version=1)


def test_the_first_version_is_one(configs):
    with pytest.raises(Conflict):
        configs.apply(config(version=2), "", T0)
    assert configs.current("acme") is None
    assert configs.tenants() == []


def test_tenants_are_listed_once_and_sorted(configs):
    configs.apply(config("zeta"), "", T0)
    configs.apply(config("acme"), "", T0)
    configs.apply(config("acme", version=2), "", T0)
    assert configs.tenants() == ["acme", "zeta"]


def rule(number, note=""):
    query = Query(
        source="prom",
        expression=f'sum(rate(http_requests_total{{code=~"5..",job="service-{number}"}}[5m])) by '
        f"(job, instance) / sum(rate(http_requests_total[5m])) by (job, instance) > 0.0{number}",
    )
    return MetricRule(
        name=f"Rule{number}",
        conditions=(Condition(query=query, compare="present", window_s=60.0),),
        severity="high",
        labels={"team": f"team-{number % 7}"},
        annotations={
            "summary": f"Service {number} fails for {{{{ $labels.instance }}}} {note}",
            "runbook": f"https://runbooks.example/services/{number}",
        },
        link=f"https://grafana.example/d/{number}",
    )


def test_a_thousand_rules_can_be_applied(configs):
    wanted = config(rules=(*map(rule, range(999)), AlertRule(name="Storm", kind="count")))
    configs.apply(wanted, "", T0)
    assert configs.current("acme") == wanted
    assert configs.version("acme", 1) == wanted


def test_what_is_too_long_for_an_item_is_said_so(cloud):
    noise = Random(7)
    long = tuple(rule(number, noise.randbytes(400).hex()) for number in range(1000))
    configs = DynamoConfigs(client("dynamodb"), cloud.environ["CONTROL_TABLE"])
    with pytest.raises(ConfigurationError, match="fewer or shorter rules"):
        configs.apply(config(rules=long), "", T0)
    assert configs.current("acme") is None


def test_a_configuration_of_the_format_before_is_read_and_replaced(cloud):
    table, dynamodb = cloud.environ["CONTROL_TABLE"], client("dynamodb")
    configs = DynamoConfigs(dynamodb, table)
    configs.apply(config(version=1), "", T0)
    for stored in dynamodb.scan(TableName=table)["Items"]:
        old = {**stored, "v": {"N": "1"}}
        if "doc" in stored:
            old["doc"] = {"S": decompress(stored["doc"]["B"], 10_000).decode()}
        dynamodb.put_item(TableName=table, Item=old)
    assert configs.current("acme") == configs.version("acme", 1) == config(version=1)
    configs.apply(config(version=2), "", T0)
    assert configs.current("acme") == config(version=2)


def test_what_this_release_cannot_read_may_be_read_later(cloud):
    table, dynamodb = cloud.environ["CONTROL_TABLE"], client("dynamodb")
    configs = DynamoConfigs(dynamodb, table)
    configs.apply(config(version=1), "", T0)
    for stored in dynamodb.scan(TableName=table)["Items"]:
        if "doc" in stored:
            text = decompress(stored["doc"]["B"], 10_000)
            doc = {"B": compress(text.replace(b'"webhook"', b'"canary-of-a-value"'))}
            dynamodb.put_item(TableName=table, Item={**stored, "doc": doc})
    for read in (lambda: configs.current("acme"), lambda: configs.version("acme", 1)):
        with pytest.raises(NewerFormat, match="newer release") as caught:
            read()
        assert "acme" in str(caught.value)
        assert "canary" not in str(caught.value)


def test_how_many_rules_each_tenant_has(configs):
    rule = AlertRule(name="Many", kind="count")
    configs.apply(config("zeta"), "", T0)
    configs.apply(config(rules=(rule,)), "", T0)
    assert configs.rules() == {"acme": 1, "zeta": 0}
    configs.apply(config(version=2), "", T0)
    assert configs.rules() == {"acme": 0, "zeta": 0}
