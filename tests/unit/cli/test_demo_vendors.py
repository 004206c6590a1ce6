"""The vendors of the demonstration are opened by secrets that stand only where they are kept."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from cli.commands.demo import CONFIGURATION
from cli.demo.channels import RECEIVERS, TENANT, Channel, check_channels
from cli.demo.vendors import Vendors
from tests.builders import T0, alert
from tests.channels import tools
from tests.notifications import notification
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.adapters.secrets import KeptSecrets
from tocsin.configuration import load, to_tenant_config
from tocsin.domain.errors import Permanent
from tocsin.domain.group import Thread

STUCK = alert("QueueStuck", labels={"instance": "queue-1"}, starts_at_s=T0)
OVER = alert("QueueStuck", status="resolved", labels={"instance": "queue-1"}, starts_at_s=T0)


class Cloud:
    """What keeps secrets, as far as the demonstration and notify call it."""

    def __init__(self):
        self.kept = {}
        self._services = {
            "secretsmanager": SimpleNamespace(
                create_secret=lambda **asked: self._keep(asked, "SecretString"),
                get_secret_value=lambda **asked: {"SecretString": self._read(asked["SecretId"])},
            ),
            "ssm": SimpleNamespace(
                put_parameter=lambda **asked: self._keep(asked, "Value"),
                get_parameter=lambda **asked: {"Parameter": {"Value": self._read(asked["Name"])}},
            ),
        }

    def client(self, service):
        return self._services[service]

    def _keep(self, asked, field):
        self.kept[asked["Name"]] = asked[field]

    def _read(self, name):
        if name not in self.kept:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Get")
        return self.kept[name]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def vendors(heard):
    with Vendors(lambda *said: heard.append(said), now_s=lambda: T0) as running:
        yield running


@pytest.fixture
def cloud(vendors):
    cloud = Cloud()
    vendors.keep_secrets(cloud, TENANT)
    return cloud


@pytest.fixture
def receivers(vendors):
    environ = {"TOCSIN_RECEIVER_URL": "http://127.0.0.1:9", **vendors.environ}
    document = load(CONFIGURATION.read_text(), str(CONFIGURATION), environ)
    return to_tenant_config(TENANT, document.tenants[TENANT], 1).receivers


def send(cloud, receiver, *alerts, **fields):
    own = tools(secret=KeptSecrets(cloud.client, lambda: T0))
    return ChannelReceivers(own).send(notification(*alerts, receiver=receiver, **fields))


def test_each_receiver_of_the_configuration_gets_through_with_what_is_kept(
    vendors, cloud, receivers, heard
):
    assert tuple(receivers) == RECEIVERS
    for receiver in receivers.values():
        receipt = send(cloud, receiver, STUCK)
        thread = Thread("toc_1", receipt)
        send(cloud, receiver, STUCK, STUCK, key="toc_2", thread=thread)
        send(cloud, receiver, OVER, key="toc_3", thread=thread)
    assert list(check_channels(vendors.channels)) == []
    assert [name for name, _ in heard] == [name for name in RECEIVERS for _ in range(3)]


@pytest.mark.parametrize("name", RECEIVERS)
def test_without_what_is_kept_nobody_gets_through(vendors, cloud, receivers, name):
    cloud.kept.clear()
    with pytest.raises(Permanent):
        send(cloud, receivers[name], STUCK)
    assert _channel(vendors, name).received == []


def test_no_secret_is_in_the_configuration(vendors, cloud):
    environ = "".join(vendors.environ.values())
    assert len(cloud.kept) == 5
    for value in cloud.kept.values():
        assert value not in CONFIGURATION.read_text() + environ


def test_two_runs_have_nothing_in_common(vendors, cloud):
    other = Cloud()
    with Vendors(lambda *_: None) as more:
        more.keep_secrets(other, TENANT)
    assert not set(cloud.kept.values()) & set(other.kept.values())


def _channel(vendors, name) -> Channel:
    return next(each for each in vendors.channels if each.receiver == name)
