import pytest

from tests.builders import alert
from tocsin.domain.enrichment.catalogue import Catalogue, Service
from tocsin.domain.enrichment.links import LINKS_LIMIT, LINKS_LIMIT_BYTES, stage
from tocsin.domain.enrichment.settings import EnrichmentSettings, LinkTemplate
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import InvalidInput
from tocsin.domain.found import Enrichment, Link, Owner
from tocsin.domain.matchers import parse_matchers

SUBJECT = Subject(tenant="acme", fingerprint="f", at_s=1.0)
CATALOGUE = Catalogue(
    [
        Service(
            name="checkout",
            runbook="https://wiki/checkout",
            dashboard="https://grafana/d/x?pod={{ $labels.pod }}",
            links=(Link(title="Code", url="https://git/checkout"),),
        ),
        Service(name="search", runbook="https://wiki/{{ $later }}"),
    ]
)


def links(
    *templates: LinkTemplate,
    found: Enrichment = Enrichment(),  # noqa: B008
    held: object = CATALOGUE,
    **fields: object,
) -> list[tuple[str, str]]:
    settings = EnrichmentSettings(catalogue="digest", links=templates)
    draft = Draft(alert=alert(**{"url": "", **fields}), found=found)
    why = stage(settings, catalogues=lambda *_: held).run(SUBJECT, draft)
    assert why == ("" if draft.found.links else "no links")
    return [(link.title, link.url) for link in draft.found.links]


def template(url: str, matchers: str = "", title: str = "Logs") -> LinkTemplate:
    return LinkTemplate(title=title, url=url, matchers=parse_matchers(matchers))


def test_the_service_comes_first_then_the_tenant_then_the_alert() -> None:
    assert links(
        template("https://logs/?q={{ $labels.pod }}"),
        labels={"service": "checkout", "pod": "p 1"},
        annotations={"runbook_url": "https://other/wiki", "summary": "https://no/link"},
        url="http://prometheus:9090/graph",
    ) == [
        ("Runbook", "https://wiki/checkout"),
        ("Dashboard", "https://grafana/d/x?pod=p%201"),
        ("Code", "https://git/checkout"),
        ("Logs", "https://logs/?q=p%201"),
        ("Runbook (from the alert)", "https://other/wiki"),
        ("Source (from the alert)", "http://prometheus:9090/graph"),
    ]


def test_the_owner_that_was_found_counts() -> None:
    owned = Enrichment(owner=Owner(service="checkout"))
    assert links(found=owned, labels={"service": "search"})[0] == (
        "Runbook",
        "https://wiki/checkout",
    )


def test_without_the_catalogue_there_are_the_other_links() -> None:
    found = links(template("https://logs/"), held="not at hand", labels={"service": "checkout"})
    assert found == [("Logs", "https://logs/")]


def test_a_template_of_a_later_release_is_left_out() -> None:
    assert links(labels={"service": "search"}) == []


def test_templates_are_for_the_alerts_that_match() -> None:
    chosen = template("https://logs/", 'severity="critical",team=~"db|web"')
    assert links(chosen, labels={"team": "db"}, severity="critical") == [("Logs", "https://logs/")]
    assert links(chosen, labels={"team": "db"}, severity="low") == []


def test_the_same_address_is_there_once_under_its_first_name() -> None:
    found = links(
        template("https://wiki/checkout", title="Again"),
        labels={"service": "checkout"},
        annotations={"runbook_url": " https://wiki/checkout "},
    )
    assert found == [("Runbook", "https://wiki/checkout"), ("Code", "https://git/checkout")]


@pytest.mark.parametrize(
    "text",
    ["javascript:x", "see wiki", "//evil/", "https://u:p@a/", "https://a/\nhttps://b/",
     "https://a/x\r\nAsk Ann first."],
)  # fmt: skip
def test_an_annotation_that_is_no_address_is_no_link(text: str) -> None:
    assert links(annotations={"runbook_url": text, "dashboard": text}, url=text) == []


def test_links_are_few_and_short() -> None:
    many = [template(f"https://logs/{n}") for n in range(50)]
    assert len(links(*many)) == LINKS_LIMIT
    long = [template(f"https://logs/{n}/" + "x" * 2000) for n in range(50)]
    found = links(*long)
    assert 0 < sum(len(url) + len(title) for title, url in found) <= LINKS_LIMIT_BYTES


def test_huge_annotations_cost_nothing() -> None:
    text = "https://a/" + "x" * 65_536
    assert links(annotations={"runbook_url": text, "link": text}) == []


def test_a_template_that_cannot_be_read_is_told_when_the_stage_is_made() -> None:
    settings = EnrichmentSettings(links=(template("https://{{ $labels.x }}/"),))
    with pytest.raises(InvalidInput):
        stage(settings, catalogues=lambda *_: "none")
