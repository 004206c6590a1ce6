"""The local cloud cleans up after every way of failing, and is alone in its directory."""

import json
import signal

import pytest

from cli.localcloud import cloud as module
from cli.localcloud.cloud import LocalCloud, LocalCloudBusyError
from cli.localcloud.deployment import Deployment
from cli.localcloud.interrupts import ending_properly, uninterrupted
from cli.localcloud.processes import Child, ChildError


class FakeServer:
    stopped: list[str]

    def __init__(self, *arguments, **options):
        self.endpoint_url = self.url = "http://127.0.0.1:1"
        self.notes = ["a name is gone"]

    def wait(self):
        pass

    def stop(self):
        self.stopped.append(type(self).__name__)


class FailingDeployment:
    def __init__(self, *arguments):
        pass

    def build(self):
        raise ChildError("sam build ended with status 1")


@pytest.fixture
def stopped(monkeypatch):
    """Replace the servers; return the list of those that were stopped."""
    found = []
    for name in ("Emulator", "Cache"):
        fake = type(name, (FakeServer,), {"stopped": found})
        monkeypatch.setattr(module, name, fake)
    monkeypatch.setattr(module, "Deployment", FailingDeployment)
    return found


def test_a_failed_build_stops_what_was_started(tmp_path, stopped):
    with pytest.raises(ChildError), LocalCloud(state=tmp_path, quiet=True):
        pass

    assert stopped == ["Cache", "Emulator"]
    assert not (tmp_path / "tmp").exists()


def test_two_clouds_do_not_share_a_directory(tmp_path, stopped):
    first = LocalCloud(state=tmp_path, quiet=True)
    first._take_state()

    with pytest.raises(LocalCloudBusyError, match="is up already"), LocalCloud(state=tmp_path):
        pass

    first._stop()
    second = LocalCloud(state=tmp_path, quiet=True)
    second._take_state()
    second._stop()


def test_the_facts_are_private_and_go_with_the_cloud(tmp_path, stopped):
    cloud = LocalCloud(state=tmp_path, quiet=True)
    cloud._take_state()
    cloud._start_processes()
    cloud.base_url = "http://127.0.0.1:1/prod"
    cloud.keys = {"acme": "key-a", "globex": "key-g"}

    path = cloud.write_facts()

    facts = json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600
    assert facts["api_key"] == "key-a"
    assert facts["api_keys"] == cloud.keys
    cloud._stop()
    assert not path.exists()


def test_sam_gets_the_parameters_of_the_file_and_our_own(tmp_path, monkeypatch):
    (tmp_path / "samconfig.toml").write_text(
        '[local.deploy.parameters]\nparameter_overrides = "A=1 B=2"\n'
    )
    started = []

    class Recorded(Child):
        def __init__(self, name, argv, **options):
            started.append((argv, options["env"]))

        def wait(self, timeout_s):
            pass

        def stop(self):
            pass

    monkeypatch.setattr("cli.localcloud.deployment.Child", Recorded)

    deployment = Deployment(tmp_path, tmp_path / "state", "http://127.0.0.1:1")
    deployment.build()
    deployment.deploy({"CacheUrl": "redis://x"})

    (build, _), (deploy, environment) = started
    assert build[2:4] == ["samcli", "build"]
    assert deploy[-4:] == ["--parameter-overrides", "A=1", "B=2", "CacheUrl=redis://x"]
    assert environment["TOCSIN_LAYER"] == "local"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_a_signal_ends_the_block_like_an_exit():
    with pytest.raises(SystemExit) as ended, ending_properly():
        signal.raise_signal(signal.SIGTERM)

    assert ended.value.code == 128 + signal.SIGTERM


def test_an_interrupt_ends_even_what_a_shell_started_with_interrupts_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), ending_properly():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_nohup_is_respected():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_properly():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_cleaning_up_cannot_be_interrupted():
    # Whoever starts the tests in the background has interrupts ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
