"""Ingest's look at the storage rules, before anything of a request is stored."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tocsin.domain.config import TenantConfig
from tocsin.ports import Configs
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import Provider


def as_stored(
    tenant: str,
    source: Provider,
    body: bytes,
    received_at_s: float,
    configs: Configs,
    pepper: Callable[[], bytes],
) -> tuple[bytes, Any]:
    """Return what a tenant's rules leave of a body, and its payload.

    Without rules it is the same body. Raises InvalidInput for one that cannot be read, and
    Retryable if the rules cannot be read: what may hold a secret is not taken then.
    """
    config: TenantConfig | None = configs.current(tenant)
    if config is None or not config.storage:
        return body, payload_of(source, body)
    # Here, since the cold start of a tenant without rules should not pay for it.
    from tocsin.domain.redaction import tenant_key
    from tocsin.pipeline import storing

    stored = storing.as_stored(
        config.storage,
        tenant_key(pepper(), tenant),
        source,
        body,
        received_at_s,
        config.fingerprints,
    )
    if stored.kept_whole:
        _warn(tenant, source.name)
    return stored.body, stored.payload


@lru_cache(maxsize=256)
def _warn(tenant: str, provider: str) -> None:
    """Tell the operator once a worker, since it may be so for every request."""
    from tocsin.runtime.observability import logger

    extra = {"tenant": tenant, "provider": provider}
    logger().warning("fields are stored that a rule leaves out: alerts need them", extra=extra)
