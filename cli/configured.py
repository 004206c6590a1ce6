"""The configurations that a command looks at: those of a file, or those in force in a stack."""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

from cli.configuration_file import ConfigurationFile
from cli.explanation import explained
from cli.target import Target
from tocsin.configuration.conversion import to_tenant_config
from tocsin.domain.config import TenantConfig

_Command = Callable[..., None]


class Configured:
    """All configurations of one place; `target` is the stack, None for a file."""

    def __init__(self, target: Target | None, file: Path) -> None:
        self.target = target
        self._file = file

    def configs(self, tenant: str | None) -> list[TenantConfig]:
        """Return the configurations of one tenant or of all. Raises ClickException for none."""
        found = [each for each in self._all() if tenant in (None, each.tenant)]
        if tenant is not None and not found:
            raise click.ClickException(f"there is no tenant {tenant}")
        return found

    def _all(self) -> Iterator[TenantConfig]:
        if self.target is None:
            document = ConfigurationFile(self._file).document
            yield from (to_tenant_config(name, each, 0) for name, each in document.tenants.items())
            return
        configs = self.target.configs
        for name in sorted(configs.tenants()):
            found = configs.current(name)
            if found is not None:
                yield found


def with_configured(what: str) -> Callable[[_Command], _Command]:
    """Give a command the options that say whose `what`, and where, as `tenant` and `configured`."""

    def give(function: _Command) -> _Command:
        @click.option("--tenant", help=f"Only this tenant's {what}.  [default: all]")
        @click.option(
            "--file",
            default="tocsin.yaml",
            show_default=True,
            type=click.Path(dir_okay=False, path_type=Path),
            help=f"Where the {what} stand, if not in a stack.",
        )
        @click.option("--stack", envvar="TOCSIN_STACK", help="As applied to this stack.")
        @click.option(
            "--local",
            "is_local",
            is_flag=True,
            envvar="TOCSIN_LOCAL",
            help="As applied to the local cloud.",
        )
        @wraps(function)
        def run(file: Path, stack: str | None, is_local: bool, **options: Any) -> None:
            with explained():
                target = click.get_current_context().find_object(Target)
                if target is None and (stack or is_local):
                    target = Target.load(stack, is_local=is_local)
                function(configured=Configured(target, file), **options)

        return run

    return give
