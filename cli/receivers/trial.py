"""A test of one receiver: a marked notification, sent as notify sends one, and put in no books."""

import time
from uuid import uuid4

import msgspec

from cli.receivers.advice import advice_for
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.alert import Alert, Status
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.errors import TocsinError
from tocsin.domain.group import GroupKey, Thread
from tocsin.ports import Notification

NAME = "TocsinTest"
# What they open somebody must close, so a test does.
OPENS_INCIDENTS = ("pagerduty", "opsgenie")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """How a test ended: `receipt` is what the receiver calls it, `advice` what to do if not ok."""

    receiver: Receiver
    is_ok: bool
    took_s: float = 0.0
    receipt: str = ""
    error: str = ""
    advice: str = ""


def try_out(
    receivers: ChannelReceivers,
    config: TenantConfig,
    receiver: Receiver,
    at_s: float,
    aws: str = "aws",
) -> Trial:
    """Send a test to a receiver, once; what would open an incident is resolved as well.

    `aws` is how AWS's command reaches the stack, for advice.
    """
    began_s = time.monotonic()
    try:
        receipt = _send(receivers, config, receiver, at_s)
    except TocsinError as error:
        took_s = time.monotonic() - began_s
        return Trial(
            receiver=receiver,
            is_ok=False,
            took_s=took_s,
            error=str(error),
            advice=advice_for(error, receiver.kind, aws),
        )
    took_s = time.monotonic() - began_s
    return Trial(receiver=receiver, is_ok=True, took_s=took_s, receipt=receipt)


def _send(
    receivers: ChannelReceivers, config: TenantConfig, receiver: Receiver, at_s: float
) -> str:
    opening = notification(config, receiver, at_s, "firing")
    receipt = receivers.send(opening)
    if receiver.kind in OPENS_INCIDENTS:
        thread = Thread(opening.key, receipt)
        receivers.send(notification(config, receiver, at_s, "resolved", thread, opening.group))
    return receipt


def notification(
    config: TenantConfig,
    receiver: Receiver,
    at_s: float,
    status: Status,
    thread: Thread | None = None,
    group: GroupKey | None = None,
) -> Notification:
    """Return the test: an alert of the lowest severity that says that it is none.

    Its group is one of its own, so that nothing which was told before is touched.
    """
    labels = {"alertname": NAME, "tocsin_test": uuid4().hex[:8]}
    key = group or GroupKey(config.tenant, receiver.name, tuple(sorted(labels.items())))
    alert = Alert(
        name=NAME,
        status=status,
        severity="info",
        provider="tocsin",
        labels=dict(key.labels),
        annotations={
            "summary": f"A test of the receiver {receiver.name}: nothing is wrong.",
            "description": "Somebody ran `tocsin receivers test`. There is nothing to do.",
        },
        starts_at_s=at_s,
        ends_at_s=at_s if status == "resolved" else None,
    )
    return Notification(
        key=f"toc_{uuid4().hex}",
        receiver=receiver,
        group=key,
        alerts=(alert,),
        attempt=1,
        new=1,
        reason="first notification" if status == "firing" else "all alerts resolved",
        external_url=config.external_url,
        thread=thread,
    )
