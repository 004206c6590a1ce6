"""A channel of a Slack workspace that stands for the real one, for tests of the app."""

from cli.vendors import slackschema
from cli.vendors.slackworkspace import TOKEN, Workspace
from tests.builders import T0, alert, receiver
from tests.channels import tools
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import SlackApp
from tocsin.domain.group import GroupKey, Thread
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

DOWN, SLOW = alert("Down", starts_at_s=T0), alert("Slow", starts_at_s=T0)
OVER = alert("Down", status="resolved", starts_at_s=T0, ends_at_s=T0 + 60.0)
SECRET = Secret(name="tocsin/acme/slack")


class Channel:
    """A channel of a workspace, and the receiver that leads there."""

    def __init__(self, server):
        self.server = server
        self.workspace = Workspace()
        server.respond = self.workspace.answer
        self.app = SlackApp(token=SECRET, channel="#ops", api_url=server.url)
        self.tools = tools({SECRET.name: TOKEN})

    def send(self, *alerts, receipt=None, new=None, reason="", **fields):
        notification = Notification(
            key="toc_1",
            receiver=receiver(kind="slack", url="", settings=self.app, **fields),
            group=GroupKey("acme", "oncall"),
            alerts=alerts,
            attempt=1,
            new=len(alerts) if new is None else new,
            reason=reason,
            thread=None if receipt is None else Thread("toc_0", receipt),
        )
        return ChannelReceivers(self.tools).send(notification)

    @property
    def shown(self):
        """What stands in the channel, but for what is in threads."""
        return [
            slackschema.text(each.arguments).splitlines()[0]
            for each in self.workspace.messages
            if not each.thread_ts or each.is_broadcast
        ]

    @property
    def answers(self):
        return [
            slackschema.text(each.arguments).splitlines()[0]
            for each in self.workspace.messages
            if each.thread_ts
        ]
