"""The routes of links in the api function; imported when the first request asks for one."""

from collections.abc import Callable
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.secrets import KeptSecrets, SecretsManager
from tocsin.pipeline.pressing import Presses
from tocsin.ports import Groups, Silences
from tocsin.runtime.actions.dispatch import handle
from tocsin.runtime.actions.ports import ActionPorts
from tocsin.runtime.alertmanager.replies import to_proxy
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.lifecycle.ports import LifecyclePorts
from tocsin.runtime.settings import ApiSettings
from tocsin.runtime.worker import Context

# What must be left of the time of an invocation to read on.
_RESERVE_MS = 5_000


def action_ports(
    settings: ApiSettings, lifecycle: LifecyclePorts, groups: Groups, silences: Silences
) -> ActionPorts:
    """Wire what the routes of links stand on."""
    secrets = SecretsManager(client("secretsmanager"))
    return ActionPorts(
        configs=lifecycle.configs,
        presses=Presses(
            groups=groups,
            alerts=lifecycle.alerts,
            silences=silences,
            outbox=lifecycle.outbox,
            blobs=lifecycle.blobs,
        ),
        key=lambda: secrets.get(settings.action_secret_arn).encode(),
        secret=KeptSecrets(client, now_s),
    )


def answer_link(
    request: HttpRequest, ports: Callable[[], ActionPorts], context: Context
) -> dict[str, Any]:
    """Answer a request with a link."""

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    return to_proxy(handle(request, ports(), now_s(), has_time))
