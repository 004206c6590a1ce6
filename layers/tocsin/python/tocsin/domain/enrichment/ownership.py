"""The stage that says whose service an alert is about."""

from collections.abc import Callable

from msgspec.structs import replace

from tocsin.domain.alert import routing_labels
from tocsin.domain.enrichment.catalogue import Catalogue, Service
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject

# Of a tenant and a digest: the catalogue, or why it is not at hand. Never raises.
Catalogues = Callable[[str, str], Catalogue | str]


def stage(settings: EnrichmentSettings, *, catalogues: Catalogues) -> Stage:
    """Make the stage `map_ownership`, which sets `found.owner`."""
    return _MapOwnership(settings.catalogue, catalogues)


def service_of(draft: Draft, catalogue: Catalogue) -> Service | None:
    """Return the service that an alert is of, by its labels and what was found in its texts."""
    labels = routing_labels(draft.alert)
    return catalogue.find(labels, draft.found.entities.get("service", ()))


class _MapOwnership:
    name = "map_ownership"

    def __init__(self, digest: str, catalogues: Catalogues) -> None:
        self._digest = digest
        self._catalogues = catalogues

    def run(self, subject: Subject, draft: Draft) -> str:
        """Look the alert up; say why there is no owner."""
        if not self._digest:
            return "there is no service catalogue"
        catalogue = self._catalogues(subject.tenant, self._digest)
        if isinstance(catalogue, str):
            return catalogue
        service = service_of(draft, catalogue)
        if service is None:
            return "no service of the catalogue"
        draft.found = replace(draft.found, owner=catalogue.owner(service))
        return ""
