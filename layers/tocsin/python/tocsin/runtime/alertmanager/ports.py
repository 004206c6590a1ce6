"""What the API of an Alertmanager stands on."""

from collections.abc import Callable

import msgspec

from tocsin.pipeline.alertview import AlertView
from tocsin.ports import Configs, Silences
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.gateway import HttpRequest

# Takes the alerts of a request, the tenant and the present.
Intake = Callable[[HttpRequest, str, float], Reply]


class AlertmanagerPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a request needs; `new_id` makes random UUIDs.

    `intake` takes what is posted to /alerts, where the same process does. An answer may have
    `limit_bytes` on the wire; 0: as many as it likes.
    """

    configs: Configs
    silences: Silences
    view: AlertView
    new_id: Callable[[], str]
    started_at_s: float
    intake: Intake | None = None
    limit_bytes: int = 0
