"""A real Prometheus as a source of metrics: what it scrapes of itself, and what it refuses."""

import json
import shutil
import subprocess
from contextlib import contextmanager
from time import time

import pytest

from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port
from tocsin.adapters.http import Http
from tocsin.adapters.metricsources.prometheus import PrometheusApi
from tocsin.adapters.secrets import RecentSecrets
from tocsin.domain.rule import PrometheusSource, Query
from tocsin.domain.series import Asked, Unanswered

PROMETHEUS = shutil.which("prometheus")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        PROMETHEUS is None, reason="prometheus is not installed: apt-get install prometheus"
    ),
]


@contextmanager
def prometheus(directory):
    address = f"127.0.0.1:{free_port()}"
    scrape = {"job_name": "self", "static_configs": [{"targets": [address]}]}
    config = {"global": {"scrape_interval": "1s"}, "scrape_configs": [scrape]}
    (directory / "prometheus.yml").write_text(json.dumps(config))
    command = [
        PROMETHEUS,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=directory)
    try:
        yield f"http://{address}", address
    finally:
        process.terminate()
        process.wait(10)


def test_it_answers_windows_moments_and_mistakes(tmp_path):
    with prometheus(tmp_path) as (url, address):
        source = PrometheusSource(url=url, timeout_s=5.0)
        api = PrometheusApi(Http(allow_loopback=True), source, RecentSecrets(None, time))

        def ask(*expressions, window_s=60.0):
            now_s = time()
            asked = [
                Asked(Query(source="prom", expression=each, step_s=5.0), now_s - window_s, now_s)
                for each in expressions
            ]
            return api.ask("acme", asked, now_s)

        wait_until(lambda: _up(ask), "the first scrape", 60)
        up, scalar, nothing, wrong, selected = ask(
            "up", "scalar(sum(up))", "up == 7", "up{", '{job="self"}'
        )
        assert [dict(each.labels) for each in up] == [{"instance": address, "job": "self"}]
        assert {value for _, value in up[0].points} == {1.0}
        assert [each.labels for each in scalar] == [()]
        assert nothing == ()
        assert isinstance(wrong, Unanswered)
        assert "bad_data" in wrong.reason
        assert not wrong.is_down
        # Many metrics of one job differ in their names alone.
        assert isinstance(selected, Unanswered)
        (firing,) = ask('up{job="self"} > 0', window_s=0.0)
        assert [len(each.points) for each in firing] == [1]
    (gone,) = api.ask("acme", [Asked(Query(source="prom", expression="up"), 0.0, 0.0)], time())
    assert isinstance(gone, Unanswered)
    assert gone.is_down


def _up(ask):
    (answer,) = ask("up", window_s=0.0)
    return isinstance(answer, tuple) and bool(answer)
