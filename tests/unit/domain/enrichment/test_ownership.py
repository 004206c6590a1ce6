from tests.builders import alert
from tocsin.domain.enrichment.catalogue import Catalogue, Service
from tocsin.domain.enrichment.ownership import stage
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import Enrichment, Owner
from tocsin.domain.matchers import parse_matchers

SUBJECT = Subject(tenant="acme", fingerprint="f", at_s=1.0)
SETTINGS = EnrichmentSettings(catalogue="digest")
CATALOGUE = Catalogue(
    [
        Service(name="checkout", team="payments", tier="1"),
        Service(name="pages", matchers=parse_matchers('severity="critical",provider="grafana"')),
    ]
)


def ran(draft: Draft, settings: EnrichmentSettings = SETTINGS, held: object = CATALOGUE) -> str:
    asked: list[tuple[str, str]] = []

    def catalogues(tenant: str, digest: str) -> object:
        asked.append((tenant, digest))
        return held

    why = stage(settings, catalogues=catalogues).run(SUBJECT, draft)
    assert asked in ([], [("acme", "digest")])
    return why


def test_the_owner_is_what_the_catalogue_says() -> None:
    draft = Draft(alert=alert(labels={"service": "Checkout"}), found=Enrichment(category="disk"))
    assert ran(draft) == ""
    owner = Owner(service="checkout", team="payments", tier="1")
    assert draft.found == Enrichment(category="disk", owner=owner)


def test_matchers_see_severity_and_provider() -> None:
    draft = Draft(alert=alert(labels={"a": "b"}, severity="critical", provider="grafana"))
    assert ran(draft) == ""
    assert draft.found.owner == Owner(service="pages")


def test_services_that_texts_name_count_where_labels_name_none() -> None:
    draft = Draft(alert=alert(labels={}), found=Enrichment(entities={"service": ("checkout",)}))
    assert ran(draft) == ""
    assert draft.found.owner is not None


def test_without_an_owner_it_says_why() -> None:
    draft = Draft(alert=alert(labels={"service": "unknown"}))
    assert ran(draft) == "no service of the catalogue"
    assert ran(draft, EnrichmentSettings()) == "there is no service catalogue"
    assert ran(draft, held="it is not at hand") == "it is not at hand"
    assert draft.found == Enrichment()
