import pytest

from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.thing import is_same, thing_of

WITHIN = EnrichmentSettings().similar_within


def of(within=WITHIN, **labels):
    return thing_of({"alertname": "A", "severity": "critical", **labels}, within)


def test_a_host_is_one_whatever_the_tools_call_it():
    blocks = {
        of(instance="db-1.example.com:9100", job="node").block,
        of(host="DB-1").block,
        of(hostname="db-1.example.com").block,
        of(DBInstanceIdentifier="db-1", namespace="AWS/RDS", region="eu-central-1").block,
        of(instance="https://db-1.example.com:8443").block,
    }
    assert len(blocks) == 1


def test_an_exporter_that_tells_of_many_nodes_is_none_of_them():
    told = [
        of(instance="10.0.3.4:8080", job="kube-state-metrics", node=node)
        for node in ("worker-5", "worker-6")
    ]
    assert told[0].block == of(host="worker-5").block != told[1].block
    assert not is_same(told[0].labels, told[1].labels)


def test_labels_of_one_class_are_all_compared():
    one, other = (
        of(host="db-1", instance=f"db-1:{port}", service="x", app=app)
        for port, app in ((1, "a"), (1, "b"))
    )
    assert one.block == other.block
    assert not is_same(one.labels, other.labels)


@pytest.mark.parametrize(
    "labels",
    [
        {"host": "db-2"},
        {"service": "db-1"},
        {"namespace": "db-1"},
        {"instance": "10.0.0.1:9100"},
        {"instance": "10.0.0.2:9100"},
    ],
)
def test_other_things_are_in_other_blocks(labels):
    assert of(**labels).block != of(host="db-1").block
    assert of(**labels).block != of(instance="10.1.0.1:9100").block


def test_the_labels_within_are_the_tenants_choice():
    assert of(("team",), team="shop", host="a").block == of(("team",), team="shop", host="b").block
    assert of(("host",), team="shop", host="a").block != of(("host",), team="shop", host="b").block


def test_without_one_of_them_all_labels_are_taken_together():
    assert of(queue="orders").block == of(queue="orders").block
    assert of(queue="orders").block != of(queue="refunds").block


def test_an_alert_that_names_nothing_is_of_nothing():
    assert of() is None
    assert of(host="") is None
    assert of(monitor_id="12") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"device": "eth0"}, {"device": "eth1"}),
        ({"mountpoint": "/var"}, {"mountpoint": "/home"}),
        ({"cluster": "prod"}, {"kube_cluster": "staging"}),
        ({"env": "prod"}, {"env": "staging"}),
        ({"topic": "orders"}, {"topic": "refunds"}),
        ({"host": "db-1.eu.example.com"}, {"host": "db-1.us.example.com"}),
        ({"shard": "1"}, {"shard": "2"}),
        ({"pod": "web-24568"}, {"pod": "web-24569"}),
    ],
)
def test_a_label_that_both_have_with_other_values_tells_them_apart(one, other):
    assert not is_same(of(service="x", **one).labels, of(service="x", **other).labels)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"host": "db-1"}, {"instance": "db-1.example.com:9100", "job": "node"}),
        ({"pod": "web-7d9f8b6c5d-x2x4q"}, {"pod_name": "web-7d9f8b6c5d-b8vkz"}),
        ({"monitor_id": "1", "severity": "low"}, {"monitor_id": "2", "severity": "high"}),
        ({"topic": "orders"}, {"queue": "refunds"}),
        ({}, {"region": "eu"}),
    ],
)
def test_labels_that_agree_or_that_one_lacks_do_not(one, other):
    assert is_same(of(service="x", **one).labels, of(service="x", **other).labels)


MANY = {f"l{n:02}": "x" for n in range(60)}


def test_of_very_many_labels_those_that_name_a_thing_best_count():
    one, other = of(**MANY, instance="db-1:9100"), of(instance="db-2:9100", **MANY)
    assert one.block == of(host="db-1").block != other.block
    assert not is_same(one.labels, other.labels)


def test_of_very_many_labels_all_are_compared_in_whatever_order_they_come():
    first, second = of(host="a", **MANY), of(**dict(reversed(MANY.items())), host="a")
    assert first == second
    assert not is_same(first.labels, of(host="a", **{**MANY, "l59": "y"}).labels)
    assert not is_same(first.labels, of(host="a", **{**MANY, "l00": "y"}).labels)


def test_hostile_labels_are_held_within_bounds():
    thing = of(**{f"l{n}": "x" * 10_000 for n in range(1000)}, **{"h\ud800": "v\ud800"})
    assert len(thing.labels) <= 32
    assert sum(map(len, thing.labels.values())) <= 32 * 256
    assert str(of(host="\ud800x").labels).encode()
