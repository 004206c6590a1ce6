"""What of an Alertmanager's configuration tocsin does not take, set aside with the reason.

The names are those of Alertmanager 0.34 and of the releases before it. Source: Alertmanager,
config/config.go, config/notifiers.go and notify/*/config.go.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import Tree

# The integrations that tocsin has no receiver for, by what they are called.
UNDELIVERED = {
    "discord_configs": "Discord",
    "email_configs": "e-mail",
    "incidentio_configs": "incident.io",
    "jira_configs": "Jira",
    "mattermost_configs": "Mattermost",
    "msteams_configs": "Microsoft Teams",
    "msteamsv2_configs": "Microsoft Teams",
    "opsgenie_configs": "Opsgenie",
    "pagerduty_configs": "PagerDuty",
    "pushover_configs": "Pushover",
    "rocketchat_configs": "Rocket.Chat",
    "sns_configs": "Amazon SNS",
    "telegram_configs": "Telegram",
    "victorops_configs": "VictorOps",
    "webex_configs": "Webex",
    "wechat_configs": "WeChat",
}
_OWN_TEXT = "tocsin writes its own text"
_SLACK_LOOKS = (
    "actions",
    "callback_id",
    "color",
    "fallback",
    "fields",
    "footer",
    "icon_emoji",
    "icon_url",
    "image_url",
    "link_names",
    "message_text",
    "mrkdwn_in",
    "pretext",
    "short_fields",
    "text",
    "thumb_url",
    "title",
    "title_link",
    "username",
)
# Of integrations that are not delivered: nothing more is lost with them.
_GLOBAL_DEFAULTS = re.compile(
    "(jira|mattermost|opsgenie|pagerduty|rocketchat|smtp|telegram|victorops|webex|wechat)_.*"
)


class NotTaken(msgspec.Struct, frozen=True, order=True):
    """One thing that tocsin does not take over, where it stands and why.

    `is_undelivered` if somebody who would hear of an alert from Alertmanager does not from
    tocsin.
    """

    file: str
    line: int
    path: str
    message: str
    is_undelivered: bool = False

    @property
    def problem(self) -> Problem:
        """The same, for those to whom it is one."""
        return Problem(self.file, self.line, self.path, self.message)

    def __str__(self) -> str:
        return str(self.problem)


class Leftovers:
    """Collects what is not taken of one file."""

    def __init__(self, tree: Tree, filename: str) -> None:
        self._tree = tree
        self._filename = filename
        self._found: list[NotTaken] = []

    @property
    def found(self) -> list[NotTaken]:
        """All of it, in the order of the file."""
        return sorted(set(self._found))

    def add(self, location: Location, message: str, *, is_undelivered: bool = False) -> None:
        """Note what is not taken at a place, without quoting it: it may be a secret."""
        line, path = self._tree.line(location), path_of(location)
        self._found.append(NotTaken(self._filename, line, path, message, is_undelivered))

    def set_aside(self, value: Any) -> Any:
        """Return the plain values of the file without what `models` does not know.

        Values of a wrong shape stay as they are, for the models to refuse.
        """
        if not isinstance(value, dict):
            return value
        for place in _entries(("templates",), value.get("templates")):
            self.add(place, f"not taken: {_OWN_TEXT}")
        top = _without(value, ("templates",))
        top = self._taken((), top, ("tracing", "event_recorder"), "tocsin has its own")
        if isinstance(top.get("global"), dict):
            top["global"] = {
                name: each
                for name, each in top["global"].items()
                if _GLOBAL_DEFAULTS.fullmatch(name) is None
            }
        if "route" in top:
            top["route"] = self._route(("route",), top["route"])
        for name in ("receivers", "inhibit_rules"):
            if isinstance(top.get(name), list):
                read = self._receiver if name == "receivers" else self._inhibit_rule
                top[name] = [read((name, at), each) for at, each in enumerate(top[name])]
        return top

    def _taken(
        self, location: Location, block: dict[str, Any], names: Collection[str], reason: str
    ) -> dict[str, Any]:
        """Set fields of a block aside, each for the same reason."""
        for name in names:
            if block.get(name):
                self.add((*location, name), f"not taken: {reason}")
        return _without(block, names)

    def _inhibit_rule(self, _location: Location, rule: Any) -> Any:
        # Its name is for Alertmanager's own metrics.
        return _without(rule, ("name",)) if isinstance(rule, dict) else rule

    def _route(self, location: Location, route: Any) -> Any:
        if not isinstance(route, dict):
            return route
        route = self._taken(location, route, ("labels",), "tocsin shows no labels of routes")
        if isinstance(route.get("routes"), list):
            route["routes"] = [
                self._route((*location, "routes", at), each)
                for at, each in enumerate(route["routes"])
            ]
        return route

    def _receiver(self, location: Location, receiver: Any) -> Any:
        if not isinstance(receiver, dict):
            return receiver
        for name, what in UNDELIVERED.items():
            for place in _entries((*location, name), receiver.get(name)):
                self.add(
                    place,
                    f"not delivered by tocsin yet: nobody hears of these alerts by {what}",
                    is_undelivered=True,
                )
        reason = "tocsin shows no labels of receivers"
        receiver = self._taken(location, _without(receiver, UNDELIVERED), ("labels",), reason)
        for name, names in (("webhook_configs", ("payload",)), ("slack_configs", _SLACK_LOOKS)):
            if isinstance(receiver.get(name), list):
                receiver[name] = [
                    self._taken((*location, name, at), each, names, _OWN_TEXT)
                    if isinstance(each, dict)
                    else each
                    for at, each in enumerate(receiver[name])
                ]
        return receiver


def _without(block: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: each for name, each in block.items() if name not in names}


def _entries(location: Location, configs: Any) -> Iterator[Location]:
    if isinstance(configs, list):
        yield from ((*location, at) for at, _ in enumerate(configs))
    elif configs is not None:
        yield location
