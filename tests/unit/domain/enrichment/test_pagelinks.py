"""Which pages an alert links to."""

from tests.builders import alert
from tocsin.domain.enrichment.pagelinks import links_of
from tocsin.domain.found import NOTHING, Enrichment, Link

FOUND = Enrichment(
    links=(
        Link(title="Dashboard", url="https://grafana.example/d"),
        Link(title="Runbook of db", url="https://wiki.example/db"),
    )
)


def test_the_runbook_comes_first_then_the_alert_itself_then_the_rest():
    value = alert(
        url="https://prometheus.example/graph",
        annotations={
            "description": "See https://a.example/1, then (https://b.example/2).",
            "runbook_url": "https://wiki.example/own",
        },
    )
    assert links_of(value, FOUND) == (
        "https://wiki.example/own",
        "https://wiki.example/db",
        "https://prometheus.example/graph",
        "https://a.example/1",
        "https://b.example/2",
        "https://grafana.example/d",
    )


def test_a_link_that_comes_twice_is_one():
    url = "https://wiki.example/own"
    assert links_of(alert(url=url, annotations={"runbook": url, "x": url}), NOTHING) == (url,)


def test_what_is_no_link_is_none():
    value = alert(url="prometheus", annotations={"runbook": "ask Ann", "x": "ftp://a.example/"})
    assert links_of(value, NOTHING) == ()


def test_huge_texts_are_looked_at_in_part():
    many = {f"a{i}": "https://a.example/" + "x" * 100_000 for i in range(500)}
    texts = {"runbook": "https://" * 50_000, **many}
    found = links_of(alert(annotations=texts), NOTHING)
    assert sum(map(len, found)) < 40_000
