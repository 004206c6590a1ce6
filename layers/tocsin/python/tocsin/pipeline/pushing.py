"""Metrics that are pushed: from a payload to stored points."""

from typing import Any

from tocsin.domain.errors import TooLarge
from tocsin.domain.metricpieces import PIECES_LIMIT, cut
from tocsin.ports import Metrics
from tocsin.providers.metric_points import Pushed
from tocsin.providers.pushed_metrics import parse


def push(
    tenant: str, request_id: str, payload: Any, received_at_s: float, metrics: Metrics
) -> Pushed:
    """Store the points of a request, and say what became of each.

    Raises InvalidPayload or TooLarge if nothing of it can be taken, and Retryable if not all of
    it is stored: then the sender must send again, and the same `request_id` overwrites itself.
    """
    pushed = parse(payload, received_at_s)
    if len(cut(pushed.metrics)) > PIECES_LIMIT:
        raise TooLarge("the points of one request are of too many different minutes; send fewer")
    if pushed.metrics:
        metrics.append(tenant, request_id, received_at_s, pushed.metrics)
    return pushed
