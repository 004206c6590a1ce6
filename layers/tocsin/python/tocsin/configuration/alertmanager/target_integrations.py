"""Webhooks, incident.io, workflows of Teams and topics of SNS of an Alertmanager's file."""

from msgspec.structs import replace
from pydantic import TypeAdapter, ValidationError

from tocsin.configuration.alertmanager.http_calls import credentials_in
from tocsin.configuration.alertmanager.integration_models import IncidentIo, Sns, Teams, Webhook
from tocsin.configuration.alertmanager.making import UNLIMITED, Entry, Making
from tocsin.configuration.channels.awstargets import TopicArn
from tocsin.domain import channels
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

_TOPIC = TypeAdapter(TopicArn)
# incident.io takes 512 KB (Alertmanager, notify/incidentio): 5 KB an alert.
_INCIDENT_IO_ALERTS = 100


def webhook(making: Making, entry: Entry, model: Webhook) -> Receiver | None:
    """Return what an entry of webhook_configs is here."""
    call = making.call(model.http_config, entry.at)
    given = making.given(entry, model, "url")
    url = making.address(given) if given else ""
    reason = call.undeliverable or ("its address is a template" if "{{" in url else "")
    if reason:
        making.undelivered(entry, reason)
        return None
    url, authorization = credentials_in(url)
    return making.receiver(
        entry,
        model,
        "webhook",
        url=url,
        headers=authorization | call.headers,
        timeout_s=making.timeout_s(model.timeout, entry.at),
        max_alerts=model.max_alerts or UNLIMITED,
        truncates=model.max_alerts > 0,
    )


def incidentio(making: Making, entry: Entry, model: IncidentIo) -> Receiver | None:
    """Return what an entry of incidentio_configs is here: a webhook with a token of its source."""
    made = webhook(making, entry, model)
    if made is None:
        return None
    given = making.given(entry, model, "alert_source_token")
    token = {} if given is None else {"Authorization": f"Bearer {making.secret(given)}"}
    most = model.max_alerts or _INCIDENT_IO_ALERTS
    return replace(made, headers=made.headers | token, max_alerts=most, truncates=True)


def teams(making: Making, entry: Entry, model: Teams) -> Receiver | None:
    """Return what an entry of msteams_configs or msteamsv2_configs is here: a card to a webhook."""
    given = making.given(entry, model, "webhook_url")
    url = making.address(given) if given else ""
    if "{{" in url:
        making.undelivered(entry, "its address is a template")
        return None
    if not making.can_call(entry, model, whom="Microsoft Teams"):
        return None
    return making.receiver(entry, model, "teams", settings=channels.Teams(url=Secret(value=url)))


def sns(making: Making, entry: Entry, model: Sns) -> Receiver | None:
    """Return what an entry of sns_configs is here: a topic; it is told without http_config."""
    if not model.topic_arn:
        making.undelivered(
            entry, "tocsin publishes to topics alone; subscribe the target to one, as topic_arn"
        )
        return None
    try:
        arn = _TOPIC.validate_python(model.topic_arn)
    except ValidationError:
        making.undelivered(entry, "topic_arn is not the ARN of one topic")
        return None
    return making.receiver(entry, model, "sns", settings=channels.AwsTarget(arn=arn))
