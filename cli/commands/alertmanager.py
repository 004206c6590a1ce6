"""`tocsin alertmanager`: an Alertmanager on one machine, with Alertmanager's own flags."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from cli.onemachine.logs import LEVELS, log, set_up
from cli.onemachine.options import Address, Options, read_address, read_duration_s
from tocsin.domain.errors import ConfigurationError
from tocsin.runtime.alertmanager.status import VERSION

# Flags of an Alertmanager that mean nothing here: taken, so that a unit file works as it is.
_IGNORED = (
    "cluster.listen-address",
    "cluster.advertise-address",
    "cluster.peer",
    "cluster.peer-timeout",
    "cluster.peers-resolve-timeout",
    "cluster.gossip-interval",
    "cluster.pushpull-interval",
    "cluster.settle-timeout",
    "cluster.tcp-timeout",
    "cluster.probe-timeout",
    "cluster.probe-interval",
    "cluster.reconnect-interval",
    "cluster.reconnect-timeout",
    "cluster.label",
    "cluster.name",
    "cluster.tls-config",
    "alerts.gc-interval",
    "alerts.per-alertname-limit",
    "auto-gomemlimit.ratio",
    "data.maintenance-interval",
    "dispatch.maintenance-interval",
    "dispatch.start-delay",
    "silences.max-per-silence-bytes",
    "silences.max-silences",
    "web.get-concurrency",
    "web.timeout",
    "web.ui-path",
    "log.format",
    "enable-feature",
)
# Those that stand alone, or with `no-` before them.
_IGNORED_SWITCHES = (
    "cluster.allow-insecure-public-advertise-address-discovery",
    "auto-gomaxprocs",
    "auto-gomemlimit",
)
_IGNORED_HERE = "tocsin.ignored"


def _ignored(context: click.Context, parameter: click.Parameter, value: str | bool | None) -> None:
    source = context.get_parameter_source(parameter.name or "")
    # An empty --cluster.listen-address says what is so in any case: there is no cluster. So does
    # a switch that is turned off.
    if source is ParameterSource.COMMANDLINE and value:
        context.meta.setdefault(_IGNORED_HERE, []).append(parameter.opts[0])


def _with_ignored(command: click.Command) -> click.Command:
    written = [f"--{name}" for name in _IGNORED]
    written += [f"--{name}/--no-{name}" for name in _IGNORED_SWITCHES]
    for names in written:
        own = names.partition("/")[0].lstrip("-").replace(".", "_").replace("-", "_")
        option = click.Option(
            [names, own], hidden=True, expose_value=False, callback=_ignored, default=None
        )
        command.params.append(option)
    return command


@_with_ignored
@click.command()
@click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path),
    default="alertmanager.yml",
    show_default=True,
    help="Alertmanager's configuration file, in YAML or JSON.",
)
@click.option(
    "--web.listen-address",
    "addresses",
    multiple=True,
    default=(":9093",),
    show_default=True,
    help="Where to listen; may be given several times.",
)
@click.option(
    "--storage.path",
    "storage",
    type=click.Path(file_okay=False, path_type=Path),
    default="data",
    show_default=True,
    help="Directory of the state; one process has it at a time.",
)
@click.option(
    "--storage.archive",
    "archive",
    default="0",
    show_default=True,
    metavar="DURATION",
    help="How long request bodies are kept as they came; 0: they are not.",
)
@click.option(
    "--data.retention",
    "retention",
    default="120h",
    show_default=True,
    metavar="DURATION",
    help="How long the record of what became of each alert is kept.",
)
@click.option(
    "--web.external-url",
    "external_url",
    default="",
    help="The address that notifications link to.  [default: this host and port]",
)
@click.option("--web.route-prefix", "prefix", default=None, help="What stands before each path.")
@click.option("--web.config.file", "web_config", default="", hidden=True)
@click.option("--web.systemd-socket/--no-web.systemd-socket", "systemd", hidden=True)
@click.option("--log.level", "level", type=click.Choice(LEVELS), default="info", show_default=True)
@click.version_option(VERSION, prog_name="alertmanager")
@click.pass_context
def command(context: click.Context, /, **said: Any) -> None:
    """Run as an Alertmanager on this machine, with all state in one directory.

    Whatever was accepted is there after any crash, and nobody is told twice after a restart.
    SIGHUP and POST /-/reload read the configuration again.
    """
    from cli.onemachine.run import run
    from tocsin.configuration.alertmanager import load_alertmanager

    set_up(said["level"])
    for flag in context.meta.get(_IGNORED_HERE, ()):
        log("warn", "this flag has no effect here", flag=flag)
    try:
        run(_options(said), load_alertmanager)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error


def _options(said: Mapping[str, Any]) -> Options:
    if said["web_config"]:
        raise ConfigurationError("--web.config.file is not supported: put a proxy in front")
    if said["systemd"]:
        raise ConfigurationError("--web.systemd-socket is not supported: say --web.listen-address")
    addresses = tuple(read_address(text) for text in said["addresses"])
    external_url: str = said["external_url"]
    return Options(
        config_file=said["config_file"],
        storage=said["storage"],
        addresses=addresses,
        external_url=external_url.rstrip("/") or _here(addresses[0]),
        route_prefix=_prefix(said["prefix"], external_url),
        retention_s=read_duration_s(said["retention"]),
        archive_s=read_duration_s(said["archive"]),
    )


def _here(address: Address) -> str:
    host = address.host if address.host not in ("", "0.0.0.0", "::") else socket.gethostname()  # noqa: S104
    return f"http://{Address(host, address.port)}"


def _prefix(prefix: str | None, external_url: str) -> str:
    """Return what stands before each path: that of the external URL, unless it is said."""
    chosen = urlsplit(external_url).path if prefix is None else prefix
    return f"/{chosen.strip('/')}" if chosen.strip("/") else ""
