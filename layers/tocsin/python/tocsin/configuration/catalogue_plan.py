"""What a new service catalogue changes, service by service."""

from collections.abc import Callable

import msgspec

from tocsin.configuration.cataloguefiles import LoadedCatalogue
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.catalogue import decode
from tocsin.domain.errors import TocsinError
from tocsin.ports import References


class CatalogueChange(msgspec.Struct, frozen=True, kw_only=True):
    """How a tenant's catalogue differs from the one in force, by the names of services.

    `is_known` is false where the one in force cannot be read; then nothing is compared.
    """

    services: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_known: bool = True


def catalogue_change(
    tenant: str,
    wanted: LoadedCatalogue | None,
    applied: TenantConfig | None,
    references: Callable[[], References],
) -> CatalogueChange | None:
    """Compare a catalogue with the one in force; None if it is the same, or there is none."""
    settings = applied.enrichment if applied else None
    digest = settings.catalogue if settings else ""
    if digest == (wanted.digest if wanted else ""):
        return None
    after = {service.name: service for service in wanted.services} if wanted else {}
    try:
        services = decode(references().get(tenant, digest)).services if digest else ()
    except TocsinError:
        return CatalogueChange(services=len(after), is_known=False)
    before = {service.name: service for service in services}
    both = after.keys() & before.keys()
    return CatalogueChange(
        services=len(after),
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in both if after[name] != before[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )
