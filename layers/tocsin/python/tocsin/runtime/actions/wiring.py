"""The routes of links in the api function; imported when the first request asks for one."""

from collections.abc import Callable
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.secrets import KeptSecrets
from tocsin.adapters.slackreplies import SlackReplies
from tocsin.pipeline.pressing import Presses
from tocsin.ports import Groups, Silences
from tocsin.runtime.actionkey import action_key
from tocsin.runtime.actions.dispatch import handle
from tocsin.runtime.actions.ports import ActionPorts
from tocsin.runtime.actions.slack import PATH, SAYS_UNTIL_S, WAITS_S, press
from tocsin.runtime.alertmanager.replies import to_proxy
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest, answer
from tocsin.runtime.lifecycle.ports import LifecyclePorts
from tocsin.runtime.settings import ApiSettings
from tocsin.runtime.worker import Context

# What must be left of the time of an invocation to read on.
_RESERVE_MS = 5_000


def action_ports(
    settings: ApiSettings, lifecycle: LifecyclePorts, groups: Groups, silences: Silences
) -> ActionPorts:
    """Wire what the routes of links stand on."""
    return ActionPorts(
        configs=lifecycle.configs,
        presses=Presses(
            groups=groups,
            alerts=lifecycle.alerts,
            silences=silences,
            outbox=lifecycle.outbox,
            blobs=lifecycle.blobs,
        ),
        key=action_key(settings.action_secret_arn, lambda: client("secretsmanager")),
        secret=KeptSecrets(client, now_s),
        reply=SlackReplies(),
    )


def answer_action(
    request: HttpRequest, ports: Callable[[], ActionPorts], context: Context
) -> dict[str, Any]:
    """Answer a request with a link, or a press of a button in Slack.

    Raises InvalidInput for a press that it refuses: that answers a program, a link a person.
    """
    began_at_s = now_s()
    is_press = request.resource == PATH

    def has_time() -> bool:
        # Slack gives up after three seconds, and the user sees a warning.
        is_late = is_press and now_s() > began_at_s + WAITS_S
        return not is_late and context.get_remaining_time_in_millis() > _RESERVE_MS

    if not is_press:
        return to_proxy(handle(request, ports(), began_at_s, has_time))
    press(request, ports(), began_at_s, has_time, lambda: began_at_s + SAYS_UNTIL_S - now_s())
    answered: dict[str, Any] = answer(200)
    return answered
