"""Alertmanager's own command line takes tocsin for an Alertmanager."""

import shutil
import subprocess

import pytest

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


def test_alert_add_is_accepted_and_told(cloud, receiver):
    url = f"{cloud.base_url}/k/{cloud.api_key}"

    result = subprocess.run(
        [AMTOOL, f"--alertmanager.url={url}", "alert", "add", "FromAmtool", "instance=web-9"],
        capture_output=True,
        check=False,
        text=True,
    )

    assert result.returncode == 0, result.stderr
    notice = Notice("acme", "oncall", "FromAmtool web-9", "firing")
    wait_until(lambda: notice in heard(receiver.arrivals), str(notice), 30)
