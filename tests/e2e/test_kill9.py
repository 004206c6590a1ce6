"""SIGKILL at named points of the real function processes: all ends as if nothing had been.

Each point has a tenant of its own and is killed once, while the others go on. Set against the
undisturbed run of the same history are the books, what the receiver heard, the stored groups
and the archive. The table of points is killer/points.py.
"""

import pytest

from cli.localcloud.cloud import LocalCloud
from tests.e2e.killer.campaign import Campaign, configuration, names
from tests.e2e.killer.control import Control
from tests.e2e.killer.evidence import RESTS_S
from tests.e2e.killer.histories import HISTORIES
from tests.e2e.killer.points import POINTS
from tests.e2e.killer.receiver import RefusingReceiver

# The first test waits for all of it.
pytestmark = [pytest.mark.e2e, pytest.mark.kill9, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def campaign(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("kill9")
    plugins = request.config.pluginmanager
    capture, terminal = plugins.getplugin("capturemanager"), plugins.getplugin("terminalreporter")

    def say(text):
        with capture.global_and_fixture_disabled():
            terminal.write_line(text)
            terminal.flush()

    with (
        RefusingReceiver() as receiver,
        LocalCloud(state=directory / "cloud", quiet=True) as cloud,
    ):
        file = directory / "tocsin.yaml"
        file.write_text(configuration(receiver.url))
        cloud.configure(file, {})
        control = Control(cloud, directory)
        control.install()
        campaign = Campaign(cloud, receiver, control, say)
        campaign.run()
        yield campaign


@pytest.mark.parametrize("history", HISTORIES, ids=[each.name for each in HISTORIES])
def test_the_undisturbed_run_is_what_is_wanted(campaign, history):
    calm = campaign.calm[history.name]

    assert calm.told == {"-stays": ["firing"], "-ends": ["firing", "resolved"]}
    assert calm.balance.is_settled
    assert calm.balance.accepted == calm.balance.delivered
    assert calm.times == [1, 1, 1]
    assert calm.unarchived == []
    assert len(calm.groups) == 2
    owed = {"intent", "intent_at", "lease_owner", "lease_until_s"}
    assert not any(owed & set(group) for group in calm.groups)
    assert all(rest_s > RESTS_S for rest_s in calm.rests_s)


@pytest.mark.parametrize("point", POINTS, ids=names(POINTS))
def test_the_final_state_is_that_of_the_undisturbed_run(campaign, point):
    assert campaign.kills[point.name], "no process came to this point"
    assert campaign.problems[point.name] == []


def test_nothing_is_left_in_any_queue(campaign):
    assert campaign.depths == {}
