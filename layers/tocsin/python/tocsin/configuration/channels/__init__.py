"""The kinds of receivers in `tocsin.yaml`: one module each, and their names here."""

from tocsin.configuration.channels.channel import ChannelBlock
from tocsin.configuration.channels.slack import Slack
from tocsin.configuration.channels.webhook import Webhook

# The block of a receiver is named after its kind.
KINDS: dict[str, type[ChannelBlock]] = {
    "webhook": Webhook,
    "slack": Slack,
}

__all__ = ["KINDS", "ChannelBlock", "Slack", "Webhook"]
