"""The shape of an Alertmanager's configuration, as far as tocsin takes it.

What it sets aside has been removed before (see `leftovers`), so that a field that is in
neither place is unknown, as it is to Alertmanager. Source: Alertmanager, config/config.go.
"""

from pydantic import Field

from tocsin.configuration.alertmanager.defaults_model import Global
from tocsin.configuration.alertmanager.fields import (
    ClassicName,
    Duration,
    Flag,
    LabelName,
    MatchersText,
    Name,
    Pattern,
    Text,
)
from tocsin.configuration.alertmanager.integration_models import (
    Email,
    IncidentIo,
    Opsgenie,
    PagerDuty,
    Slack,
    Sns,
    Teams,
    Webhook,
)
from tocsin.configuration.alertmanager.service_models import (
    Discord,
    Mattermost,
    Pushover,
    RocketChat,
    Telegram,
    Webex,
    WeChat,
)
from tocsin.configuration.block import Block
from tocsin.configuration.time_intervals import TimeInterval


class Receiver(Block):
    """A name, and the integrations that a notification for it goes to."""

    name: Name
    webhook_configs: list[Webhook] = Field(default=[])
    email_configs: list[Email] = Field(default=[])
    pagerduty_configs: list[PagerDuty] = Field(default=[])
    opsgenie_configs: list[Opsgenie] = Field(default=[])
    slack_configs: list[Slack] = Field(default=[])
    pushover_configs: list[Pushover] = Field(default=[])
    sns_configs: list[Sns] = Field(default=[])
    telegram_configs: list[Telegram] = Field(default=[])
    discord_configs: list[Discord] = Field(default=[])
    webex_configs: list[Webex] = Field(default=[])
    msteams_configs: list[Teams] = Field(default=[])
    msteamsv2_configs: list[Teams] = Field(default=[])
    mattermost_configs: list[Mattermost] = Field(default=[])
    wechat_configs: list[WeChat] = Field(default=[])
    rocketchat_configs: list[RocketChat] = Field(default=[])
    incidentio_configs: list[IncidentIo] = Field(default=[])


class Route(Block):
    """A node of the routing tree."""

    receiver: Text = ""
    group_by: list[LabelName] | None = None
    match: dict[ClassicName, Text] = Field(default={})
    match_re: dict[ClassicName, Pattern] = Field(default={})
    matchers: list[MatchersText] = Field(default=[])
    mute_time_intervals: list[Text] = Field(default=[])
    active_time_intervals: list[Text] = Field(default=[])
    continues: Flag = Field(default=False, alias="continue")
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    routes: list["Route"] = Field(default=[])


class InhibitRule(Block):
    """While a source fires, targets with equal labels are muted."""

    source_match: dict[ClassicName, Text] = Field(default={})
    source_match_re: dict[ClassicName, Pattern] = Field(default={})
    source_matchers: list[MatchersText] = Field(default=[])
    target_match: dict[ClassicName, Text] = Field(default={})
    target_match_re: dict[ClassicName, Pattern] = Field(default={})
    target_matchers: list[MatchersText] = Field(default=[])
    equal: list[LabelName] = Field(default=[])


class NamedTimeInterval(Block):
    """A name for time intervals, any of which will do."""

    name: Name
    time_intervals: list[TimeInterval] = Field(default=[])


class Configuration(Block):
    """The whole file."""

    # `global` is a word of Python's.
    defaults: Global = Field(default=Global(), alias="global")
    route: Route
    receivers: list[Receiver] = Field(default=[])
    inhibit_rules: list[InhibitRule] = Field(default=[])
    mute_time_intervals: list[NamedTimeInterval] = Field(default=[])
    time_intervals: list[NamedTimeInterval] = Field(default=[])
