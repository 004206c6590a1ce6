"""What the demonstration sends to vendors of every shape, and whether they got it as documented."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from cli.demo.plan import Notice, Sending
from cli.vendors.received import Received

TENANT = "hooli"
NAME = "QueueStuck"
_INSTANCE = re.compile(r"\bqueue-[0-9]\b")
Step = Literal["first", "update", "resolve"]
STEPS: tuple[Step, ...] = ("first", "update", "resolve")


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver of the tenant, and what its vendor received.

    `together` is what the vendor calls that which belongs together; "" if it knows no such thing.
    `once_by` is what twice would be seen by.
    """

    receiver: str
    shown: str
    checked: str
    together: str
    once_by: str
    received: Sequence[Received]

    @property
    def taken(self) -> list[Received]:
        """What was not refused."""
        return [each for each in self.received if not each.faults]

    @property
    def threads(self) -> int:
        """How many things there are of which each should be one."""
        return len({each.thread for each in self.taken})


# The sendings, one for each step; all receivers of the tenant hear of each.
RECEIVERS = ("slack-app", "slack-hook", "mail", "pager", "webhook")


def told_first() -> Sending:
    """Return what opens a thread, an incident and a conversation."""
    return _sending("a queue is stuck: five channels hear of it", "firing", "queue-1")


def told_more() -> Sending:
    """Return what belongs to it."""
    return _sending("another queue is stuck: they hear of two", "firing", "queue-2")


def told_end() -> Sending:
    """Return what ends it."""
    return _sending("both queues move again: it is over", "resolved", "queue-1", "queue-2")


def _sending(title: str, status: Literal["firing", "resolved"], *queues: str) -> Sending:
    return Sending(
        tenant=TENANT,
        title=title,
        path="/v1/alerts",
        payload={"alerts": [_alert(queue, status) for queue in queues]},
        accepted=len(queues),
        news=len(queues),
        notices=tuple(
            Notice(TENANT, receiver, f"{NAME} {queue}", status)
            for receiver in RECEIVERS
            for queue in queues
        ),
    )


def _alert(queue: str, status: str) -> dict[str, object]:
    return {
        "name": NAME,
        "status": status,
        "severity": "high",
        "labels": {"instance": queue, "service": "orders", "cluster": "eu-1"},
        "annotations": {
            "summary": f"Nothing left {queue} for five minutes",
            "runbook_url": "https://runbooks.example.com/queue-stuck",
        },
        "url": "https://grafana.example.com/d/queues",
    }


def steps(received: Iterable[Received]) -> Iterator[Step]:
    """Yield what each message was to people: what opens, what follows, or the end."""
    is_open = False
    for each in received:
        yield "resolve" if each.is_over else "update" if is_open else "first"
        is_open = not each.is_over


def heard_of(channels: Iterable[Channel]) -> list[Notice]:
    """Return what the vendors were told of alerts, once for each time."""
    return [notice for channel in channels for notice in _heard(channel)]


def _heard(channel: Channel) -> Iterator[Notice]:
    firing: set[str] = set()
    for each in channel.taken:
        named = set(_INSTANCE.findall(each.text))
        # What ends an incident names nobody; without news, all is told again.
        said = (firing or named) if each.is_over else (named - firing or named)
        for queue in sorted(said):
            status = "resolved" if each.is_over else "firing"
            yield Notice(TENANT, channel.receiver, f"{NAME} {queue}", status)
        firing = set() if each.is_over else firing | named


def check_channels(channels: Iterable[Channel]) -> Iterator[str]:
    """Yield what was refused, came twice, is missing or stands where it does not belong."""
    for channel in channels:
        name = f"{TENANT}/{channel.receiver}"
        for each in channel.received:
            if each.faults:
                yield f"{name}: refused, not as documented: {'; '.join(each.faults)}"
        for key, count in Counter(each.key for each in channel.taken).items():
            if count > 1 or not key:
                yield f"{name}: {channel.once_by} {key!r} came {count} times"
        found = tuple(steps(channel.taken))
        if found != STEPS:
            yield f"{name}: came {', '.join(found) or 'nothing'}, expected {', '.join(STEPS)}"
        if channel.together and channel.threads != 1:
            yield f"{name}: {channel.threads} of what should be one {channel.together}"
