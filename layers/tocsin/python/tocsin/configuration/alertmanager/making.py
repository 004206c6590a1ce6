"""What integrations of all kinds need to become receivers of the pipeline."""

from typing import Any

import msgspec

from tocsin.configuration.alertmanager.defaults_model import Global
from tocsin.configuration.alertmanager.fields import MASKED, plain, url_problem
from tocsin.configuration.alertmanager.http_calls import Call, ReadFile, call_of, read_secret
from tocsin.configuration.alertmanager.http_models import HttpConfig
from tocsin.configuration.alertmanager.integration_models import HttpIntegration, Integration
from tocsin.configuration.alertmanager.leftovers import Leftovers
from tocsin.configuration.alertmanager.policies import BREAKER, RETRY
from tocsin.configuration.block import Block
from tocsin.configuration.problems import Location
from tocsin.domain.config import Receiver, ReceiverKind

# As long as the lease of notify allows for.
LONGEST_TIMEOUT_S = 10.0
SHORTEST_TIMEOUT_S = 0.1
# More alerts than a group can hold.
UNLIMITED = 1_000_000

_UNDELIVERED = "not delivered by tocsin yet: "
# Where a file was exported: its secrets are not in it.
EXPORTED = f"is {MASKED}, as Alertmanager shows what is secret; put the secret itself there"
# What stands for a file that is not read.
UNREAD = "https://unread.invalid/"


class Entry(msgspec.Struct, frozen=True):
    """Where an integration stands, what its receiver is called, and by which name it is shown."""

    name: str
    shown_as: str
    at: Location


class Given(msgspec.Struct, frozen=True):
    """A secret or, if `file` is not "", where it is; `place` is the field that says so."""

    text: str
    file: str
    place: Location


class Making:
    """The defaults, the files and the books of one configuration.

    `wrong` is what stands in the way, as it would for Alertmanager.
    """

    def __init__(self, defaults: Global, leftovers: Leftovers, read_file: ReadFile) -> None:
        self.defaults = defaults
        self.leftovers = leftovers
        self.read_file = read_file
        self.wrong: list[tuple[Location, str]] = []

    def receiver(
        self, entry: Entry, model: Integration, kind: ReceiverKind, **fields: Any
    ) -> Receiver:
        """Return a receiver with what is the same for all."""
        given = {"max_alerts": UNLIMITED, "retry": RETRY, "breaker": BREAKER, **fields}
        return Receiver(
            name=entry.name,
            kind=kind,
            shown_as=entry.shown_as,
            send_resolved=model.send_resolved,
            **given,
        )

    def undelivered(self, entry: Entry, reason: str) -> None:
        """Note that nobody hears by this integration, and why."""
        self.leftovers.add(entry.at, _UNDELIVERED + reason, is_undelivered=True)

    def not_taken(self, entry: Entry, field: str, reason: str) -> None:
        """Note that a field is not taken, and why."""
        self.leftovers.add((*entry.at, field), f"not taken: {reason}")

    def can_call(self, entry: Entry, model: HttpIntegration, *, whom: str) -> bool:
        """Tell whether the http_config lets an integration be told; what is not sent is noted."""
        call = self.call(model.http_config, entry.at)
        for header in call.headers:
            self.leftovers.add(entry.at, f"not taken: {whom} is sent no header {header}")
        if call.undeliverable:
            self.undelivered(entry, call.undeliverable)
        return not call.undeliverable

    def call(self, own: HttpConfig | None, location: Location) -> Call:
        """Return what http_config makes of calls: an entry's own, or else the global one."""
        place = (*location, "http_config") if own is not None else ("global", "http_config")
        call = call_of(self.http(own), place, self.read_file)
        self.wrong.extend(call.wrong)
        for where, message in call.not_taken:
            self.leftovers.add(where, message)
        return call

    def http(self, own: HttpConfig | None) -> HttpConfig | None:
        """Return the http_config in force."""
        return own if own is not None else self.defaults.http_config

    def given(self, entry: Entry, model: Block, field: str, default: str = "") -> Given | None:
        """Return what an entry has as `field`, or else what `global` has as `default`."""
        for block, name, at in ((model, field, entry.at), (self.defaults, default, ("global",))):
            text, file = (plain(getattr(block, each, "")) for each in (name, f"{name}_file"))
            if text or file:
                return Given(text, file, (*at, f"{name}_file" if file else name))
        return None

    def secret(self, given: Given) -> str:
        """Return a secret that stands in the configuration, or in a file."""
        text, problem = self._held(given)
        if given.file and not problem and not text:
            problem = "the file is empty"
        if problem:
            self.wrong.append((given.place, problem))
        return text

    def address(self, given: Given) -> str:
        """Return an address that stands in the configuration, or in a file."""
        text, problem = self._held(given)
        # Alertmanager reads a file when it sends, and fails then.
        problem = problem or (url_problem(text) if given.file else "")
        if problem:
            self.wrong.append((given.place, problem))
        return text

    def _held(self, given: Given) -> tuple[str, str]:
        if given.file:
            return read_secret(self.read_file, given.file)
        return given.text, EXPORTED if given.text == MASKED else ""

    def timeout_s(self, timeout_s: float, location: Location) -> float:
        """Return how long an answer is waited for; 0 is for as long as can be."""
        if timeout_s > LONGEST_TIMEOUT_S:
            message = f"not taken: tocsin waits for {LONGEST_TIMEOUT_S:g}s at most"
            self.leftovers.add((*location, "timeout"), message)
        return min(max(timeout_s or LONGEST_TIMEOUT_S, SHORTEST_TIMEOUT_S), LONGEST_TIMEOUT_S)


def is_known(text: str) -> bool:
    """Tell whether a secret is there, and not only where it would be."""
    return text != MASKED and not text.startswith(UNREAD)
