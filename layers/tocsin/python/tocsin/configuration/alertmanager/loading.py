"""From the text of an Alertmanager's configuration file to the configuration of a tenant."""

from pathlib import Path

import msgspec
from pydantic import ValidationError

from tocsin.configuration.alertmanager.conversion import to_tenant_config
from tocsin.configuration.alertmanager.http_calls import ReadFile
from tocsin.configuration.alertmanager.integrations import Integrations
from tocsin.configuration.alertmanager.leftovers import Leftovers, NotTaken
from tocsin.configuration.alertmanager.models import Configuration
from tocsin.configuration.alertmanager.reading import read_alertmanager, without_nulls
from tocsin.configuration.alertmanager.rules import broken_rules
from tocsin.configuration.findings import errors_at, findings_of
from tocsin.configuration.problems import ConfigurationErrors
from tocsin.configuration.yamltree import Tree
from tocsin.domain.config import TenantConfig


class AlertmanagerFile(msgspec.Struct, frozen=True):
    """A file that was read and is right by itself, and what of it is not taken."""

    filename: str
    tree: Tree
    configuration: Configuration
    leftovers: Leftovers


def parse_alertmanager(text: str, filename: str) -> AlertmanagerFile:
    """Read and check a file as Alertmanager does.

    Raises ConfigurationErrors with everything that is wrong, a field that is unknown included.
    """
    tree = read_alertmanager(text, filename)
    leftovers = Leftovers(tree, filename)
    value = leftovers.set_aside(without_nulls(tree.value))
    try:
        configuration = Configuration.model_validate(value)
    except ValidationError as error:
        raise errors_at(findings_of(error), tree, filename) from None
    findings = list(broken_rules(configuration))
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    return AlertmanagerFile(filename, tree, configuration, leftovers)


def load_alertmanager(
    text: str,
    filename: str,
    tenant: str,
    version: int = 1,
    *,
    read_file: ReadFile | None = None,
    strict: bool = False,
) -> tuple[TenantConfig, list[NotTaken]]:
    """Make the configuration of a tenant of an Alertmanager's file, which may be JSON.

    Also returns what of the file tocsin does not take, line by line; `strict` makes an error
    of each integration that is not delivered. The files that it names are read now, with
    `read_file`, or from where the file is. Raises ConfigurationErrors with everything that is
    wrong; neither names a secret.
    """
    file = parse_alertmanager(text, filename)
    integrations = Integrations(file.configuration, file.leftovers, read_file or beside(filename))
    receivers = integrations.receivers()
    if integrations.wrong:
        raise errors_at(integrations.wrong, file.tree, filename)
    found = file.leftovers.found
    undelivered = [each.problem for each in found if each.is_undelivered]
    if strict and undelivered:
        raise ConfigurationErrors(undelivered)
    return to_tenant_config(tenant, version, file.configuration, receivers), found


def beside(filename: str) -> ReadFile:
    """Return what reads files whose names are relative to a file."""
    folder = Path(filename).parent
    return lambda name: (folder / name).read_text(encoding="utf-8")
