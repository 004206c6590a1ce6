"""A real Prometheus takes tocsin for its Alertmanager: what fires is told, and what ends is."""

import json
import shutil
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from cli.demo.books import heard
from cli.demo.plan import Notice
from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port

PROMETHEUS = shutil.which("prometheus")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        PROMETHEUS is None, reason="prometheus is not installed: apt-get install prometheus"
    ),
]

FIRING, NOT_FIRING = "vector(1)", "vector(1) > 2"


def configure(directory, base_url, key, expression):
    """Write Prometheus's files; JSON is YAML."""
    address = urlsplit(base_url)
    alertmanager = {
        "scheme": address.scheme,
        "path_prefix": address.path,
        "authorization": {"credentials": key},
        "static_configs": [{"targets": [address.netloc]}],
    }
    labels = {"instance": "prom-1", "severity": "warning"}
    rule = {"alert": "FromPrometheus", "expr": expression, "labels": labels}
    (directory / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
    config = {
        "global": {"evaluation_interval": "1s", "scrape_interval": "1m"},
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [alertmanager]},
    }
    (directory / "prometheus.yml").write_text(json.dumps(config))


@contextmanager
def prometheus(directory):
    command = [
        PROMETHEUS,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--web.enable-lifecycle",
        # What fires before the Alertmanagers are discovered is dropped until it is sent again.
        "--rules.alert.resend-delay=2s",
    ]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=directory)
    try:
        yield command[3].partition("=")[2]
    finally:
        process.terminate()
        process.wait(10)


def test_an_alerting_rule_is_told_when_it_fires_and_when_it_ends(cloud, receiver, tmp_path):
    import requests

    configure(tmp_path, cloud.base_url, cloud.api_key, FIRING)
    with prometheus(tmp_path) as address:
        fired = Notice("acme", "oncall", "FromPrometheus prom-1", "firing")
        wait_until(lambda: fired in heard(receiver.arrivals), str(fired), 60)
        configure(tmp_path, cloud.base_url, cloud.api_key, NOT_FIRING)
        requests.post(f"http://{address}/-/reload", timeout=10).raise_for_status()
        ended = Notice("acme", "oncall", "FromPrometheus prom-1", "resolved")
        wait_until(lambda: ended in heard(receiver.arrivals), str(ended), 60)
    told = heard(receiver.arrivals)
    assert (told.count(fired), told.count(ended)) == (1, 1)
