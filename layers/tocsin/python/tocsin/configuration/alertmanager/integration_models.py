"""The shape of the integrations of an Alertmanager's receivers, as far as tocsin takes them.

Whether ends are told unless an entry says so differs from one to the next. Source: Alertmanager,
config/notifiers.go and notify/*/config.go.
"""

from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from tocsin.configuration.alertmanager.fields import (
    Count,
    Flag,
    GoDuration,
    HostPort,
    Secret,
    Text,
    Url,
)
from tocsin.configuration.alertmanager.http_models import HttpConfig
from tocsin.configuration.block import Block
from tocsin.configuration.fields import wrong


class Integration(Block):
    """What one entry of any kind can have.

    `kept` are the fields that may stand in a file instead, `demanded` those of them that nothing
    in `global` stands in for.
    """

    kept: ClassVar[tuple[str, ...]] = ()
    demanded: ClassVar[tuple[str, ...]] = ()

    send_resolved: Flag = True

    @model_validator(mode="after")
    def _has_each_secret_once(self) -> Self:
        for name in self.kept:
            given = sum(_is_given(getattr(self, each)) for each in (name, f"{name}_file"))
            if name in self.demanded and given != 1:
                raise wrong(f"needs one of {name} and {name}_file")
            if given > 1:
                raise wrong(f"has at most one of {name} and {name}_file")
        return self


def _is_given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


class HttpIntegration(Integration):
    """What is told by HTTP."""

    http_config: HttpConfig | None = None


class Webhook(HttpIntegration):
    """One entry of webhook_configs."""

    kept: ClassVar[tuple[str, ...]] = ("url",)
    demanded = ("url",)

    url: Url = SecretStr("")
    url_file: Text = ""
    max_alerts: Count = 0
    timeout: GoDuration = 0.0


class IncidentIo(Webhook):
    """One entry of incidentio_configs."""

    kept = ("url", "alert_source_token")

    alert_source_token: Secret = SecretStr("")
    alert_source_token_file: Text = ""

    @model_validator(mode="after")
    def _has_one_token(self) -> Self:
        has_own = _is_given(self.alert_source_token) or bool(self.alert_source_token_file)
        http = self.http_config
        if http is not None and has_own == (http.authorization is not None):
            twice = "has a token twice: alert_source_token and authorization in http_config"
            raise wrong(twice if has_own else "needs alert_source_token, or its file")
        return self


class Slack(HttpIntegration):
    """One entry of slack_configs."""

    kept = ("api_url", "app_token")

    api_url: Url | None = None
    api_url_file: Text = ""
    app_token: Secret = SecretStr("")
    app_token_file: Text = ""
    app_url: Url | None = None
    update_message: Flag = False
    channel: Text = ""
    timeout: GoDuration = 0.0
    send_resolved: Flag = False

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        given = (self.api_url or self.api_url_file, self.app_token, self.app_token_file)
        address, *token = map(_is_given, given)
        if address and any(token):
            raise wrong("has at most one of api_url and app_token, and of their files")
        return self


class Email(Integration):
    """One entry of email_configs."""

    kept = ("auth_password", "auth_secret")

    to: Text
    sender: Text = Field(default="", alias="from")
    smarthost: HostPort | None = None
    auth_username: Text = ""
    auth_password: Secret = SecretStr("")
    auth_password_file: Text = ""
    auth_secret: Secret = SecretStr("")
    auth_secret_file: Text = ""
    require_tls: Flag | None = None
    force_implicit_tls: Flag | None = None
    send_resolved: Flag = False


class PagerDuty(HttpIntegration):
    """One entry of pagerduty_configs."""

    kept = ("routing_key", "service_key")

    routing_key: Secret = SecretStr("")
    routing_key_file: Text = ""
    service_key: Secret = SecretStr("")
    service_key_file: Text = ""
    url: Url | None = None
    timeout: GoDuration = 0.0

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        given = (self.routing_key, self.routing_key_file, self.service_key, self.service_key_file)
        if not any(map(_is_given, given)):
            raise wrong("needs routing_key or routing_key_file")
        return self


class OpsgenieResponder(Block):
    """Whom to tell of an alert at Opsgenie."""

    id: Text = ""
    name: Text = ""
    username: Text = ""
    type: Text = ""

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not (self.id or self.name or self.username):
            raise wrong("needs one of id, name and username")
        kinds = ("team", "teams", "user", "escalation", "schedule")
        if "{{" not in self.type and self.type.lower() not in kinds:
            raise wrong(f"its type is one of {', '.join(kinds)}")
        return self


class Opsgenie(HttpIntegration):
    """One entry of opsgenie_configs."""

    kept = ("api_key",)

    api_key: Secret = SecretStr("")
    api_key_file: Text = ""
    api_url: Url | None = None
    responders: list[OpsgenieResponder] = Field(default=[])


class Teams(HttpIntegration):
    """One entry of msteams_configs or msteamsv2_configs."""

    kept = ("webhook_url",)
    demanded = ("webhook_url",)

    webhook_url: Url | None = None
    webhook_url_file: Text = ""


class Sns(HttpIntegration):
    """One entry of sns_configs."""

    topic_arn: Text = ""
    target_arn: Text = ""
    phone_number: Text = ""

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if sum(map(bool, (self.topic_arn, self.target_arn, self.phone_number))) != 1:
            raise wrong("needs one of topic_arn, target_arn and phone_number")
        return self
