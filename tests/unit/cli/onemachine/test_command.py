"""The flags of `tocsin alertmanager`, which are an Alertmanager's."""

import pytest
from click.testing import CliRunner

from cli.commands import alertmanager
from cli.onemachine.lockfile import held
from cli.onemachine.options import Address
from tocsin.domain.errors import ConfigurationError
from tocsin.runtime.alertmanager.status import VERSION


@pytest.fixture
def ran(monkeypatch):
    """Return a way to run the command, and the options that it would have run with."""
    seen = []
    monkeypatch.setattr("cli.onemachine.run.run", lambda options, _: seen.append(options))

    def run(*arguments):
        result = CliRunner().invoke(alertmanager.command, list(arguments))
        return result, seen.pop() if seen else None

    return run


def test_flags_with_and_without_an_equals_sign(ran, tmp_path):
    result, options = ran(
        "--config.file", "am.yml", "--web.listen-address=127.0.0.1:1", "--web.listen-address",
        "[::1]:2", f"--storage.path={tmp_path}", "--data.retention=2d", "--storage.archive=1h",
        "--web.external-url=https://am.example.org/alerts/",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert options.addresses == (Address("127.0.0.1", 1), Address("::1", 2))
    assert (options.storage, options.retention_s, options.archive_s) == (tmp_path, 172_800, 3600)
    assert options.external_url == "https://am.example.org/alerts"
    assert options.route_prefix == "/alerts"


def test_what_an_alertmanager_would_do_without_flags(ran):
    _, options = ran()
    assert options.addresses == (Address("", 9093),)
    assert str(options.config_file) == "alertmanager.yml"
    assert options.external_url.startswith("http://")
    assert options.external_url.endswith(":9093")
    assert options.route_prefix == ""


def test_a_prefix_of_its_own_stands_for_that_of_the_url(ran):
    _, options = ran("--web.external-url=http://x/am", "--web.route-prefix=/")
    assert options.route_prefix == ""


def test_every_other_flag_of_an_alertmanager_is_taken_and_said_to_be_ignored(ran):
    given = [
        "--cluster.allow-insecure-public-advertise-address-discovery",
        "--auto-gomaxprocs",
        "--cluster.tls-config=c.yml",
        "--web.ui-path=/ui",
        "--silences.max-silences=5",
    ]
    result, options = ran(*given, "--cluster.listen-address=", "--no-web.systemd-socket")
    assert result.exit_code == 0, result.output
    assert options is not None
    flags = [line.partition("flag=")[2] for line in result.output.splitlines()]
    assert sorted(flags) == sorted(flag.partition("=")[0] for flag in given)


def test_its_version_is_asked_for_as_alertmanagers_is(ran):
    result, options = ran("--version")
    assert (result.exit_code, options) == (0, None)
    assert f"alertmanager, version {VERSION}" in result.output


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--web.config.file=web.yml", "put a proxy in front"),
        ("--web.systemd-socket", "say --web.listen-address"),
        ("--web.listen-address=nowhere", "no address"),
        ("--web.listen-address=h:²", "no address"),
        ("--web.listen-address=h:65536", "no address"),
        (f"--web.listen-address=h:{'9' * 5000}", "no address"),
        ("--data.retention=long", "no duration"),
    ],
)
def test_what_cannot_be_is_said(ran, flag, said):
    result, options = ran(flag)
    assert (result.exit_code, options) == (1, None)
    assert said in result.output


def test_a_directory_is_held_by_one(tmp_path):
    directory = tmp_path / "state"
    with held(directory), pytest.raises(ConfigurationError, match="another process"):
        _hold(directory)
    _hold(directory)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="--storage"):
        _hold(tmp_path / "file")


def _hold(directory):
    with held(directory):
        pass
