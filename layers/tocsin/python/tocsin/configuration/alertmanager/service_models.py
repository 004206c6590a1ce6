"""The shape of integrations that are told through the library apprise here.

Source: Alertmanager, config/notifiers.go and notify/*/config.go.
"""

from typing import Self

from pydantic import SecretStr, model_validator

from tocsin.configuration.alertmanager.fields import (
    Flag,
    GoDuration,
    Name,
    Secret,
    Text,
    Url,
    WholeNumber,
)
from tocsin.configuration.alertmanager.integration_models import HttpIntegration
from tocsin.configuration.fields import wrong


class Discord(HttpIntegration):
    """One entry of discord_configs."""

    kept = ("webhook_url",)
    demanded = ("webhook_url",)

    webhook_url: Url | None = None
    webhook_url_file: Text = ""


class Mattermost(HttpIntegration):
    """One entry of mattermost_configs."""

    kept = ("webhook_url",)

    webhook_url: Url | None = None
    webhook_url_file: Text = ""
    channel: Text = ""


class Pushover(HttpIntegration):
    """One entry of pushover_configs; `priority` may be a template."""

    kept = ("user_key", "token")
    demanded = ("user_key", "token")

    user_key: Secret = SecretStr("")
    user_key_file: Text = ""
    token: Secret = SecretStr("")
    token_file: Text = ""
    device: Text = ""
    sound: Text = ""
    priority: Text = ""
    retry: GoDuration = 60.0
    expire: GoDuration = 3600.0


class RocketChat(HttpIntegration):
    """One entry of rocketchat_configs."""

    kept = ("token_id", "token")

    send_resolved: Flag = False
    api_url: Url | None = None
    token_id: Secret = SecretStr("")
    token_id_file: Text = ""
    token: Secret = SecretStr("")
    token_file: Text = ""
    channel: Text = ""


class Telegram(HttpIntegration):
    """One entry of telegram_configs."""

    kept = ("bot_token",)

    api_url: Url | None = None
    bot_token: Secret = SecretStr("")
    bot_token_file: Text = ""
    chat_id: WholeNumber = 0
    chat_id_file: Text = ""
    message_thread_id: WholeNumber = 0
    disable_notifications: Flag = False

    @model_validator(mode="after")
    def _has_one_chat(self) -> Self:
        if bool(self.chat_id) == bool(self.chat_id_file):
            raise wrong("needs one of chat_id and chat_id_file")
        return self


class Webex(HttpIntegration):
    """One entry of webex_configs; its http_config has the token."""

    api_url: Url | None = None
    room_id: Name

    @model_validator(mode="after")
    def _has_a_token(self) -> Self:
        if self.http_config is None or self.http_config.authorization is None:
            raise wrong("needs the token of a bot as authorization in http_config")
        return self


class WeChat(HttpIntegration):
    """One entry of wechat_configs: an application of WeCom, and whom it tells."""

    kept = ("api_secret",)

    send_resolved: Flag = False
    api_url: Url | None = None
    api_secret: Secret = SecretStr("")
    api_secret_file: Text = ""
    corp_id: Text = ""
    agent_id: Text = ""
    to_user: Text = ""
    to_party: Text = ""
    to_tag: Text = ""
