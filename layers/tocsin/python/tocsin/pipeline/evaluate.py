"""Evaluate: merge events into the state, commit it, poke notify, and tell the rules over alerts.

The commit comes before the poke. A crash between the two is mended by the redelivery, which
finds its events merged already and pokes again, and at the latest by the due time that the
commit left in the index. What rules are told is found in the state, and so again as well.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil

import msgspec

from tocsin.domain.aliases import with_namesakes
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError, Conflict, TocsinError
from tocsin.domain.flush import survey, work_at_s
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.grouping import (
    MESSAGE_WAIT_S,
    Applied,
    apply_actions,
    apply_changes,
    apply_findings,
    apply_timeouts,
    finish,
)
from tocsin.domain.routing import receiver_of
from tocsin.pipeline.actions import unpack_orders
from tocsin.pipeline.batch import Delivery, Outcome, each_tenant
from tocsin.pipeline.cases import send_cases, unpack_found
from tocsin.pipeline.changes import unpack_changes
from tocsin.pipeline.escalating import Escalating
from tocsin.pipeline.former import FormerRoutes
from tocsin.pipeline.happenings import send_happenings
from tocsin.pipeline.heard import Heard
from tocsin.pipeline.poke import pack_pokes, unpack_pokes
from tocsin.pipeline.recipients import Recipients
from tocsin.pipeline.wanted import Wanted, Work, by_group, where_they_fire
from tocsin.ports import Blobs, Configs, Groups, Outbox, Queue, Silences

# A conflict means that another worker made progress; the queue's redelivery is the last resort.
_COMMIT_TRIES = 8
_TOGETHER_S = 0.05


class EvaluatePorts(msgspec.Struct, frozen=True, kw_only=True):
    """What evaluate needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    groups: Groups
    configs: Configs
    silences: Silences


