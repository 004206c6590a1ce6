"""`tocsin.yaml` as commands read it, with what is wrong told to the person at the terminal."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import click

from tocsin.configuration import ConfigurationErrors, Document, Problem, load
from tocsin.configuration.alertmanager import NotTaken
from tocsin.configuration.loopback import LoopbackReceiver, loopback_receivers
from tocsin.configuration.merging import merging_rules
from tocsin.configuration.overruled import overruled_policies
from tocsin.configuration.plainsecrets import plain_secrets


class ConfigurationFile:
    """One file and the environment that its variables are replaced from."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def text(self) -> str:
        """The file as it is."""
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"{self.path} cannot be read as UTF-8 text") from error

    @cached_property
    def document(self) -> Document:
        """What the file says; ends the command with every problem if it is not right."""
        try:
            return load(self.text, str(self.path), os.environ)
        except ConfigurationErrors as errors:
            click.echo(str(errors), err=True)
            raise click.ClickException(f"{_counted(errors.problems)} in {self.path}") from errors

    @cached_property
    def loopback(self) -> list[LoopbackReceiver]:
        """The receivers that only the local cloud can reach."""
        return loopback_receivers(self.document, self.text, str(self.path), os.environ)

    @property
    def not_taken(self) -> list[NotTaken]:
        """What tenants do not have from the Alertmanager's files that the file names."""
        taken = (tenant.taken for tenant in self.document.tenants.values())
        return [each for one in taken if one is not None for each in one.not_taken]

    @property
    def rule_notes(self) -> list[Problem]:
        """What tenants do not have from the rule files that the file names."""
        return [note for tenant in self.document.tenants.values() for note in tenant.rules.notes]

    @property
    def notes(self) -> list[object]:
        """What is not wrong, but to be looked at, wherever it is applied."""
        return [*self.not_taken, *self.rule_notes, *self.merging, *self.overruled]

    @cached_property
    def plain_secrets(self) -> list[Problem]:
        """The signing secrets that would be stored with the configuration."""
        return plain_secrets(self.document, self.text, str(self.path), os.environ)

    @cached_property
    def merging(self) -> list[Problem]:
        """What to look at twice in the fingerprint rules."""
        return merging_rules(self.document, self.text, str(self.path), os.environ)

    @cached_property
    def overruled(self) -> list[Problem]:
        """The escalation policies that do not count for some of the alerts of their routes."""
        return overruled_policies(self.document, self.text, str(self.path), os.environ)

    def refuse_loopback(self) -> None:
        """End the command if a stack on AWS could never reach a receiver."""
        if not self.loopback:
            return
        problems = [receiver.problem for receiver in self.loopback]
        for problem in problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(
            f"{_counted(problems)} in {self.path}; nothing is applied. "
            "For the local cloud, add --local"
        )


def _counted(problems: Sequence[Problem]) -> str:
    return f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
