"""What must hold between the parts of an Alertmanager's configuration, as it checks itself."""

from collections.abc import Iterable, Iterator

from tocsin.configuration.alertmanager.fields import plain
from tocsin.configuration.alertmanager.models import Configuration, Route
from tocsin.configuration.alertmanager.slack_app import POST_MESSAGE
from tocsin.configuration.findings import Finding
from tocsin.configuration.problems import Location
from tocsin.domain.routing import ALL_LABELS

# What of `global` may stand in a file instead.
_KEPT = (
    "mattermost_webhook_url",
    "opsgenie_api_key",
    "rocketchat_token",
    "rocketchat_token_id",
    "slack_api_url",
    "slack_app_token",
    "smtp_auth_password",
    "smtp_auth_secret",
    "telegram_bot_token",
    "wechat_api_secret",
)


def broken_rules(configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong, and where."""
    receivers = [receiver.name for receiver in configuration.receivers]
    yield from _twice("receivers", receivers)
    muting = [interval.name for interval in configuration.mute_time_intervals]
    intervals = [interval.name for interval in configuration.time_intervals]
    yield from _twice("mute_time_intervals", muting)
    yield from _twice("time_intervals", intervals, muting)
    yield from _of_root(configuration.route)
    known = {"receivers": set(receivers), "intervals": {*muting, *intervals}}
    yield from _of_route(configuration.route, ("route",), known)
    for name in _KEPT:
        values = (getattr(configuration.defaults, each) for each in (name, f"{name}_file"))
        if all(map(plain, values)):
            yield ("global",), f"has at most one of {name} and {name}_file"
    slack = configuration.defaults
    token = plain(slack.slack_app_token) or slack.slack_app_token_file
    address = plain(slack.slack_api_url) or slack.slack_api_url_file
    # Both were right once where the address is that of the method that the token is for.
    if token and address and address != (plain(slack.slack_app_url) or POST_MESSAGE):
        yield ("global",), "has at most one of slack_api_url and slack_app_token"


def _twice(block: str, names: Iterable[str], others: Iterable[str] = ()) -> Iterator[Finding]:
    seen = set(others)
    for index, name in enumerate(names):
        if name in seen:
            yield (block, index, "name"), f"{name!r} is the name of another one already"
        seen.add(name)


def _of_root(root: Route) -> Iterator[Finding]:
    if not root.receiver:
        yield ("route",), "the top route needs a receiver: it takes what no other route takes"
    for name in ("match", "match_re", "matchers"):
        if getattr(root, name):
            yield ("route", name), "the top route takes every alert and can have no matchers"
    for name in ("mute_time_intervals", "active_time_intervals"):
        if getattr(root, name):
            yield ("route", name), "the top route cannot be silent for a time"
    if root.continues:
        yield ("route", "continue"), "the top route has no siblings to continue with"


def _of_route(route: Route, location: Location, known: dict[str, set[str]]) -> Iterator[Finding]:
    if route.receiver and route.receiver not in known["receivers"]:
        yield (*location, "receiver"), f"there is no receiver {route.receiver!r}"
    for below, message in (*_of_times(route, known["intervals"]), *_of_labels(route)):
        yield (*location, *below), message
    for index, child in enumerate(route.routes):
        yield from _of_route(child, (*location, "routes", index), known)


def _of_times(route: Route, intervals: set[str]) -> Iterator[Finding]:
    for name in ("mute_time_intervals", "active_time_intervals"):
        for index, interval in enumerate(getattr(route, name)):
            if interval not in intervals:
                yield (name, index), f"there is no time interval {interval!r}"
    for name in ("group_interval", "repeat_interval"):
        if getattr(route, name) == 0:
            yield (name,), "cannot be zero"


def _of_labels(route: Route) -> Iterator[Finding]:
    labels = route.group_by or []
    if ALL_LABELS in labels and len(labels) > 1:
        yield ("group_by",), "'...' is every label and stands alone"
    for index, label in enumerate(labels):
        if label in labels[:index]:
            yield ("group_by", index), f"{label!r} is there twice"
