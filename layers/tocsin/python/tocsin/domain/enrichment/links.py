"""The stage that adds somewhere to look: runbooks, dashboards and the tenant's own links."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from msgspec.structs import replace

from tocsin.domain.alert import Alert, routing_labels
from tocsin.domain.enrichment.catalogue import Service
from tocsin.domain.enrichment.linktemplate import LinkPattern, parse_link
from tocsin.domain.enrichment.ownership import Catalogues, service_of
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.enrichment.urls import URL_LIMIT, page_url
from tocsin.domain.errors import InvalidInput
from tocsin.domain.found import Link
from tocsin.domain.matchers import Matcher, match_all

LINKS_LIMIT = 10
# All of what is found about an alert has 8 KiB; links take no more than half of it.
LINKS_LIMIT_BYTES = 4096

# Annotations that hold an address, and what it is called. A title says that the address is the
# word of the alert's sender, and not the tenant's.
_ANNOTATIONS = (
    ("runbook_url", "Runbook (from the alert)"),
    ("runbook", "Runbook (from the alert)"),
    ("playbook_url", "Runbook (from the alert)"),
    ("dashboard_url", "Dashboard (from the alert)"),
    ("dashboard", "Dashboard (from the alert)"),
    ("dashboardURL", "Dashboard (from the alert)"),
    ("panelURL", "Panel (from the alert)"),
    ("link", "Link (from the alert)"),
    ("url", "Link (from the alert)"),
)
_ANNOTATION_NAMES = frozenset(name for name, _ in _ANNOTATIONS)


def stage(settings: EnrichmentSettings, *, catalogues: Catalogues) -> Stage:
    """Make the stage `add_links`, which sets `found.links`.

    Raises InvalidInput for a link template that `parse_link` does not read.
    """
    return _AddLinks(settings, catalogues)


class _AddLinks:
    name = "add_links"

    def __init__(self, settings: EnrichmentSettings, catalogues: Catalogues) -> None:
        self._digest = settings.catalogue
        self._catalogues = catalogues
        self._templates: tuple[tuple[tuple[Matcher, ...], LinkPattern], ...] = tuple(
            (link.matchers, parse_link(link.title, link.url)) for link in settings.links
        )

    def run(self, subject: Subject, draft: Draft) -> str:
        """Collect links: of the service, then of the tenant, then of the alert itself."""
        links: dict[str, Link] = {}
        left_bytes = LINKS_LIMIT_BYTES
        for link in self._all(subject, draft):
            left_bytes -= len(link.url) + len(link.title.encode(errors="replace"))
            if left_bytes < 0 or len(links) == LINKS_LIMIT:
                break
            links.setdefault(link.url, link)
        if not links:
            return "no links"
        draft.found = replace(draft.found, links=tuple(links.values()))
        return ""

    def _all(self, subject: Subject, draft: Draft) -> Iterable[Link]:
        of_alert = _of_alert(draft.alert)
        if not self._digest and not self._templates:
            return of_alert
        return chain(
            (Link(title=title, url=url) for title, url in self._of_tenant(subject, draft)), of_alert
        )

    def _of_tenant(self, subject: Subject, draft: Draft) -> Iterator[tuple[str, str]]:
        service = self._service(subject, draft)
        if service is not None:
            yield from _of_service(service, subject, draft)
        if self._templates:
            labels = routing_labels(draft.alert)
            for matchers, pattern in self._templates:
                if match_all(matchers, labels) and (url := pattern.url(subject, draft)):
                    yield pattern.title(subject, draft), url

    def _service(self, subject: Subject, draft: Draft) -> Service | None:
        if not self._digest:
            return None
        catalogue = self._catalogues(subject.tenant, self._digest)
        if isinstance(catalogue, str):
            return None
        owner = draft.found.owner
        return service_of(draft, catalogue) if owner is None else catalogue.named(owner.service)


def _of_service(service: Service, subject: Subject, draft: Draft) -> Iterator[tuple[str, str]]:
    if service.runbook and (url := _of_catalogue(service.runbook, subject, draft)):
        yield "Runbook", url
    if service.dashboard and (url := _of_catalogue(service.dashboard, subject, draft)):
        yield "Dashboard", url
    for link in service.links:
        if url := _of_catalogue(link.url, subject, draft):
            yield link.title, url


def _of_catalogue(text: str, subject: Subject, draft: Draft) -> str:
    pattern = _pattern(text)
    return "" if pattern is None else pattern.url(subject, draft)


def _of_alert(alert: Alert) -> list[Link]:
    found = []
    texts = alert.annotations
    if not _ANNOTATION_NAMES.isdisjoint(texts):
        found = [(title, texts[name].strip()) for name, title in _ANNOTATIONS if name in texts]
    if alert.url:
        found.append(("Source (from the alert)", alert.url))
    links = [_link(title, text) for title, text in found if len(text) <= URL_LIMIT]
    return [link for link in links if link is not None]


# Alerts of one rule share their links.
@lru_cache(maxsize=512)
def _link(title: str, text: str) -> Link | None:
    # Several lines are a text that begins with an address.
    url = page_url(text) if text.isprintable() else ""
    return Link(title=title, url=url) if url else None


@lru_cache(maxsize=4096)
def _pattern(url: str) -> LinkPattern | None:
    """Read a template of a catalogue; one that another release wrote may be unreadable here."""
    try:
        return parse_link("-", url)
    except InvalidInput:
        return None
