"""The shape of an Alertmanager's configuration, as far as tocsin takes it.

What it sets aside has been removed before (see `leftovers`), so that a field that is in
neither place is unknown, as it is to Alertmanager. Source: Alertmanager, config/config.go.
"""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from tocsin.configuration.alertmanager.fields import (
    ClassicName,
    Count,
    Duration,
    Flag,
    GoDuration,
    LabelName,
    MatchersText,
    Name,
    Pattern,
    Secret,
    Text,
    Url,
)
from tocsin.configuration.alertmanager.http_models import HttpConfig
from tocsin.configuration.block import Block
from tocsin.configuration.fields import wrong
from tocsin.configuration.time_intervals import TimeInterval


class Webhook(Block):
    """One entry of webhook_configs."""

    url: Url = SecretStr("")
    url_file: Text = ""
    http_config: HttpConfig | None = None
    max_alerts: Count = 0
    timeout: GoDuration = 0.0
    send_resolved: Flag = True

    @model_validator(mode="after")
    def _has_one_url(self) -> Self:
        if (self.url.get_secret_value() != "") == (self.url_file != ""):
            raise wrong("needs one of url and url_file")
        return self


class Slack(Block):
    """One entry of slack_configs."""

    api_url: Url | None = None
    api_url_file: Text = ""
    http_config: HttpConfig | None = None
    app_token: Secret = SecretStr("")
    app_token_file: Text = ""
    app_url: Url | None = None
    update_message: Flag = False
    channel: Text = ""
    timeout: GoDuration = 0.0
    send_resolved: Flag = False

    @model_validator(mode="after")
    def _has_one_url(self) -> Self:
        if self.api_url is not None and self.api_url_file:
            raise wrong("has at most one of api_url and api_url_file")
        return self


class Receiver(Block):
    """A name, and the integrations that a notification for it goes to."""

    name: Name
    webhook_configs: list[Webhook] = Field(default=[])
    slack_configs: list[Slack] = Field(default=[])


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


class Global(Block):
    """What holds for all receivers that do not say it themselves."""

    resolve_timeout: Duration = 300.0
    http_config: HttpConfig | None = None
    slack_api_url: Url | None = None
    slack_api_url_file: Text = ""
    slack_app_token: Secret = SecretStr("")
    slack_app_token_file: Text = ""
    slack_app_url: Url | None = None


class Configuration(Block):
    """The whole file."""

    # `global` is a word of Python's.
    defaults: Global = Field(default=Global(), alias="global")
    route: Route
    receivers: list[Receiver] = Field(default=[])
    inhibit_rules: list[InhibitRule] = Field(default=[])
    mute_time_intervals: list[NamedTimeInterval] = Field(default=[])
    time_intervals: list[NamedTimeInterval] = Field(default=[])
