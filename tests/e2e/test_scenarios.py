"""Every scenario, on one machine, on Debian's Alertmanager and on the local cloud.

And what is lost and told twice at a crash, and by two at once.
"""

from uuid import uuid4

import pytest

from tests.scenarios.cloud import Cloud
from tests.scenarios.crashing import crash_often
from tests.scenarios.loading import load_all
from tests.scenarios.pairing import Pair, two_machines, watch
from tests.scenarios.processes import ALERTMANAGER, tocsin
from tests.scenarios.receiver import Receiver
from tests.scenarios.running import run_all
from tests.scenarios.targets import debian, one_machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

SCENARIOS = load_all()
IN_CLOUD = [each.name for each in SCENARIOS.values() if not each.not_in_cloud]
needs_alertmanager = pytest.mark.skipif(
    ALERTMANAGER is None,
    reason="alertmanager is not installed: apt-get install prometheus-alertmanager",
)


def played(target, at_once):
    results = run_all(target, list(SCENARIOS.values()), at_once)
    return {each.scenario.name: each for each in results}


@pytest.fixture(scope="module")
def hooks():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def on_one_machine(hooks):
    return played(one_machine(hooks, 1.0), 4)


@pytest.fixture(scope="module")
def on_alertmanager(hooks):
    return played(debian(hooks, 1.0), 6)


@pytest.fixture(scope="module")
def on_cloud(cloud, hooks, tmp_path_factory):
    target = Cloud(cloud, hooks, 10.0)
    target.configure(list(SCENARIOS.values()), tmp_path_factory.mktemp("tenants"))
    return played(target, 8)


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_machine(on_one_machine, name):
    on_one_machine[name].judge()


@needs_alertmanager
@pytest.mark.parametrize("name", SCENARIOS)
def test_alertmanager(on_alertmanager, name):
    on_alertmanager[name].judge()


@pytest.mark.parametrize(
    "name", [each.name for each in SCENARIOS.values() if not each.not_in_cloud]
)
def test_local_cloud(on_cloud, name):
    on_cloud[name].judge()


def test_kill_9_loses_nothing_and_tells_nobody_again(hooks):
    for crash in crash_often(tocsin, hooks, 6, 3):
        assert (crash.lost_alert, crash.lost_silence, crash.told_again) == (False, False, False)


@pytest.mark.parametrize("illness", ["slow", "failing"])
def test_two_at_once_tell_once(hooks, illness):
    run = uuid4().hex
    with two_machines(hooks, run) as pushes:
        assert watch(pushes, hooks, run, 20, illness) == Pair(20, 20, 0)
