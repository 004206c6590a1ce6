"""The short form of the scenarios, each on a `tocsin alertmanager` of its own, side by side.

`make scenarios` plays all of them, and on Debian's Alertmanager too.
"""

import pytest

from tests.scenarios.loading import load_all
from tests.scenarios.receiver import Receiver
from tests.scenarios.running import Result, run_all
from tests.scenarios.targets import one_machine

pytestmark = [pytest.mark.xdist_group("scenarios"), pytest.mark.timeout(240)]

SHORT = [each for each in load_all().values() if each.short]
# Generous, since other tests run beside these.
UNIT_S = 2.5
AT_ONCE = 5


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    with Receiver() as receiver:
        found = run_all(one_machine(receiver, UNIT_S), SHORT, AT_ONCE)
        return {each.scenario.name: each for each in found}


@pytest.mark.parametrize("name", [each.name for each in SHORT])
def test_scenario(results: dict[str, Result], name: str) -> None:
    results[name].judge()
