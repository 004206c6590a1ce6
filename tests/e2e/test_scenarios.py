"""Every scenario, on one machine and on Debian's Alertmanager: the data describe both."""

import pytest

from tests.scenarios.loading import load_all
from tests.scenarios.processes import ALERTMANAGER
from tests.scenarios.receiver import Receiver
from tests.scenarios.running import run_all
from tests.scenarios.targets import debian, one_machine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SCENARIOS = load_all()
needs_alertmanager = pytest.mark.skipif(
    ALERTMANAGER is None,
    reason="alertmanager is not installed: apt-get install prometheus-alertmanager",
)


def played(make, unit_s, at_once):
    with Receiver() as receiver:
        results = run_all(make(receiver, unit_s), list(SCENARIOS.values()), at_once)
        return {each.scenario.name: each for each in results}


@pytest.fixture(scope="module")
def on_one_machine():
    return played(one_machine, 1.0, 4)


@pytest.fixture(scope="module")
def on_alertmanager():
    return played(debian, 1.0, 6)


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_machine(on_one_machine, name):
    on_one_machine[name].judge()


@needs_alertmanager
@pytest.mark.parametrize("name", SCENARIOS)
def test_alertmanager(on_alertmanager, name):
    on_alertmanager[name].judge()
