"""`tocsin alert` through the gateway, the functions and the queues of the local cloud."""

import json

import pytest
from click.testing import CliRunner

from cli.commands.alert import command
from cli.demo.books import heard
from cli.demo.plan import Notice
from cli.localcloud.http import call
from cli.localcloud.polling import wait_until
from tocsin.domain.fingerprint import fingerprint

pytestmark = pytest.mark.e2e

LABELS = {"alertname": "ByHand", "instance": "db-7"}
NAME = fingerprint("acme", LABELS)


@pytest.fixture
def alert(cloud):
    """Run the command with the key of acme, and return what it prints."""

    def run(*arguments, url=cloud.base_url, key=cloud.api_key):
        options = ["--url", url, *(["--key", key] if key else [])]
        result = CliRunner().invoke(command, [*arguments, *options])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_an_alert_is_acknowledged_and_resolved_by_hand(cloud, receiver, alert):
    body = json.dumps({"name": "ByHand", "labels": {"instance": "db-7"}}).encode()
    answer = call("POST", f"{cloud.base_url}/v1/alerts", body, {"x-api-key": cloud.api_key})
    assert answer.status == 202, answer
    fires, ended = (
        Notice("acme", "oncall", "ByHand db-7", step) for step in ("firing", "resolved")
    )
    wait_until(lambda: fires in heard(receiver.arrivals), str(fires), 30)

    def state():
        return json.loads(alert("show", NAME, "--json"))["alert"]["state"]

    wait_until(lambda: state() == "firing", "the alert", 30)
    alert("ack", NAME, "--by", "ann", "--text", "on it")
    wait_until(lambda: state() == "acknowledged", "the acknowledgement", 30)
    # The key may stand in the path, where nothing else can be set.
    alert("resolve", NAME, url=f"{cloud.base_url}/k/{cloud.api_key}", key="")
    wait_until(lambda: ended in heard(receiver.arrivals), str(ended), 30)
    wait_until(lambda: state() == "resolved", "the end", 30)
    story = json.loads(alert("show", NAME, "--json"))["timeline"]
    assert [each["what"] for each in story["entries"]] == [
        "accepted",
        "new",
        "delivered",
        "acknowledge",
        "resolve",
        "delivered",
    ]
