from itertools import pairwise

import msgspec
import pytest

from tocsin.domain.enrichment.catalogue import (
    SERVICE_LABELS,
    Catalogue,
    Service,
    decode,
    encode,
)
from tocsin.domain.errors import Permanent
from tocsin.domain.found import Link
from tocsin.domain.matchers import parse_matchers


def service(name: str, matchers: str = "", **fields: object) -> Service:
    return Service(name=name, matchers=parse_matchers(matchers), **fields)


def found(catalogue: Catalogue, entities: tuple[str, ...] = (), **labels: str) -> str | None:
    service = catalogue.find(labels, entities)
    return service.name if service else None


CATALOGUE = Catalogue(
    [
        service("checkout", aliases=("Checkout-API", "cart")),
        service("search"),
        service("db-prod", 'job="postgres",env=~"prod|live"'),
        service("db", 'job="postgres"'),
        service("batch", 'job=~"nightly-.*"'),
    ]
)


@pytest.mark.parametrize("label", SERVICE_LABELS)
def test_each_of_the_labels_can_name_the_service(label: str) -> None:
    assert found(CATALOGUE, **{label: "checkout"}) == "checkout"


def test_the_labels_count_in_their_order() -> None:
    for first, second in pairwise(SERVICE_LABELS):
        assert found(CATALOGUE, **{second: "checkout", first: "search"}) == "search"


def test_a_label_that_names_nothing_leaves_it_to_the_next() -> None:
    assert found(CATALOGUE, service="unknown", namespace="search") == "search"


@pytest.mark.parametrize("value", ["CHECKOUT", "checkout-api", "Cart"])
def test_names_and_aliases_count_in_any_case(value: str) -> None:
    assert found(CATALOGUE, app=value) == "checkout"


def test_a_job_may_have_its_namespace_and_an_instance_its_port() -> None:
    assert found(CATALOGUE, job="shop/checkout") == "checkout"
    assert found(CATALOGUE, instance="search:9090") == "search"


def test_matchers_outweigh_names_and_the_first_of_the_catalogue_counts() -> None:
    assert found(CATALOGUE, job="postgres", env="live", service="search") == "db-prod"
    assert found(CATALOGUE, job="postgres", env="test", service="search") == "db"
    assert found(CATALOGUE, job="nightly-report", service="search") == "batch"


def test_a_service_without_matchers_does_not_match_everything() -> None:
    assert found(CATALOGUE, alertname="Anything") is None


def test_what_was_found_in_texts_comes_last() -> None:
    assert found(CATALOGUE, ("nothing", "Search"), app="cart") == "checkout"
    assert found(CATALOGUE, ("nothing", "Search")) == "search"


def test_hostile_values_name_nothing() -> None:
    for value in ("", "\ud800", "x" * 100_000, "check\x00out"):
        assert found(CATALOGUE, (value,), service=value) is None


def test_an_alert_is_compared_with_few_services_of_many() -> None:
    services = [service(f"s{n}", f'env="prod",app="a{n}"') for n in range(10_000)]
    catalogue = Catalogue(services)
    assert found(catalogue, env="prod", app="a9999") == "s9999"
    assert max(map(len, catalogue._by_pair.values())) == 1


def test_a_catalogue_comes_back_as_it_was_stored() -> None:
    whole = service(
        "checkout", 'a="b",c=~"d"', team="payments", contact="#pay", tier="1",
        description="Takes money", aliases=("cart",), runbook="https://a/", dashboard="https://b/",
        links=(Link(title="Logs", url="https://c/"),),
    )  # fmt: skip
    catalogue = decode(encode([whole]))
    assert list(catalogue.services) == [whole]
    owner = catalogue.owner(whole)
    assert msgspec.to_builtins(owner) == {
        "service": "checkout",
        "team": "payments",
        "contact": "#pay",
        "tier": "1",
        "description": "Takes money",
    }


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'[{"team": "x"}]', b"\xff"])
def test_anything_else_is_permanent(data: bytes) -> None:
    with pytest.raises(Permanent, match="not a service catalogue"):
        decode(data)
