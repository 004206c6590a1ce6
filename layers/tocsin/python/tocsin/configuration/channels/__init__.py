"""The kinds of receivers in `tocsin.yaml`: one module each, and their names here."""

from tocsin.configuration.channels.apprise import Apprise
from tocsin.configuration.channels.awstargets import EventBridge, Lambda, Sns, Sqs
from tocsin.configuration.channels.channel import ChannelBlock
from tocsin.configuration.channels.email import Email
from tocsin.configuration.channels.opsgenie import Opsgenie
from tocsin.configuration.channels.pagerduty import PagerDuty
from tocsin.configuration.channels.slack import Slack
from tocsin.configuration.channels.teams import Teams
from tocsin.configuration.channels.webhook import Webhook

# The block of a receiver is named after its kind.
KINDS: dict[str, type[ChannelBlock]] = {
    "webhook": Webhook,
    "slack": Slack,
    "pagerduty": PagerDuty,
    "opsgenie": Opsgenie,
    "teams": Teams,
    "email": Email,
    "sns": Sns,
    "sqs": Sqs,
    "eventbridge": EventBridge,
    "lambda": Lambda,
    "apprise": Apprise,
}

__all__ = [
    "KINDS",
    "Apprise",
    "ChannelBlock",
    "Email",
    "EventBridge",
    "Lambda",
    "Opsgenie",
    "PagerDuty",
    "Slack",
    "Sns",
    "Sqs",
    "Teams",
    "Webhook",
]
