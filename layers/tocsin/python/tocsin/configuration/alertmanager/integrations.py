"""From the receivers of an Alertmanager's configuration to those of the pipeline.

One of its receivers has integrations, each of which is a receiver here, called `NAME/KIND/AT`.
"""

from tocsin.configuration.alertmanager import slack_app
from tocsin.configuration.alertmanager.fields import MASKED, url_problem
from tocsin.configuration.alertmanager.http_calls import (
    Call,
    ReadFile,
    call_of,
    credentials_in,
    has_credentials,
    read_secret,
)
from tocsin.configuration.alertmanager.http_models import HttpConfig
from tocsin.configuration.alertmanager.leftovers import Leftovers
from tocsin.configuration.alertmanager.models import Configuration, Slack, Webhook
from tocsin.configuration.alertmanager.policies import BREAKER, RETRY
from tocsin.configuration.problems import Location
from tocsin.domain.config import Receiver

# As long as the lease of notify allows for.
LONGEST_TIMEOUT_S = 10.0
SHORTEST_TIMEOUT_S = 0.1
# More alerts than a group can hold.
UNLIMITED = 1_000_000

_UNDELIVERED = "not delivered by tocsin yet: "
# Where a file was exported: its secrets are not in it.
EXPORTED = f"is {MASKED}, as Alertmanager shows what is secret; put the secret itself there"


