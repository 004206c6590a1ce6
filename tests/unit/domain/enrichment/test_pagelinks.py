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


def test_of_huge_texts_the_beginning_is_looked_at():
    far = {"a": " " * 20_000 + "https://far.example/", "b": "https://near.example/"}
    assert links_of(alert(annotations=far), NOTHING) == ("https://near.example/",)
    long = {"runbook": "https://wiki.example/" + "x" * 100_000}
    assert len(links_of(alert(annotations=long), NOTHING)[0]) < 2100


def test_of_very_many_links_the_first_are_looked_at():
    many = {f"a{i}": f"https://a.example/{i} https://b.example/{i}" for i in range(500)}
    assert len(links_of(alert(annotations=many), NOTHING)) == 100
