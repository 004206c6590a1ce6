"""`tocsin config import`: another tool's configuration as a tocsin.yaml."""

from pathlib import Path

import click

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.fields import NAME_RULE, is_name
from tocsin.configuration.importing import Imported, import_alertmanager

_STORE = (
    "store before you apply it, with aws secretsmanager create-secret --name NAME "
    "--secret-string VALUE"
)


def _name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not is_name(name):
        raise click.BadParameter(NAME_RULE)
    return name


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", default="default", show_default=True, callback=_name, help="Its name.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here, to a file that does not exist yet; else to standard output.",
)
def import_command(file: Path, tenant: str, output: Path | None) -> None:
    """Write FILE, an Alertmanager's configuration, as a tocsin.yaml.

    Secrets become variables, or names in Secrets Manager. What is not taken is said on standard
    error, line by line.
    """
    if output is not None and output.exists():
        raise click.ClickException(f"{output} exists; give the name of a new file")
    imported = _read(file, tenant)
    if output is None:
        click.echo(imported.text, nl=False)
    else:
        output.write_text(imported.text, encoding="utf-8")
    for line in _report(imported, file, tenant, output):
        click.echo(line, err=True)


def _read(file: Path, tenant: str) -> Imported:
    try:
        return import_alertmanager(file.read_text(encoding="utf-8"), str(file), tenant)
    except ConfigurationErrors as errors:
        click.echo(str(errors), err=True)
        raise click.ClickException(
            f"{file} is not right, so nothing is imported; Alertmanager would refuse it, too"
        ) from errors
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read as UTF-8 text") from error


def _report(imported: Imported, file: Path, tenant: str, output: Path | None) -> list[str]:
    where = f" to {output}" if output is not None else ""
    routes, receivers = _counted(imported.routes, "route"), _counted(imported.receivers, "receiver")
    lines = [f"{file}: {routes} and {receivers}{where}"]
    for title, entries in (
        ("set before you apply it", [f"{one.name}: {one.meaning}" for one in imported.variables]),
        (_STORE, [f"tocsin/{tenant}/{one.name}: {one.meaning}" for one in imported.secrets]),
        ("not delivered", [str(one) for one in imported.not_taken if one.is_undelivered]),
        ("not taken", [str(one) for one in imported.not_taken if not one.is_undelivered]),
        ("changed", imported.notes),
        ("to be mended before it can be applied", imported.problems),
    ):
        if entries:
            lines += [f"{title}:", *(f"  {entry}" for entry in entries)]
    return lines


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