class Integrations:
    """Makes receivers of one configuration; `wrong` is what stands in the way."""

    def __init__(
        self, configuration: Configuration, leftovers: Leftovers, read_file: ReadFile
    ) -> None:
        self._receivers = configuration.receivers
        self._defaults = configuration.defaults
        self._leftovers = leftovers
        self._read_file = read_file
        self.wrong: list[tuple[Location, str]] = []

    def receivers(self) -> dict[str, tuple[Receiver, ...]]:
        """Return the receivers of the pipeline by Alertmanager's name for them."""
        found: dict[str, tuple[Receiver, ...]] = {}
        for place, receiver in enumerate(self._receivers):
            at = ("receivers", place)
            made = [
                self._webhook(receiver.name, index, model, (*at, "webhook_configs", index))
                for index, model in enumerate(receiver.webhook_configs)
            ]
            made += [
                self._slack(receiver.name, index, model, (*at, "slack_configs", index))
                for index, model in enumerate(receiver.slack_configs)
            ]
            found[receiver.name] = tuple(each for each in made if each is not None)
        return found

    def _webhook(
        self, name: str, index: int, model: Webhook, location: Location
    ) -> Receiver | None:
        call = self._call(model.http_config, location)
        url = self._address(model.url.get_secret_value(), model.url_file, location, "url")
        reason = call.undeliverable or ("its address is a template" if "{{" in url else "")
        if reason:
            self._leftovers.add(location, _UNDELIVERED + reason, is_undelivered=True)
            return None
        url, authorization = credentials_in(url)
        return Receiver(
            name=f"{name}/webhook/{index}",
            kind="webhook",
            url=url,
            headers=authorization | call.headers,
            send_resolved=model.send_resolved,
            timeout_s=self._timeout_s(model.timeout, location),
            max_alerts=model.max_alerts or UNLIMITED,
            truncates=model.max_alerts > 0,
            shown_as=name,
            retry=RETRY,
            breaker=BREAKER,
        )

    def _slack(self, name: str, index: int, model: Slack, location: Location) -> Receiver | None:
        given = model if model.api_url is not None or model.api_url_file else None
        inherited = self._defaults
        url, file = (
            (given.api_url, given.api_url_file)
            if given
            else (inherited.slack_api_url, inherited.slack_api_url_file)
        )
        place = location if given else ("global",)
        name_of_url = "api_url" if given else "slack_api_url"
        given_url = url.get_secret_value() if url else "" if file else None
        if self._needs_app(model, given_url):
            return self._slack_app(f"{name}/slack/{index}", name, model, given_url, location)
        if url is None and not file:
            self.wrong.append((location, "needs api_url, or slack_api_url in global"))
            return None
        call = self._call(model.http_config, location)
        for header in call.headers:
            self._leftovers.add(location, f"not taken: Slack is sent no header {header}")
        return Receiver(
            name=f"{name}/slack/{index}",
            kind="slack",
            url=self._address(url.get_secret_value() if url else "", file, place, name_of_url),
            channel=self._channel(model.channel, location),
            send_resolved=model.send_resolved,
            timeout_s=self._timeout_s(model.timeout, location),
            max_alerts=UNLIMITED,
            shown_as=name,
            retry=RETRY,
            breaker=BREAKER,
        )

    def _needs_app(self, model: Slack, url: str | None) -> bool:
        own = model.app_token.get_secret_value() or model.app_token_file
        inherited = self._defaults.slack_app_token.get_secret_value()
        inherits = url is None and (inherited or self._defaults.slack_app_token_file)
        is_own = own or model.app_url or model.update_message
        is_method = slack_app.is_method(url or "")
        return bool(
            is_own or inherits or is_method or has_credentials(self._http(model.http_config))
        )

    def _slack_app(
        self, name: str, shown_as: str, model: Slack, url: str | None, location: Location
    ) -> Receiver | None:
        call = self._call(model.http_config, location)
        authorization = call.headers.get("Authorization", "")
        offer = slack_app.offered(model, self._defaults, url, authorization, location)
        reason = call.undeliverable or slack_app.undeliverable(offer, model.channel)
        if offer is None or reason:
            self._leftovers.add(location, _UNDELIVERED + reason, is_undelivered=True)
            return None
        return Receiver(
            name=name,
            kind="slack",
            settings=slack_app.app_of(offer, self._token(offer), model.channel),
            send_resolved=model.send_resolved,
            timeout_s=self._timeout_s(model.timeout, location),
            max_alerts=UNLIMITED,
            shown_as=shown_as,
            retry=RETRY,
            breaker=BREAKER,
        )

    def _token(self, offer: slack_app.Offer) -> str:
        token, problem = offer.token, ""
        if offer.file:
            token, problem = read_secret(self._read_file, offer.file)
            problem = problem or ("" if token else "the file is empty")
        if token == MASKED:
            problem = EXPORTED
        if problem:
            *parent, field = offer.at
            self.wrong.append(((*parent, f"{field}_file" if offer.file else field), problem))
        return token

    def _http(self, own: HttpConfig | None) -> HttpConfig | None:
        return own if own is not None else self._defaults.http_config

    def _call(self, own: HttpConfig | None, location: Location) -> Call:
        place = (*location, "http_config") if own is not None else ("global", "http_config")
        call = call_of(self._http(own), place, self._read_file)
        self.wrong.extend(call.wrong)
        for where, message in call.not_taken:
            self._leftovers.add(where, message)
        return call

    def _address(self, text: str, file: str, location: Location, name: str) -> str:
        if file:
            # Alertmanager reads it when it sends, and fails then.
            text, problem = read_secret(self._read_file, file)
            problem = problem or url_problem(text)
            if problem:
                self.wrong.append(((*location, f"{name}_file"), problem))
        if text == MASKED:
            self.wrong.append(((*location, name), EXPORTED))
        return text

    def _timeout_s(self, timeout_s: float, location: Location) -> float:
        if timeout_s > LONGEST_TIMEOUT_S:
            message = f"not taken: tocsin waits for {LONGEST_TIMEOUT_S:g}s at most"
            self._leftovers.add((*location, "timeout"), message)
        return min(max(timeout_s or LONGEST_TIMEOUT_S, SHORTEST_TIMEOUT_S), LONGEST_TIMEOUT_S)

    def _channel(self, channel: str, location: Location) -> str:
        if "{{" not in channel:
            return channel
        message = "not taken: it is a template; messages go to the channel of the webhook"
        self._leftovers.add((*location, "channel"), message)
        return ""
