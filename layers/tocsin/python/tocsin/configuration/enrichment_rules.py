"""What must hold between the parts of a tenant's `enrichment`."""

from collections.abc import Iterator

from tocsin.configuration.enrichment_models import Enrichment, LanguageModel
from tocsin.configuration.findings import Finding


def broken_enrichment(tenant: str, model: Enrichment | None) -> Iterator[Finding]:
    """Yield what is wrong, and where, from the top of the tenant."""
    if model is None:
        return
    if model.enabled and model.stages.is_on("read_content") and not model.content.hosts:
        message = "no page may be read; name the hosts of those that may in content.hosts"
        yield ("enrichment", "stages", "read_content"), message
    for below, message in _of_model(tenant, model.model):
        yield ("enrichment", "model", *below), message


def _of_model(tenant: str, model: LanguageModel) -> Iterator[Finding]:
    """Find what a kind of model needs, and what it has no use for."""
    if model.kind == "extract":
        if model.model:
            yield ("model",), "`extract` is built in and has no models; leave this out"
    elif not model.model:
        yield ("kind",), f"`{model.kind}` needs `model`: which of its models"
    if model.kind == "gemini" and not model.secret:
        yield ("kind",), f"`gemini` needs `secret`: its key, as tocsin/{tenant}/NAME"
    if model.secret and model.kind != "gemini":
        yield ("secret",), f"`{model.kind}` has no key; leave this out"
    # The functions can read the secrets of all tenants; no tenant must name another's.
    if model.secret and not model.secret.startswith(f"tocsin/{tenant}/"):
        yield ("secret",), f"a secret of this tenant begins with tocsin/{tenant}/"
