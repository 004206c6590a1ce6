"""From the receivers of an Alertmanager's configuration to those of the pipeline.

One of its receivers has integrations, each of which is a receiver here, called `NAME/KIND/AT`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tocsin.configuration.alertmanager import (
    email_integration,
    incident_integrations,
    pushover_integration,
    service_integrations,
    slack_integration,
    target_integrations,
    wechat_integration,
)
from tocsin.configuration.alertmanager.http_calls import ReadFile
from tocsin.configuration.alertmanager.leftovers import Leftovers
from tocsin.configuration.alertmanager.making import Entry, Making
from tocsin.configuration.alertmanager.models import Configuration
from tocsin.configuration.alertmanager.models import Receiver as Model
from tocsin.configuration.problems import Location
from tocsin.domain.config import Receiver

# In the order of Alertmanager; the model of each is its own.
_MAKERS: dict[str, Callable[[Making, Entry, Any], Receiver | None]] = {
    "webhook": target_integrations.webhook,
    "email": email_integration.email,
    "pagerduty": incident_integrations.pagerduty,
    "opsgenie": incident_integrations.opsgenie,
    "slack": slack_integration.slack,
    "pushover": pushover_integration.pushover,
    "sns": target_integrations.sns,
    "telegram": service_integrations.telegram,
    "discord": service_integrations.discord,
    "webex": service_integrations.webex,
    "msteams": target_integrations.teams,
    "msteamsv2": target_integrations.teams,
    "mattermost": service_integrations.mattermost,
    "wechat": wechat_integration.wechat,
    "rocketchat": service_integrations.rocketchat,
    "incidentio": target_integrations.incidentio,
}


class Integrations:
    """Makes receivers of one configuration; `wrong` is what stands in the way."""

    def __init__(
        self, configuration: Configuration, leftovers: Leftovers, read_file: ReadFile
    ) -> None:
        self._receivers = configuration.receivers
        self._making = Making(configuration.defaults, leftovers, read_file)

    @property
    def wrong(self) -> list[tuple[Location, str]]:
        """What Alertmanager would refuse, and where."""
        return self._making.wrong

    def receivers(self) -> dict[str, tuple[Receiver, ...]]:
        """Return the receivers of the pipeline by Alertmanager's name for them."""
        return {
            receiver.name: tuple(self._made(receiver, ("receivers", place)))
            for place, receiver in enumerate(self._receivers)
        }

    def _made(self, receiver: Model, at: Location) -> Iterator[Receiver]:
        for kind, make in _MAKERS.items():
            field = f"{kind}_configs"
            for index, model in enumerate(getattr(receiver, field)):
                name = f"{receiver.name}/{kind}/{index}"
                made = make(self._making, Entry(name, receiver.name, (*at, field, index)), model)
                if made is not None:
                    yield made
