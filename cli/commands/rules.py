"""`tocsin rules`: check, test, list and apply rules."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cli.configuration_file import ConfigurationFile
from cli.rules.files import counted, read_rule_files, warn
from cli.rules.words import line_of, state_of
from cli.target import Target, with_target
from tocsin.configuration.application import apply_settings
from tocsin.configuration.plan import TenantPlan
from tocsin.configuration.rulefiles.display import displayed_rule
from tocsin.configuration.rulefiles.judging import judge, untested
from tocsin.configuration.rules_plan import RulesPlan, plan_rules
from tocsin.domain.errors import Conflict
from tocsin.domain.rule import Rule
from tocsin.domain.rulestate import RuleState

_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
FILES = click.argument("files", nargs=-1, required=True, type=_PATH)


@click.group()
def command() -> None:
    """Check, test, list and apply rules.

    A rule file holds rules over metrics or alerts, and tests of them; docs/rules.md is how to
    write the first one. tocsin.yaml names the files of each tenant under `rule_files`.
    """


@command.command()
@FILES
def check(files: tuple[Path, ...]) -> None:
    """Check rule FILES, tocsin's own or those of Prometheus, without applying them.

    Whether the sources exist that rules ask is for `tocsin config check`, which knows them. A
    rule that lacks a test in which it fires, or one in which it does not, is warned about.
    """
    for path, loaded in read_rule_files(files).items():
        rules = [placed.rule for placed in loaded.rules]
        tests = f", {counted(len(loaded.tests), 'test')}" if loaded.tests else ""
        click.echo(f"{path} is right: {counted(len(rules), 'rule')}{tests}")
        warn(loaded.notes)
        if not loaded.is_prometheus:
            warn([f"{path}: {lacking}" for lacking in untested(rules, loaded.tests)])


@command.command()
@FILES
def test(files: tuple[Path, ...]) -> None:
    """Run the tests in rule FILES; fails if one does not pass.

    Each test is played minute by minute with a clock of its own, by what also evaluates the
    rules that are applied. Nothing is asked and nothing sent.
    """
    failed = total = 0
    given = read_rule_files(files)
    for path, loaded in given.items():
        rules = {placed.rule.name: placed.rule for placed in loaded.rules}
        for case in loaded.tests:
            verdict = judge(case, rules)
            total += 1
            failed += bool(verdict.failures)
            click.echo(f"{'failed' if verdict.failures else 'passed'}  {path}: {verdict.test}")
            for failure in verdict.failures:
                click.echo(f"        {failure}")
    if failed:
        raise click.ClickException(f"{failed} of {counted(total, 'test')} failed")
    if not total:
        raise click.ClickException("there are no tests in these files")
    click.echo(f"{counted(total, 'test')} passed")
    warn([f"{path} has no tests" for path, loaded in given.items() if not loaded.tests])


@command.command("list")
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--tenant", help="Only the rules of this tenant.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print them whole, as a rule file has them.")
@with_target
def list_(files: tuple[Path, ...], tenant: str | None, as_yaml: bool, target: Target) -> None:
    """List the rules in FILES; without FILES, those in force and which of them are not well."""
    if files:
        for path, loaded in read_rule_files(files).items():
            _list(str(path), [placed.rule for placed in loaded.rules], {}, as_yaml=as_yaml)
        return
    names = [tenant] if tenant else sorted(target.configs.tenants())
    for name in names:
        config = target.configs.current(name)
        if config is None:
            raise click.ClickException(f"tenant {name} has no configuration; see `config apply`")
        states = {} if as_yaml else _states(target, name)
        _list(f"{name}, version {config.version}", config.rules, states, as_yaml=as_yaml)


@command.command()
@click.argument("file", default="tocsin.yaml", type=_PATH)
@with_target
def apply(file: Path, target: Target) -> None:
    """Make the rules that FILE (default: tocsin.yaml) names those in force, and nothing else.

    The rest of the configuration stays as it was applied. Rules that ask a source which is not
    in force as it stands in FILE need `tocsin config apply`.
    """
    given = ConfigurationFile(file)
    document, configs = given.document, target.configs
    warn(given.rule_notes)
    steps = plan_rules(document, {name: configs.current(name) for name in document.tenants})
    refused = [step for step in steps if step.refusal]
    for step in refused:
        click.echo(f"{step.tenant}: {step.refusal}", err=True)
    if refused:
        raise click.ClickException("nothing is applied; apply the whole with `tocsin config apply`")
    for step in steps:
        _apply(step, given.text, target)


def _apply(step: RulesPlan, text: str, target: Target) -> None:
    if step.config is None:
        click.echo(f"{step.tenant}: unchanged, still version {step.version}")
        return
    whole = TenantPlan(tenant=step.tenant, version=step.version, config=step.config)
    try:
        apply_settings(whole, target.configs, target.keys, text, at_s=time.time())
    except Conflict as error:
        raise click.ClickException(
            f"somebody else applied to {step.tenant} meanwhile; see `config show`, then again"
        ) from error
    click.echo(f"{step.tenant}: applied as version {step.version}")
    for what, names in (
        ("new", step.added), ("changed", step.changed), ("gone", step.removed),
    ):  # fmt: skip
        for name in names:
            click.echo(f"  {what:<8}{name}")


def _states(target: Target, tenant: str) -> Mapping[str, RuleState]:
    stored = target.rule_states
    return {} if stored is None else stored.read(tenant, stored.names(tenant))


def _list(
    title: str, rules: Sequence[Rule], states: Mapping[str, RuleState], *, as_yaml: bool
) -> None:
    if as_yaml:
        import yaml

        shown = {"rules": [displayed_rule(rule) for rule in rules]}
        click.echo(f"# {title}\n{yaml.safe_dump(shown, sort_keys=False)}", nl=False)
        return
    click.echo(f"{title}: {counted(len(rules), 'rule')}")
    for rule in rules:
        click.echo(f"  {line_of(rule)}")
        if said := state_of(states.get(rule.name)):
            click.echo(f"    {said}")
