"""From the text of `tocsin.yaml` to a valid `Document`, or to everything wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.configuration.cataloguefiles import load_catalogue
from tocsin.configuration.findings import errors_at, findings_of
from tocsin.configuration.models import Document, FromAlertmanager, Tenant
from tocsin.configuration.problems import ConfigurationErrors, Problem, path_of
from tocsin.configuration.rules import broken_rules
from tocsin.configuration.tenant_rules import gather_rules
from tocsin.configuration.yamltree import Tree, read


def load(text: str, filename: str, environ: Mapping[str, str]) -> Document:
    """Read and check a configuration, and the files that it names.

    Raises ConfigurationErrors with every problem that was found. Rules between the parts are
    looked at once each part is right by itself.
    """
    tree = read(text, filename, environ)
    try:
        document = Document.model_validate(tree.value)
    except ValidationError as error:
        # `from None`: pydantic's own text would follow, with less to say.
        raise errors_at(findings_of(error), tree, filename) from None
    findings = list(broken_rules(document))
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    problems = [
        problem
        for name, tenant in document.tenants.items()
        if tenant.alertmanager is not None
        for problem in _read_alertmanager(document, name, tree, filename)
    ]
    for name, tenant in document.tenants.items():
        try:
            tenant.take_rules(gather_rules(tenant, name, tree, filename, environ))
            _read_catalogue(tenant, name, tree, filename)
        except ConfigurationErrors as errors:
            problems += errors.problems
    if problems:
        raise ConfigurationErrors(problems)
    return document


def _read_catalogue(tenant: Tenant, name: str, tree: Tree, filename: str) -> None:
    """Read the service catalogue that a tenant names, if any."""
    if tenant.enrichment is None or tenant.enrichment.catalogue is None:
        return
    path = Path(filename).parent / tenant.enrichment.catalogue
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        location = ("tenants", name, "enrichment", "catalogue")
        message = f"{path} cannot be read as UTF-8 text"
        problem = Problem(filename, tree.line(location), path_of(location), message)
        raise ConfigurationErrors([problem]) from error
    tenant.take_catalogue(load_catalogue(text, str(path)))


def _read_alertmanager(
    document: Document, name: str, tree: Tree, filename: str
) -> tuple[Problem, ...]:
    """Read what a tenant has from an Alertmanager's file, or return what is wrong with it."""
    tenant = document.tenants[name]
    path = Path(filename).parent / (tenant.alertmanager or "")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        location = ("tenants", name, "alertmanager")
        message = f"{path} cannot be read as UTF-8 text"
        return (Problem(filename, tree.line(location), path_of(location), message),)
    try:
        config, not_taken = load_alertmanager(text, str(path), name)
    except ConfigurationErrors as errors:
        return errors.problems
    tenant.take(FromAlertmanager(str(path), config, tuple(not_taken)))
    return ()
