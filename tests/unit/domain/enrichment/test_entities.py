"""What an alert names is found, and what only looks like it is not."""

import pytest

from benchmarks.entitling import labelled, measured
from tests.builders import alert
from tocsin.domain.enrichment.entities import (
    CHARACTERS_IN_ALL,
    VALUES_OF_A_KIND,
    entities_of,
    stage,
)
from tocsin.domain.enrichment.entities_values import VALUE_CHARACTERS
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject


def _of(text: str = "", **labels: str) -> dict[str, tuple[str, ...]]:
    return entities_of(alert("Something", labels=labels, annotations={"summary": f"x {text} y"}))


def test_the_stage_adds_what_it_found_and_says_when_there_is_nothing() -> None:
    subject = Subject(tenant="acme", fingerprint="f", at_s=1.0)
    draft = Draft(alert=alert(labels={"host": "db-1"}))
    assert stage(EnrichmentSettings()).run(subject, draft) == ""
    assert draft.found.entities == {"host": ("db-1",)}
    assert stage(EnrichmentSettings()).run(subject, Draft(alert=alert())) == "it names nothing"


def test_labels_come_before_texts_and_each_value_once() -> None:
    found = _of("on db-2.example.com and db-1.example.com", host="db-1.example.com")
    assert found == {"host": ("db-1.example.com", "db-2.example.com")}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:9100,", "192.0.2.7"),
        ("(192.0.2.7)", "192.0.2.7"),
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("2001:DB8::0:7", "2001:db8::7"),
        ("[2001:db8::8]:8443", "2001:db8::8"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::ffff:0:1", "::ffff:0:1"),
    ],
)
def test_addresses_are_read_without_ports_and_as_they_are_usually_written(
    text: str, address: str
) -> None:
    assert _of(text) == {"ip": (address,)}


@pytest.mark.parametrize(
    "text",
    [
        "999.1.2.3", "1.2.3", "version 1.25.3.1", ".1.3.6.1.4.1.8072", "00:1b:44:11:3a:b7",
        "06:32:00", "2025-11-22T06:33:05.123Z", "app.py", "java.net", "orders.checkout",
        "com.shop.promo.FlashSale", "ann@db-1.example.com", "half-time-2", "of level-3",
        "europe-best1", "i-beam", "s3://bucket/key", "compute.googleapis.com/instance/cpu",
        "Paris", "FRA", "std::vector", "a-b-c", "arn:aws", "/subscriptions/none",
        "projects/x", "10.0.0.01", "café.example.com\u202e",
    ],
)  # fmt: skip
def test_what_only_looks_like_something_is_nothing(text: str) -> None:
    assert _of(text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on web-1,", {"host": ("web-1",)}),
        ("payment-gateway;", {"service": ("payment-gateway",)}),
        ("eastus2, westeurope.", {"place": ("eastus2", "westeurope")}),
        ("us-gov-west-1", {"place": ("us-gov-west-1",)}),
        ("northamerica-northeast1-a", {"place": ("northamerica-northeast1-a",)}),
        ("the Frankfurt site", {"place": ("Frankfurt",)}),
        ("FRA3", {"place": ("FRA3",)}),
        ("pod shop/cart-0", {"resource": ("namespace/shop", "pod/cart-0")}),
        ("vol-0abc12345def67890", {"resource": ("vol-0abc12345def67890",)}),
        ("api-7d9f8b6c5-x2x4q", {"resource": ("pod/api-7d9f8b6c5-x2x4q",)}),
        (
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            {"resource": ("arn:aws:sqs:eu-west-1:111122223333:orders",), "place": ("eu-west-1",)},
        ),
    ],
)
def test_what_its_form_or_the_word_before_makes_certain_is_found(text: str, found: dict) -> None:
    assert {kind: tuple(sorted(values)) for kind, values in _of(text).items()} == found


def test_places_are_in_the_order_in_which_they_were_found() -> None:
    said = ["the Tokyo site", "FRA3", "eastus2", "the Frankfurt office", "westeurope", "AMS7"]
    names = ("Tokyo", "FRA3", "eastus2", "Frankfurt", "westeurope", "AMS7")
    assert _of(" and ".join(said)) == {"place": names}


def test_a_name_that_comes_again_is_read_by_the_word_before_it() -> None:
    assert _of("web-3 restarts since the disk on web-3 fills up") == {"host": ("web-3",)}


def test_links_are_read_without_credentials_and_not_cut_to_where_they_lead_nowhere() -> None:
    long = "https://grafana.example.com/d/abc?" + "x" * 300
    endless = "https://grafana.example.com/" + "x" * 300
    found = _of(f"https://bot:hunter2@git.example.com/x.git. {long} {endless}")
    assert found == {"url": ("https://git.example.com/x.git", "https://grafana.example.com/d/abc")}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "https://portal.azure.com#@example/blade/logs",
            "https://portal.azure.com#@example/blade/logs",
        ),
        ("https://x.example?to=ann@y.example/z", "https://x.example?to=ann@y.example/z"),
        ("http://[2001:db8::1]:8080/x,", "http://[2001:db8::1]:8080/x"),
        ("https://x.example/{app}/{name}.", "https://x.example/{app}/{name}"),
        ("(https://x.example/a_(b))", "https://x.example/a_(b)"),
        ("[here](https://x.example/a)", "https://x.example/a"),
        ("[https://x.example/a](https://x.example/a)", "https://x.example/a"),
        ("{url=https://x.example/a}", "https://x.example/a"),
        ("https://[redacted:url-secret]@x.example/a", "https://x.example/a"),
        (
            "https://x.example/a?token=[redacted:url-secret]&b=1",
            "https://x.example/a?token=[redacted:url-secret]&b=1",
        ),
    ],
)
def test_a_link_leads_where_it_leads_in_the_text(text: str, url: str) -> None:
    assert _of(text)["url"] == (url,)


