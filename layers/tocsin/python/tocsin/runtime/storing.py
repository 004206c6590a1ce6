"""Ingest's look at the storage rules, before anything of a request is stored."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from tocsin.pipeline.ingest import Request
from tocsin.ports import Configs


def stored_request(request: Request, configs: Configs, pepper: Callable[[], bytes]) -> Request:
    """Return a request with the body that its tenant's rules leave of it.

    Without rules it is the same object. Raises Retryable if the rules cannot be read: what
    may hold a secret is not taken then.
    """
    config = configs.current(request.tenant)
    if config is None or not config.storage:
        return request
    # Here, since the cold start of a tenant without rules should not pay for it.
    from tocsin.domain.redaction import tenant_key
    from tocsin.pipeline.storing import Stored, as_stored

    stored = as_stored(
        config.storage,
        tenant_key(pepper(), request.tenant),
        request.provider,
        Stored(body=request.body, payload=request.payload),
        request.received_at_s,
        config.fingerprints,
    )
    if stored.kept_whole:
        _warn(request.tenant, request.provider.name)
    return msgspec.structs.replace(request, body=stored.body, payload=stored.payload)


@lru_cache(maxsize=256)
def _warn(tenant: str, provider: str) -> None:
    """Tell the operator once a worker, since it may be so for every request."""
    from tocsin.runtime.observability import logger

    extra = {"tenant": tenant, "provider": provider}
    logger().warning("fields are stored that a rule leaves out: alerts need them", extra=extra)
