"""The block `global` of an Alertmanager's configuration, as far as tocsin takes it.

Source: Alertmanager, config/config.go ("GlobalConfig", "DefaultGlobalConfig").
"""

from pydantic import SecretStr

from tocsin.configuration.alertmanager.fields import Duration, Flag, HostPort, Secret, Text, Url
from tocsin.configuration.alertmanager.http_models import HttpConfig
from tocsin.configuration.block import Block


class Global(Block):
    """What holds for all receivers that do not say it themselves."""

    resolve_timeout: Duration = 300.0
    http_config: HttpConfig | None = None
    mattermost_webhook_url: Url | None = None
    mattermost_webhook_url_file: Text = ""
    opsgenie_api_key: Secret = SecretStr("")
    opsgenie_api_key_file: Text = ""
    opsgenie_api_url: Url = SecretStr("https://api.opsgenie.com/")
    pagerduty_url: Url = SecretStr("https://events.pagerduty.com/v2/enqueue")
    rocketchat_api_url: Url = SecretStr("https://open.rocket.chat/")
    rocketchat_token: Secret = SecretStr("")
    rocketchat_token_file: Text = ""
    rocketchat_token_id: Secret = SecretStr("")
    rocketchat_token_id_file: Text = ""
    slack_api_url: Url | None = None
    slack_api_url_file: Text = ""
    slack_app_token: Secret = SecretStr("")
    slack_app_token_file: Text = ""
    slack_app_url: Url | None = None
    smtp_auth_password: Secret = SecretStr("")
    smtp_auth_password_file: Text = ""
    smtp_auth_secret: Secret = SecretStr("")
    smtp_auth_secret_file: Text = ""
    smtp_auth_username: Text = ""
    smtp_force_implicit_tls: Flag | None = None
    smtp_from: Text = ""
    smtp_require_tls: Flag = True
    smtp_smarthost: HostPort | None = None
    telegram_api_url: Url = SecretStr("https://api.telegram.org")
    telegram_bot_token: Secret = SecretStr("")
    telegram_bot_token_file: Text = ""
    wechat_api_corp_id: Text = ""
    wechat_api_secret: Secret = SecretStr("")
    wechat_api_secret_file: Text = ""
    wechat_api_url: Url = SecretStr("https://qyapi.weixin.qq.com/cgi-bin/")
    webex_api_url: Url = SecretStr("https://webexapis.com/v1/messages")