def test_an_annotation_that_is_a_link_is_one_link() -> None:
    for link in ("https://x.example/{app}/{name}", "https://x.example?a[]=b&token=[redacted:jwt]"):
        assert entities_of(alert(annotations={"runbook_url": link})) == {"url": (link,)}


def test_an_address_in_a_link_is_an_address_and_its_host_is_the_link_s() -> None:
    found = _of("http://10.0.0.5:3000/d?next=db-1.example.com")
    assert found == {
        "ip": ("10.0.0.5",),
        "url": ("http://10.0.0.5:3000/d?next=db-1.example.com",),
    }


def test_names_of_labels_are_known_in_their_usual_spellings() -> None:
    spellings = {
        "Availability-Zone": "eu-west-1b",
        "HOSTNAME": "db-1",
        "kubernetes_pod_name": "p-0",
    }
    assert _of(**spellings) == {
        "host": ("db-1",),
        "resource": ("pod/p-0",),
        "place": ("eu-west-1b",),
    }


def test_a_location_in_a_program_is_no_place() -> None:
    assert _of(location="orders/checkout.py") == {}
    assert _of(location="Hall 1") == {"place": ("Hall 1",)}


def test_tags_are_read_as_labels() -> None:
    found = entities_of(alert(annotations={"tags": "env:prod,host:web-1,service=web,monitor"}))
    assert found == {"host": ("web-1",), "service": ("web",)}


def test_there_are_twenty_values_of_a_kind_at_most_and_none_is_longer_than_it_may_be() -> None:
    many = " ".join(f"192.0.2.{each}" for each in range(99))
    found = _of(many, service="x" * (VALUE_CHARACTERS + 1), host="h" * VALUE_CHARACTERS)
    assert len(found["ip"]) == VALUES_OF_A_KIND
    assert "service" not in found
    assert len(found["host"][0]) == VALUE_CHARACTERS


def test_all_values_of_an_alert_together_leave_room_for_what_other_stages_find() -> None:
    links = {f"link{each}": f"https://x.example/{each}/{'y' * 170}" for each in range(99)}
    names = " ".join(f"{'h' * 60}{each}.{'x' * 60}.example.com" for each in range(99))
    found = entities_of(alert(annotations={**links, "summary": names}))
    characters = sum(len(value) for values in found.values() for value in values)
    assert CHARACTERS_IN_ALL - VALUE_CHARACTERS < characters <= CHARACTERS_IN_ALL


@pytest.mark.parametrize(
    "text",
    [
        "\ud800.example.com", "a." * 8000, "1:" * 8000, "http://" * 2000, "-" * 16_000,
        "http://[", "http://[::1", "[", "[]:1", "%", "fe80::1%" + "z" * 99, "\x00host\x00-1",
        "a-" * 8000, "arn:aws:" + ":" * 9000, "\u0661\u0669\u0662.\u0660.\u0662.\u0661",
    ],
)  # fmt: skip
def test_hostile_values_harm_nothing(text: str) -> None:
    names = ("host", "service", "ip", "device", "node", "region", "resource", "tags", "entity")
    labels = {name: text[:4096] for name in names}
    found = entities_of(alert("x", labels=labels, annotations={"a": text, "b": f"on {text} x"}))
    every = [value for values in found.values() for value in values]
    assert all(value.isprintable() and len(value) <= VALUE_CHARACTERS for value in every)
    assert all(len(values) <= VALUES_OF_A_KIND for values in found.values())


@pytest.mark.parametrize("held_out", [False, True])
def test_of_the_labelled_alerts_nearly_all_is_found_and_little_else(held_out: bool) -> None:
    figures = measured(labelled(held_out))
    for kind in figures.are:
        precision, recall, _ = figures.of(kind)
        assert precision >= 0.9, (kind, figures.wrong)
        assert recall >= 0.9, (kind, figures.wrong)


def test_an_alert_names_the_same_whether_or_not_its_like_was_seen_before() -> None:
    def named(host: str) -> dict[str, tuple[str, ...]]:
        return entities_of(
            alert(
                labels={"alertname": "Slow", "instance": f"{host}:9100", "namespace": "shop"},
                annotations={"summary": f"slow on {host}", "runbook_url": "https://x.example/slow"},
            )
        )

    first = named("db-1")
    assert first == {
        "host": ("db-1",),
        "url": ("https://x.example/slow",),
        "resource": ("namespace/shop",),
    }
    assert named("db-2") == {**first, "host": ("db-2",)}
    assert named("db-1") == first
