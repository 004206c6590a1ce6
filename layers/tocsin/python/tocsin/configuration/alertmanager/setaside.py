"""Which parts of an Alertmanager's configuration tocsin does not take, and what to do instead.

The names are those of Alertmanager 0.34 and of the releases before it. Source: Alertmanager,
config/config.go, config/notifiers.go and notify/*/config.go.
"""

import re
from collections.abc import Mapping

# The integrations that tocsin has no receiver for: what they are called, and the way around.
UNDELIVERED = {
    "jira_configs": (
        "Jira",
        "Jira Service Management takes opsgenie_configs with the api_url "
        "https://api.atlassian.com/jsm/ops/integration/",
    ),
    "victorops_configs": (
        "VictorOps",
        "Splunk On-Call has an address for mail, which goes into email_configs",
    ),
}
# Of integrations that are not delivered: nothing more is lost with them.
GLOBAL_DEFAULTS = re.compile("(jira|victorops)_.*")

OWN_TEXT = "tocsin writes its own text; a receiver of tocsin.yaml can have a template for it"
_OWN_LOOKS = "tocsin has its own looks"
_OF_THE_ALERT = "tocsin takes it from the alerts"


def _all(names: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


_SMTP = {
    "hello": "tocsin greets with the domain of `from`",
    "auth_identity": "who logs in is auth_username alone",
    "tls_config": "tocsin trusts the public authorities, and shows no certificate of its own",
}
# Of `global`.
OF_DEFAULTS: Mapping[str, str] = {f"smtp_{name}": reason for name, reason in _SMTP.items()}
# Fields of integrations, and why they are not taken.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "webhook_configs": {"payload": OWN_TEXT},
    "email_configs": {
        **_all("html text", OWN_TEXT),
        "headers": "tocsin writes the headers itself; a template can change the subject",
        "threading": "tocsin keeps a group in one conversation anyway",
        **_SMTP,
    },
    "pagerduty_configs": {
        **_all("description details", OWN_TEXT),
        **_all("class component group severity source", _OF_THE_ALERT),
        **_all("client client_url images", _OWN_LOOKS),
        "links": "tocsin links what it tells of, the runbook and the source",
    },
    "opsgenie_configs": {
        **_all("message description note details", OWN_TEXT),
        **_all("entity priority source", _OF_THE_ALERT),
        **_all("actions tags", "tocsin sends none"),
        "update_alerts": "tocsin adds a note instead",
    },
    "slack_configs": {
        **_all("fallback message_text pretext text title title_link", OWN_TEXT),
        **_all("actions callback_id color fields footer icon_emoji icon_url image_url", _OWN_LOOKS),
        **_all("link_names mrkdwn_in short_fields thumb_url username", _OWN_LOOKS),
    },
    "pushover_configs": {
        **_all("title message", OWN_TEXT),
        **_all("html monospace url url_title", _OWN_LOOKS),
        "ttl": "tocsin lets no message vanish",
    },
    "sns_configs": {
        **_all("subject message attributes", OWN_TEXT),
        "sigv4": "tocsin publishes as its stack does, or as the machine that it runs on, which "
        "must be allowed to; the stack's parameter NotifyTargetArns must name the topic",
        "api_url": "tocsin asks the SNS of the topic's region",
        **_all("http_config use_aws_http_client", "tocsin has its own client of AWS"),
    },
    "telegram_configs": {"message": OWN_TEXT, "parse_mode": OWN_TEXT},
    "discord_configs": {
        **_all("content title message", OWN_TEXT),
        **_all("username avatar_url", _OWN_LOOKS),
    },
    "rocketchat_configs": {
        **_all("text title title_link", OWN_TEXT),
        **_all("actions color emoji fields icon_url image_url link_names", _OWN_LOOKS),
        **_all("short_fields thumb_url", _OWN_LOOKS),
    },
    "webex_configs": {"message": OWN_TEXT},
    "wechat_configs": {"message": OWN_TEXT, "message_type": OWN_TEXT},
    "msteams_configs": _all("title summary text", OWN_TEXT),
    "msteamsv2_configs": _all("title text", OWN_TEXT),
    "mattermost_configs": {
        **_all("attachments fallback pretext props text title title_link", OWN_TEXT),
        **_all("author_icon author_link author_name color fields footer footer_icon", _OWN_LOOKS),
        **_all("icon_emoji icon_url image_url priority thumb_url type username", _OWN_LOOKS),
    },
}
