"""`tocsin fingerprint`: explain identities, and propose rules that make fewer of them."""

import sys
import time
from pathlib import Path
from typing import Any

import click
import msgspec
import orjson
from rich.progress import Progress

from cli.deadletters.walk import progress_bar
from cli.explanation import explained
from cli.fingerprints.proposed import yaml_of
from cli.fingerprints.reading import Reader
from cli.fingerprints.trace import text_of, trace
from cli.target import Target
from tocsin.domain.errors import InvalidAlert, InvalidInput
from tocsin.domain.fingerprint_proposal import Seen
from tocsin.domain.fingerprint_proposal import propose as propose_rule
from tocsin.domain.fingerprint_rules import FingerprintRule
from tocsin.domain.storage_rules import storage_rule_for
from tocsin.providers.members import Ignored
from tocsin.providers.registry import NAMES, provider

PROVIDER = click.option(
    "--provider", "name", required=True, type=click.Choice(NAMES), help="Whose payload."
)
CONFIG = click.option(
    "--config",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rules to apply, such as tocsin.yaml; else every label counts.",
)


@click.group()
def command() -> None:
    """Explain fingerprints, and propose rules for them."""


@command.command()
@PROVIDER
@CONFIG
@click.option("--tenant", help="Whose rules.  [default: the only tenant of the file]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an alert.")
@click.argument("payload", type=click.File("rb"), default="-")
def explain(name: str, file: Path | None, tenant: str | None, as_json: bool, payload: Any) -> None:
    """Show what the fingerprint of each alert of PAYLOAD (default: standard input) is made of."""
    tenant, rules = _rules(file, tenant)
    body = _json(payload.read())
    try:
        entries = provider(name).parse(body, time.time())
    except InvalidInput as error:
        raise click.ClickException(error.message) from error
    is_good = True
    for index, entry in enumerate(entries):
        if isinstance(entry, Ignored):
            continue
        if isinstance(entry, InvalidAlert):
            click.echo(f"{index}: {entry.path}: {entry.message}", err=True)
            is_good = False
            continue
        found = trace(tenant, name, rules, entry, (body, index))
        click.echo(msgspec.json.encode(found) if as_json else text_of(found))
    if not is_good:
        sys.exit(1)


@command.command()
@PROVIDER
@click.option("--tenant", help="Whose archive.")
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 720))
@click.option("--stack", envvar="TOCSIN_STACK", help="The stack's name.  [default: tocsin]")
@click.option(
    "--local", "is_local", is_flag=True, envvar="TOCSIN_LOCAL", help="Use the local cloud."
)
@click.option(
    "--every",
    default="1m",
    show_default=True,
    callback=lambda _context, _option, text: _duration_s(text),
    help="How far apart FILES were received.",
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def propose(
    name: str, tenant: str | None, files: tuple[Path, ...], every: float, **where: Any
) -> None:
    """Propose a rule from repeats that were received; nothing is applied.

    FILES are request bodies, one each, in the order in which they were received. Without FILES
    it is the archive of --tenant in a stack. Every request must be there: what is missing cannot
    speak against a rule.
    """
    if bool(files) == (tenant is not None):
        raise click.UsageError("give either FILES or the --tenant whose archive to read")
    with progress_bar() as bar:
        if tenant is None:
            reader = Reader(provider(name))
            seen = reader.files(files, every, bar)
        else:
            reader, seen = _archived(name, tenant, where, bar)
        task = bar.add_task("labels", total=None)
        found = propose_rule(name, seen, lambda: bar.advance(task))
    if reader.unread:
        click.echo(f"warning: {reader.unread} of the bodies cannot be read", err=True)
    if found is None:
        click.echo(
            f"nothing to propose: in {len(seen)} alerts of {name} no label varies between repeats "
            "that does not also tell alerts apart, or not often enough"
        )
        return
    click.echo(yaml_of(found), nl=False)


def _archived(
    name: str, tenant: str, where: dict[str, Any], bar: Progress
) -> tuple[Reader, list[Seen]]:
    with explained():
        given = click.get_current_context().find_object(Target)
        target = given or Target.load(where["stack"], is_local=where["is_local"])
        config = target.configs.current(tenant)
        if config is None:
            raise click.ClickException(f"tenant {tenant} has no configuration in this stack")
        rule = storage_rule_for(config.storage, name)
        if rule is not None and rule.keep_percent < 100.0:
            raise click.ClickException(
                f"the archive keeps {rule.keep_percent:g} % of the bodies of {name}; what is "
                "missing could speak against a rule"
            )
        reader = Reader(provider(name), config.resolve_timeout_s)
        now_s = time.time()
        span = now_s - where["hours"] * 3600.0, now_s
        return reader, reader.archive(target.archive, tenant, span, bar)


def _duration_s(text: str) -> float:
    from tocsin.domain.duration import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--every") from error


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"not JSON: {error}") from error


def _rules(file: Path | None, tenant: str | None) -> tuple[str, tuple[FingerprintRule, ...]]:
    if file is None:
        return tenant or "default", ()
    from cli.configuration_file import ConfigurationFile
    from tocsin.configuration import to_tenant_config

    tenants = ConfigurationFile(file).document.tenants
    if tenant is None and len(tenants) == 1:
        (tenant,) = tenants
    if tenant is None or tenant not in tenants:
        raise click.UsageError(f"give --tenant; {file} has {', '.join(tenants)}")
    sets = to_tenant_config(tenant, tenants[tenant], 1).fingerprints
    return tenant, sets[0].rules if sets else ()
