"""One try at a receiver: what it is sent, and what came of it, as the metrics hear of it."""

from msgspec.structs import replace

from tocsin.domain.group import Group, Intent
from tocsin.pipeline.attempts import note_attempt
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.intents import Taken, counts_from_s, notification_of
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.recipients import Recipient
from tocsin.pipeline.safecall import Attempt, Delivered, SafeCall, Spread, Verdict
from tocsin.pipeline.turns import Pace

# After so many workers that died holding a group, the next one counts a failure of its intent.
_DEATHS = 2


class Calling:
    """Calls receivers. One a worker: it remembers what it saw taken, and how long that took."""

    def __init__(self, ports: NotifyPorts, pace: Pace, spread: Spread | None) -> None:
        self._safe_call = SafeCall(ports.receivers, ports.breakers, ports.clock, spread)
        self._offers = ports.offers
        self._clock = ports.clock
        self._pace = pace
        self._taken = Taken()

    def sends(self, group: Group, intent: Intent) -> bool:
        """Tell whether the next try at an intent is one, and not only what is known of the last."""
        is_deadly = group.intent is not None and group.holds > _DEATHS
        return intent.key not in self._taken and not is_deadly

    def verdict(
        self, group: Group, intent: Intent, recipient: Recipient, outcome: Outcome
    ) -> Verdict:
        """Try an intent, and say what came of it."""
        found = self._tried(group, intent, recipient, outcome)
        if not isinstance(found, Delivered) and found.has_opened:
            outcome.count("breaker_opened")
            reason = f"a receiver of {group.key.tenant} seems to be down: {found.reason}"
            outcome.warnings.append(reason)
        return found

    def begun(self, intent: Intent) -> Intent:
        """Return an intent as it is tried now, with all who are known to have it already.

        So it is also where this worker could not write that down.
        """
        return replace(intent, tried_at_s=self._clock(), taken=self._taken.part(intent))

    def forget(self, intent: Intent) -> None:
        """Forget an intent, now that it is written down how it ended."""
        self._taken.forget(intent)

    def _tried(
        self, group: Group, intent: Intent, recipient: Recipient, outcome: Outcome
    ) -> Verdict:
        if intent.key in self._taken:
            # It was taken, and this worker could not write that down.
            return Delivered(self._taken.receipt(intent.key))
        attempt = self._attempt(group, intent, recipient)
        if not self.sends(group, intent):
            return self._safe_call.lost(attempt)
        verdict = self._safe_call.call(attempt)
        took_s = self._clock() - intent.tried_at_s
        self._pace.note(group.key.tenant, group.key.receiver, took_s)
        note_attempt(outcome, group, intent, recipient.receiver.kind, verdict)
        if isinstance(verdict, Delivered):
            self._taken.add(intent.key, verdict.receipt)
        else:
            self._taken.add_part(intent.key, verdict.taken)
        return verdict

    def _attempt(self, group: Group, intent: Intent, recipient: Recipient) -> Attempt:
        offers = self._offers(group.key, intent, recipient.receiver)
        return Attempt(
            notification=notification_of(group, intent, recipient, offers),
            owner=group.lease_owner,
            created_at_s=counts_from_s(intent),
            attempts=intent.attempts,
            failed_at_s=intent.failed_at_s,
        )
