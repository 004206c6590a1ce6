"""The app of an Alertmanager's slack_configs: its token, and where its Web API is.

Alertmanager takes a token as `app_token`, an entry's own or the default one, or as the credentials
of http_config beside chat.postMessage as `api_url`
(prometheus.io/docs/alerting/latest/configuration, "slack_config").
"""

from urllib.parse import urlsplit

import msgspec

from tocsin.configuration.alertmanager.defaults_model import Global
from tocsin.configuration.alertmanager.integration_models import Slack
from tocsin.configuration.alertmanager.making import Given
from tocsin.configuration.problems import Location
from tocsin.domain.channels import SlackApp
from tocsin.domain.secret import Secret

_API = "https://slack.com/api"
_METHOD = "/chat.postMessage"
POST_MESSAGE = _API + _METHOD
_BEARER = "Bearer "


class Offer(msgspec.Struct, frozen=True):
    """The token that is given, and the method that it is for."""

    given: Given
    method_url: str


def is_method(url: str) -> bool:
    """Tell whether an address is one of Slack's Web API, and so no incoming webhook's."""
    parts = urlsplit(url)
    return parts.hostname == "slack.com" and parts.path.startswith("/api/")


def offered(
    model: Slack, defaults: Global, url: str | None, authorization: str, location: Location
) -> Offer | None:
    """Return the token that an entry posts with; None if it has none.

    `url` is the address that it has, "" if that is in a file, None if there is none;
    `authorization` is the header that its http_config makes.
    """
    app_url = model.app_url or defaults.slack_app_url
    method_url = app_url.get_secret_value() if app_url else POST_MESSAGE
    own, default = model.app_token.get_secret_value(), defaults.slack_app_token.get_secret_value()
    if own or model.app_token_file:
        return _offer(own, model.app_token_file, (*location, "app_token"), method_url)
    if url and is_method(url) and authorization.startswith(_BEARER):
        return _offer(authorization.removeprefix(_BEARER), "", (*location, "http_config"), url)
    if url is None and (default or defaults.slack_app_token_file):
        at = ("global", "slack_app_token")
        return _offer(default, defaults.slack_app_token_file, at, method_url)
    return None


def _offer(token: str, file: str, at: Location, method_url: str) -> Offer:
    *block, field = at
    return Offer(Given(token, file, (*block, f"{field}_file" if file else field)), method_url)


def undeliverable(offer: Offer | None, channel: str) -> str:
    """Return why an app cannot post, "" if it can."""
    if offer is None:
        return "the token of an app is missing beside what only an app can do"
    if not offer.method_url.endswith(_METHOD):
        return "the token of an app is taken for chat.postMessage alone"
    if not channel or "{{" in channel:
        return "the token of an app needs a channel that is no template"
    return ""


def app_of(offer: Offer, token: str, channel: str) -> SlackApp:
    """Return the app as the pipeline uses it."""
    api_url = offer.method_url.removesuffix(_METHOD)
    return SlackApp(
        token=Secret(value=token), channel=channel, api_url="" if api_url == _API else api_url
    )
