"""Alertmanager's own command line takes tocsin for an Alertmanager."""

import json
import shutil
import subprocess

import pytest
import yaml

from cli.demo.books import heard
from cli.demo.plan import Notice
from cli.localcloud.polling import wait_until

AMTOOL = shutil.which("amtool")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        AMTOOL is None, reason="amtool is not installed: apt-get install prometheus-alertmanager"
    ),
]


@pytest.fixture
def amtool(cloud):
    """Run amtool with the key in the path, and return what it prints."""

    def run(*arguments):
        url = f"--alertmanager.url={cloud.base_url}/k/{cloud.api_key}"
        result = subprocess.run(
            [AMTOOL, url, *arguments], capture_output=True, check=False, text=True
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


def test_alert_add_is_accepted_told_and_listed(amtool, receiver):
    amtool("alert", "add", "FromAmtool", "instance=web-9")
    notice = Notice("acme", "oncall", "FromAmtool web-9", "firing")
    wait_until(lambda: notice in heard(receiver.arrivals), str(notice), 30)
    found = json.loads(amtool("-o", "json", "alert", "query", "instance=web-9"))
    assert [each["labels"] for each in found] == [{"alertname": "FromAmtool", "instance": "web-9"}]
    assert found[0]["status"]["state"] == "active"
    assert "FromAmtool" in amtool("-o", "extended", "alert", "query", "alertname=~From.*")


def test_a_silence_is_added_updated_and_expired(amtool):
    amtool("alert", "add", "ToSilence", "instance=web-8")
    silence_id = amtool(
        "silence", "add", "instance=web-8", "--author=ann", "--comment=maintenance", "--duration=1h"
    ).strip()

    def states():
        found = json.loads(
            amtool("-o", "json", "alert", "query", "--silenced", "--active", "instance=web-8")
        )
        return [(each["status"]["state"], each["status"]["silencedBy"]) for each in found]

    wait_until(lambda: states() == [("suppressed", [silence_id])], "the silenced alert", 30)
    amtool("silence", "update", "--duration=2h", "--comment=longer", silence_id)
    (found,) = json.loads(amtool("-o", "json", "silence", "query", "instance=web-8"))
    assert (found["id"], found["comment"]) == (silence_id, "longer")
    amtool("silence", "expire", silence_id)
    wait_until(lambda: states() == [("active", [])], "the alert, no longer silenced", 30)
    assert silence_id in amtool("silence", "query", "--expired", "--within=1h")


def test_the_configuration_is_one_that_amtool_understands(amtool):
    assert yaml.safe_load(amtool("config", "show"))["route"]["receiver"]
    assert "oncall" in amtool("config", "routes")
    assert "oncall" in amtool("config", "routes", "test", "severity=critical")
    assert "disabled" in amtool("cluster", "show")
