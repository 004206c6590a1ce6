"""GET /alerts/groups: the same alerts by receiver and group labels."""

from collections.abc import Mapping, Sequence
from functools import cmp_to_key

import msgspec

from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.routing import all_routes
from tocsin.domain.time_interval import is_in
from tocsin.pipeline.alertview import Row
from tocsin.runtime.alertmanager.alerts import alert_of, labels_of, receivers_of, rows, shown_name
from tocsin.runtime.alertmanager.parameters import flag, receiver_filter
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply, listed
from tocsin.runtime.gateway import HttpRequest

_encode = msgspec.json.Encoder().encode

# The route, the name of the receiver, the group labels: what Alertmanager keeps apart. Groups
# of several integrations of one receiver are one.
_Place = tuple[str, str, tuple[tuple[str, str], ...]]


def get_groups(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with the groups that hold what is asked for, sorted by labels, then receiver."""
    is_wanted, wants_muted = receiver_filter(request), flag(request, "muted")
    found: dict[_Place, list[Row]] = {}
    for row in rows(request, ports, config, now_s):
        for place in dict.fromkeys(
            (key.route, shown_name(key.receiver, config), key.labels) for key in row.groups
        ):
            if is_wanted(place[1]):
                found.setdefault(place, []).append(row)
    timings = {placed.path: placed.route.timing for placed in all_routes(config.route)}
    pieces = []
    for route, receiver, labels in sorted(found, key=cmp_to_key(_by_place)):
        muted_by = _muting(config, timings.get(route), now_s)
        if wants_muted or not muted_by:
            members = found[route, receiver, labels]
            pieces.append(_group(config, receiver, dict(labels), members, muted_by))
    return listed(pieces)


def _muting(config: TenantConfig, timing: Timing | None, now_s: float) -> Sequence[str]:
    """Return the names of the time intervals that keep a route silent now.

    Those of `active` all do while none of them contains the present.
    """
    if timing is None:
        return ()

    def holds(name: str) -> bool:
        return is_in(config.time_intervals.get(name, ()), now_s)

    muting = [name for name in timing.mute if holds(name)]
    return muting or (() if any(map(holds, timing.active)) else timing.active)


def _group(
    config: TenantConfig,
    receiver: str,
    labels: Mapping[str, str],
    members: list[Row],
    muted_by: Sequence[str],
) -> bytes:
    members.sort(key=cmp_to_key(_by_thing))
    return _encode(
        {
            "alerts": [alert_of(row, receivers_of(row, config), muted_by) for row in members],
            "labels": labels,
            "receiver": {"name": receiver},
            "routeLabels": {},
        }
    )


def _by_place(one: _Place, other: _Place) -> int:
    compared = _compared(dict(one[2]), dict(other[2]))
    return compared or _order(one[1], other[1]) or _order(one[0], other[0])


def _by_thing(one: Row, other: Row) -> int:
    """Compare alerts by job, then instance, then all labels; one without comes last.

    Source: Alertmanager, alert/alert.go, AlertSlice.Less.
    """
    mine, theirs = labels_of(one), labels_of(other)
    for name in ("job", "instance"):
        if mine.get(name) != theirs.get(name):
            if name not in mine or name not in theirs:
                return 1 if name not in mine else -1
            return _order(mine[name], theirs[name])
    return _compared(mine, theirs)


def _compared(mine: Mapping[str, str], theirs: Mapping[str, str]) -> int:
    """Compare label sets: fewer first, then the one that lacks the first name that differs.

    Source: prometheus/common, model/labelset.go, LabelSet.Before.
    """
    if len(mine) != len(theirs):
        return -1 if len(mine) < len(theirs) else 1
    for name in sorted({*mine, *theirs}):
        if name not in mine or name not in theirs:
            return -1 if name not in mine else 1
        if mine[name] != theirs[name]:
            return _order(mine[name], theirs[name])
    return 0


def _order(one: str, other: str) -> int:
    return (one > other) - (one < other)
