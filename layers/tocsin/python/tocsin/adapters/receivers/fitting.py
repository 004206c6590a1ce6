"""A notification as text of no more than so many bytes, and as JSON for programs."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from tocsin.adapters.receivers import webhook
from tocsin.domain.alert import Alert
from tocsin.domain.group import GroupKey
from tocsin.domain.plaintext import cut
from tocsin.ports import Notification

# Where a single alert is too long: how long each of its texts may be, and how many it may have.
_CUTS = ((4096, 128), (1024, 128), (256, 64), (64, 16))
# They are no characters of XML, so that SQS takes them in an escape only.
_ESCAPES = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}

Write = Callable[[Notification], str]


def json_text(value: object) -> str:
    """Write JSON that is also made of characters of XML 1.0 alone, as SQS wants."""
    return msgspec.json.encode(value).decode().translate(_ESCAPES)


def json_writer(whole: Notification, external_url: str) -> Write:
    """Return what writes the webhook's body, and the idempotency key in it, of parts of `whole`.

    What is left out counts in `truncatedAlerts`; the status is that of all alerts.
    """
    of_all = {"status": webhook.status(whole.alerts), "idempotencyKey": whole.key}
    return lambda part: json_text({**webhook.fields(part, external_url), **of_all})


def fitted(whole: Notification, write: Write, limit_bytes: int) -> str:
    """Return what `write` makes of as much of a notification as fits in so many bytes of UTF-8.

    Alerts are left out from the end, where those are that the receiver knows already. Where one
    alert alone is too long, its texts are cut. Raises ValueError if that does not help either.
    """
    high = _too_many(whole, limit_bytes)
    if high > len(whole.alerts):
        text = write(whole)
        if _size_bytes(text) <= limit_bytes:
            return text
        high = len(whole.alerts)
    fitting, low = "", 0
    while high - low > 1:
        middle = (low + high) // 2
        text = write(_first(whole, middle))
        if _size_bytes(text) <= limit_bytes:
            fitting, low = text, middle
        else:
            high = middle
    return fitting or _shortened(whole, write, limit_bytes)


def _too_many(whole: Notification, limit_bytes: int) -> int:
    """Return how many alerts are too long by their texts alone; one more than all if none are.

    What is written holds each text at least once, so more than these need not be written at all.
    """
    size = 0
    for count, alert in enumerate(whole.alerts, start=1):
        texts = (*alert.labels.items(), *alert.annotations.items())
        size += sum(len(name) + len(value) for name, value in texts)
        if size > limit_bytes:
            return count
    return len(whole.alerts) + 1


def _shortened(whole: Notification, write: Write, limit_bytes: int) -> str:
    one = _first(whole, 1)
    for characters, most in _CUTS:
        group = GroupKey(
            one.group.tenant,
            one.group.receiver,
            tuple(_pairs(dict(one.group.labels), characters, most).items()),
        )
        alerts = tuple(_cut(alert, characters, most) for alert in one.alerts)
        text = write(replace(one, group=group, alerts=alerts))
        if _size_bytes(text) <= limit_bytes:
            return text
    raise ValueError("one alert is too long")


def _first(whole: Notification, most: int) -> Notification:
    left_out = len(whole.alerts) - most
    return replace(
        whole,
        alerts=whole.alerts[:most],
        new=min(whole.new, most),
        truncated=whole.truncated + left_out,
    )


def _cut(alert: Alert, characters: int, most: int) -> Alert:
    return replace(
        alert,
        labels=_pairs(alert.labels, characters, most),
        annotations=_pairs(alert.annotations, characters, most),
        enrichment=None,
    )


def _pairs(texts: dict[str, str], characters: int, most: int) -> dict[str, str]:
    kept = list(texts.items())[:most]
    return {cut(name, characters): cut(value, characters) for name, value in kept}


def _size_bytes(text: str) -> int:
    return len(text.encode())
