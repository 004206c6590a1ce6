"""Slack in an Alertmanager's file: incoming webhooks, and apps by their token."""

from tocsin.configuration.alertmanager import slack_app
from tocsin.configuration.alertmanager.fields import plain
from tocsin.configuration.alertmanager.http_calls import has_credentials
from tocsin.configuration.alertmanager.integration_models import Slack
from tocsin.configuration.alertmanager.making import Entry, Given, Making
from tocsin.domain.config import Receiver


def slack(making: Making, entry: Entry, model: Slack) -> Receiver | None:
    """Return what an entry of slack_configs is here."""
    given = _address(making, entry, model)
    url = given.text if given else None
    if _needs_app(making, model, url):
        return _app(making, entry, model, url)
    if given is None:
        making.wrong.append((entry.at, "needs api_url, or slack_api_url in global"))
        return None
    call = making.call(model.http_config, entry.at)
    for header in call.headers:
        making.leftovers.add(entry.at, f"not taken: Slack is sent no header {header}")
    return making.receiver(
        entry,
        model,
        "slack",
        url=making.address(given),
        channel=_channel(making, entry, model.channel),
        timeout_s=making.timeout_s(model.timeout, entry.at),
    )


def _address(making: Making, entry: Entry, model: Slack) -> Given | None:
    if model.api_url is not None:
        # Even if it is one that is never asked.
        return Given(plain(model.api_url), "", (*entry.at, "api_url"))
    return making.given(entry, model, "api_url", "slack_api_url")


def _needs_app(making: Making, model: Slack, url: str | None) -> bool:
    defaults = making.defaults
    own = plain(model.app_token) or model.app_token_file
    inherits = url is None and (plain(defaults.slack_app_token) or defaults.slack_app_token_file)
    is_own = own or model.app_url or model.update_message
    is_method = slack_app.is_method(url or "")
    return bool(is_own or inherits or is_method or has_credentials(making.http(model.http_config)))


def _app(making: Making, entry: Entry, model: Slack, url: str | None) -> Receiver | None:
    call = making.call(model.http_config, entry.at)
    authorization = call.headers.get("Authorization", "")
    offer = slack_app.offered(model, making.defaults, url, authorization, entry.at)
    reason = call.undeliverable or slack_app.undeliverable(offer, model.channel)
    if offer is None or reason:
        making.undelivered(entry, reason)
        return None
    return making.receiver(
        entry,
        model,
        "slack",
        settings=slack_app.app_of(offer, making.secret(offer.given), model.channel),
        timeout_s=making.timeout_s(model.timeout, entry.at),
    )


def _channel(making: Making, entry: Entry, channel: str) -> str:
    if "{{" not in channel:
        return channel
    making.not_taken(
        entry, "channel", "it is a template; messages go to the channel of the webhook"
    )
    return ""
