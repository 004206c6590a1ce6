"""PagerDuty and Opsgenie in an Alertmanager's file.

Source: Alertmanager, notify/pagerduty (which version of the API a key is for) and notify/opsgenie
(responders, and the path of an address).
"""

from collections.abc import Iterator
from typing import Literal

from tocsin.configuration.alertmanager.fields import plain
from tocsin.configuration.alertmanager.integration_models import (
    Opsgenie,
    OpsgenieResponder,
    PagerDuty,
)
from tocsin.configuration.alertmanager.making import Entry, Making
from tocsin.domain import channels
from tocsin.domain.channels import Responder
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

_KINDS: dict[str, Literal["team", "user", "escalation", "schedule"]] = {
    "team": "team",
    "user": "user",
    "escalation": "escalation",
    "schedule": "schedule",
}
_OLD_KEY = (
    "service_key is for version 1 of PagerDuty's API; add an integration of the type Events API v2 "
    "to the service, and give its key as routing_key"
)

_TEMPLATE = "it is a template; receivers of their own, and routes to them, do what it does"


def pagerduty(making: Making, entry: Entry, model: PagerDuty) -> Receiver | None:
    """Return what an entry of pagerduty_configs is here."""
    if plain(model.service_key) or model.service_key_file:
        making.undelivered(entry, _OLD_KEY)
        return None
    given = making.given(entry, model, "routing_key")
    if given is None or not making.can_call(entry, model, whom="PagerDuty"):
        return None
    key = Secret(value=making.secret(given))
    url = plain(model.url or making.defaults.pagerduty_url)
    return making.receiver(
        entry,
        model,
        "pagerduty",
        settings=channels.PagerDuty(routing_key=key, url=url),
        timeout_s=making.timeout_s(model.timeout, entry.at),
    )


def opsgenie(making: Making, entry: Entry, model: Opsgenie) -> Receiver | None:
    """Return what an entry of opsgenie_configs is here."""
    given = making.given(entry, model, "api_key", "opsgenie_api_key")
    if given is None:
        making.wrong.append((entry.at, "needs api_key, or opsgenie_api_key in global"))
        return None
    if not making.can_call(entry, model, whom="Opsgenie"):
        return None
    settings = channels.Opsgenie(
        api_key=Secret(value=making.secret(given)),
        url=plain(model.api_url or making.defaults.opsgenie_api_url).rstrip("/"),
        responders=tuple(_responders(making, entry, model)),
    )
    return making.receiver(entry, model, "opsgenie", settings=settings)


def _responders(making: Making, entry: Entry, model: Opsgenie) -> Iterator[Responder]:
    for index, each in enumerate(model.responders):
        if any("{{" in text for text in (each.id, each.name, each.username, each.type)):
            making.leftovers.add((*entry.at, "responders", index), f"not taken: {_TEMPLATE}")
            continue
        yield from _of_one(each)


def _of_one(model: OpsgenieResponder) -> Iterator[Responder]:
    kind = model.type.lower()
    if kind == "teams":
        for name in filter(None, map(str.strip, model.name.split(","))):
            yield Responder(kind="team", name=name)
    elif model.id:
        yield Responder(kind=_KINDS[kind], id=model.id)
    else:
        yield Responder(kind=_KINDS[kind], name=model.username or model.name)
