import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tocsin.adapters.memory import MemoryReceivers
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.group import GroupKey
from tocsin.ports import Notification


class MemorySide:
    url = "http://127.0.0.1:9/hook"

    def __init__(self):
        self.receivers = MemoryReceivers()

    def fail(self, error):
        self.receivers.failures.append(error)

    def delivered(self):
        return [notification.key for notification in self.receivers.delivered]


class HttpSide:
    def __init__(self, server):
        self._server = server
        self.url = server.url
        self.receivers = ChannelReceivers(tools())
        self._failed = 0

    def fail(self, error):
        self._failed += 1
        if isinstance(error, Permanent):
            self._server.answers.append(Answer(status=404))
        else:
            headers = {"Retry-After": str(int(error.retry_after_s))}
            self._server.answers.append(Answer(status=503, headers=headers))

    def delivered(self):
        return [each.headers["idempotency-key"] for each in self._server.requests[self._failed :]]


@pytest.fixture(params=["memory", "http"])
def world(request):
    if request.param == "memory":
        yield MemorySide()
        return
    with local_server() as server:
        yield HttpSide(server)


def notification(world, key="toc_1", attempt=1):
    return Notification(
        key=key,
        receiver=receiver(url=world.url),
        group=GroupKey("acme", "oncall"),
        alerts=(alert(starts_at_s=T0),),
        attempt=attempt,
    )


def test_a_delivered_notification_arrived_once(world):
    world.receivers.send(notification(world))
    assert world.delivered() == ["toc_1"]


def test_a_failure_that_may_pass_says_when_to_try_again(world):
    world.fail(Retryable("busy", retry_after_s=7))
    with pytest.raises(Retryable) as raised:
        world.receivers.send(notification(world))
    assert raised.value.retry_after_s == 7
    assert world.delivered() == []
    world.receivers.send(notification(world, attempt=2))
    assert world.delivered() == ["toc_1"]


def test_a_refusal_is_permanent(world):
    world.fail(Permanent("gone"))
    with pytest.raises(Permanent):
        world.receivers.send(notification(world))
    assert world.delivered() == []