class Evaluate:
    """Handle batches of changes and of groups whose alerts may have timed out.

    One object a worker, since it remembers former ways of routing.
    """

    def __init__(
        self, ports: EvaluatePorts, heard: Heard | None = None, *, investigates: bool = True
    ) -> None:
        self._ports = ports
        self._investigates = investigates
        self._heard = heard or Heard(0)
        self._former = FormerRoutes(ports.configs)
        self._recipients = Recipients(ports.configs)
        self._escalating = Escalating(ports.groups, ports.silences, self._recipients)

    def handle(
        self, deliveries: Sequence[Delivery], now_s: float, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch; messages in `failed` must come back."""

        def handle_tenant(tenant: str, own: list[Delivery], outcome: Outcome) -> None:
            self._process(tenant, own, now_s, outcome)

        return each_tenant(deliveries, handle_tenant, has_time)

    def _process(self, tenant: str, own: list[Delivery], now_s: float, outcome: Outcome) -> None:
        work = self._unpack(own, outcome)
        config = self._ports.configs.current(tenant)
        if config is None:
            raise ConfigurationError(f"tenant {tenant} has no configuration; run config apply")
        history = self._former.before(config) if work.changes or work.found else []
        wanted = by_group(config, history, work)
        outcome.count("changes", sum(len(each.changes) for each in wanted.values()))
        for _ in range(_COMMIT_TRIES):
            applied = self._merge(config, wanted, now_s, outcome)
            if applied is not None:
                break
        else:
            raise Conflict("other workers kept changing the same groups", retry_after_s=1)
        self._poke(applied, own[0], now_s)
        # The group of an escalation step hears of its alerts from another one here.
        groups = (each.group for each in applied if each.group.key in wanted)
        visited = [(group, wanted[group.key].events) for group in groups]
        since_s = min(delivery.envelope.at_s for delivery in own)
        outbox, blobs = self._ports.outbox, self._ports.blobs
        send_happenings(config, visited, own[0].envelope, since_s, outbox, blobs)
        if self._investigates:
            send_cases(config, visited, own[0].envelope, outbox, blobs)

    def _unpack(self, own: list[Delivery], outcome: Outcome) -> Work:
        work = Work()
        for delivery in own:
            try:
                if delivery.envelope.kind == "changes":
                    work.changes.extend(unpack_changes(delivery.envelope, self._ports.blobs))
                elif delivery.envelope.kind == "actions":
                    work.orders.extend(unpack_orders(delivery.envelope, self._ports.blobs))
                elif delivery.envelope.kind == "findings":
                    work.found.extend(unpack_found(delivery.envelope, self._ports.blobs))
                else:
                    pokes = unpack_pokes(delivery.envelope, self._ports.blobs)
                    work.timeouts.extend(poke.key for poke in pokes)
            except TocsinError as error:
                outcome.fail([delivery], error)
        return work

    def _merge(
        self,
        config: TenantConfig,
        wanted: dict[GroupKey, Wanted],
        now_s: float,
        outcome: Outcome,
    ) -> list[Applied] | None:
        """Read, merge and commit; None if another worker was first and all must be redone."""
        stored = self._ports.groups.read(list(wanted))
        applied = [
            self._apply(stored.get(key) or Group(key=key), wanted_here, config, now_s)
            for key, wanted_here in where_they_fire(wanted, stored).items()
            if key in stored or wanted_here.changes
        ]
        climbs = Outcome()
        applied = self._escalating.follow(config, stored, applied, now_s, climbs)
        changed: list[Group] = []
        for each in applied:
            timing = self._recipients.timing(config, each.group)
            if each.is_changed:
                changed.append(finish(each, config, timing, now_s))
            else:
                # What was merged before may have been forgotten by whoever merged it.
                each.work_at_s = work_at_s(each.group, survey(each.group), timing, now_s)
        records = [record for each in applied for record in each.records]
        if changed or records:
            try:
                self._ports.groups.commit(changed, records, now_s)
            except Conflict:
                outcome.count("conflicts")
                return None
        outcome.count("groups", len(changed))
        for name, count in climbs.counts.items():
            outcome.count(name, count)
        return applied

    def _apply(self, group: Group, wanted: Wanted, config: TenantConfig, now_s: float) -> Applied:
        """Merge the events first: one of them may repeat what would else time out."""
        members = group.members
        known = [each for each in wanted.if_known if any(name in members for name in each.names)]
        changes = with_namesakes(members, wanted.changes + known, config.fingerprints)
        applied = apply_actions(apply_changes(group, changes, now_s), wanted.actions, now_s)
        if wanted.found:
            receiver = receiver_of(config, group.key.receiver)
            at_once = receiver is not None and receiver.takes_updates
            applied = apply_findings(applied, wanted.found, now_s, at_once=at_once)
        if group.resolve_due_at_s is None or group.resolve_due_at_s > now_s:
            return applied
        held = self._heard.extended(applied.group, now_s)
        timed_out = apply_timeouts(applied.group, now_s, held)
        return Applied(
            is_new=applied.is_new,
            group=timed_out.group,
            records=applied.records + timed_out.records,
            is_changed=applied.is_changed or timed_out.is_changed,
        )

    def _poke(self, applied: Iterable[Applied], first: Delivery, now_s: float) -> None:
        """Let notify look at these groups when each is due, if that is soon."""
        piles: dict[tuple[Queue, float], list[GroupKey]] = {}
        for each in applied:
            if each.work_at_s is not None and each.work_at_s - now_s <= MESSAGE_WAIT_S:
                group, wait_s = each.group, each.work_at_s - now_s
                queue: Queue = "notify-urgent" if group.urgent else "notify"
                # Those that are due at nearly the same time share a message.
                pile = (queue, ceil(round(wait_s / _TOGETHER_S, 3)) * _TOGETHER_S)
                piles.setdefault(pile, []).append(group.key)
        for (queue, wait_s), keys in sorted(piles.items(), reverse=True):
            name = (
                f"{first.envelope.id}.{queue}.{wait_s:g}"
                if wait_s
                else f"{first.envelope.id}.{queue}"
            )
            messages = pack_pokes(keys, name, now_s, self._ports.blobs)
            self._ports.outbox.send(queue, list(messages), wait_s)
