"""How alerts that rules make enter the pipeline: decided, written, sent, noted (ADR 0012).

What was decided stands in the rule's state until it is certainly in the queue. So a crash in
between repeats the sending and nothing else, under the same name and with the same content,
which the pipeline recognises.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.errors import Conflict
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.pipeline.ingest import Request, pack_request
from tocsin.ports import Blobs, Outbox, OutMessage, Queue, RuleStates
from tocsin.providers.own import OWN

# What one message carries, as a request of a sender would.
_ALERTS_LIMIT = 1000


class Publisher:
    """Write the states of rules, and send the alerts that stand in them."""

    def __init__(self, states: RuleStates, outbox: Outbox, blobs: Blobs) -> None:
        self._states = states
        self._outbox = outbox
        self._blobs = blobs

    def write(self, before: RuleState, evaluated: Evaluated, at_s: float) -> RuleState:
        """Store what came of an evaluation, if it is news, and return it with its new version.

        That it took place is none: a rule that fires on costs no write. Raises Conflict if another
        worker was first or has alerts to send yet, and Permanent if it is too large to store.
        """
        after = evaluated.state
        if replace(after, evaluated_at_s=before.evaluated_at_s) == before and not evaluated.alerts:
            return before
        if evaluated.alerts:
            if before.outgoing:
                raise Conflict("what was decided before is not sent yet")
            after = replace(
                after,
                outgoing=evaluated.alerts,
                outgoing_at_s=at_s,
                sequence=before.sequence + 1,
            )
        if after.is_empty and before.version == 0:
            return after
        self._states.write(after)
        return replace(after, version=after.version + 1)

    def send(self, states: Iterable[RuleState]) -> list[RuleState]:
        """Send what stands in these states; return those of which something was sent.

        Returns only when the queues confirmed all of it.
        """
        sent = [state for state in states if state.outgoing]
        piles: dict[Queue, list[OutMessage]] = {}
        for state in sent:
            for queue, message in self._packed(state):
                piles.setdefault(queue, []).append(message)
        for queue in sorted(piles, reverse=True):
            self._outbox.send(queue, piles[queue])
        return sent

    def note(self, sent: Iterable[RuleState]) -> list[RuleState]:
        """Take out of the states what was sent, and return them as they are then.

        One that another worker has changed meanwhile is left out: that one has sent the same.
        """
        noted: list[RuleState] = []
        for state in sent:
            after = replace(state, outgoing=(), outgoing_at_s=0.0)
            with suppress(Conflict):
                self._states.write(after)
                noted.append(replace(after, version=0 if after.is_empty else after.version + 1))
        return noted

    def _packed(self, state: RuleState) -> Iterator[tuple[Queue, OutMessage]]:
        for start in range(0, len(state.outgoing), _ALERTS_LIMIT):
            alerts = state.outgoing[start : start + _ALERTS_LIMIT]
            yield from pack_request(_request(state, alerts, start), self._blobs)


def _request(state: RuleState, alerts: Sequence[Alert], start: int) -> Request:
    # A state that was deleted begins to count anew, so the time is in the name as well.
    moment = round(state.outgoing_at_s * 1000)
    rule = blake2b(state.rule.encode(), digest_size=8).hexdigest()
    body = msgspec.json.encode(alerts)
    return Request(
        id=f"rule-{rule}-{moment}-{state.sequence}-{start}",
        tenant=state.tenant,
        provider=OWN,
        body=body,
        payload=msgspec.json.decode(body),
        received_at_s=state.outgoing_at_s,
    )
