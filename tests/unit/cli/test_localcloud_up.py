"""What `tocsin up` prints, and where it lets the sample configuration send."""

import pytest

from cli.commands import up
from cli.localcloud.receiver import LocalReceiver


def test_the_welcome_names_everything_that_one_needs():
    text = up.welcome("http://base/prod", {"acme": "key-a", "globex": "key-g"}, "http://r:1")

    assert "\n  export BASE=http://base/prod KEY=key-a\n" in text
    assert text.index("export BASE") < text.index('curl -i "$BASE/v1/alerts"')
    assert '-H "x-api-key: $KEY"' in text
    assert 'amtool --alertmanager.url="$BASE/k/$KEY" alert add' in text
    for part in ("acme  key-a", "globex  key-g", "http://r:1", "Ctrl-C"):
        assert part in text


@pytest.mark.parametrize(
    ("found", "command"), [(None, ".venv/bin/tocsin"), ("/x/bin/tocsin", "tocsin")]
)
def test_the_command_is_written_as_the_shell_finds_it(monkeypatch, found, command):
    monkeypatch.setattr(up.shutil, "which", {"tocsin": found}.get)

    assert f"\n  {command} balance --local\n" in up.welcome("http://b", {"acme": "k"}, "http://r")


def test_the_sample_configuration_sends_to_the_receiver(monkeypatch):
    monkeypatch.setenv("TOCSIN_SLACK_URL", "https://hooks.slack.example/mine")

    addresses = up._addresses("http://127.0.0.1:5")

    assert addresses["TOCSIN_WEBHOOK_URL"] == "http://127.0.0.1:5/webhook"
    assert addresses["TOCSIN_SLACK_URL"] == "https://hooks.slack.example/mine"


def test_a_taken_port_is_said_and_another_is_used(monkeypatch, capsys):
    with LocalReceiver() as other:
        monkeypatch.setattr(up, "RECEIVER_PORT", int(other.url.rpartition(":")[2]))
        receiver = up._receiver()

    assert receiver.url != other.url
    assert f"the sample receiver is at {receiver.url}" in capsys.readouterr().out
    receiver.stop()
