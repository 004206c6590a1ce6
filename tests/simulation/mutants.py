"""Bugs to plant, so that it is known what the oracle notices.

Each is a way in which this pipeline could be wrong, and most were tempting: a condition left
out, two effects in the other order, a case forgotten.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest

from tests.simulation.climbmutants import PLANTED, PLANTED_IN_POLICIES
from tests.simulation.incidentmutants import PLANTED_IN_INCIDENTS
from tests.simulation.pacemutants import PLANTED_IN_PACES
from tocsin.adapters.memory import MemoryBreakers, MemoryGroups
from tocsin.domain import dedup, episode, grouping, identity, intent, reconcile
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Group
from tocsin.domain.routing import groups_for
from tocsin.pipeline import endpoint, enrich, notify, safecall, wanted

Patch = pytest.MonkeyPatch


def _no_lease(patch: Patch) -> None:
    acquire = MemoryGroups.acquire

    def take(self: Any, key: Any, owner: str, now_s: float, until_s: float) -> Group | None:
        if key in self.groups:
            self.groups[key].lease_owner = ""
        return acquire(self, key, owner, now_s, until_s)

    patch.setattr(MemoryGroups, "acquire", take)
    patch.setattr(MemoryGroups, "_leased", lambda self, group: self.groups[group.key])


def _no_intent(patch: Patch) -> None:
    patch.setattr(MemoryGroups, "intend", lambda *_: None)


def _marks_before_forward(patch: Patch) -> None:
    decide = enrich.Enrich._decide

    def decide_and_mark(self: Any, *args: Any) -> Any:
        forward, fresh = decide(self, *args)
        self._ports.fingerprints.write(list(fresh.values()))
        return forward, fresh

    patch.setattr(enrich.Enrich, "_decide", decide_and_mark)


def _old_mark_overwrites_newer(patch: Patch) -> None:
    patch.setattr(enrich, "is_older", lambda *_: False)


def _unstamped_repeats_are_dropped(patch: Patch) -> None:
    patch.setattr(dedup, "_is_stamped", lambda _: True)


def _memory_is_always_trusted(patch: Patch) -> None:
    patch.setattr(enrich, "may_trust_memory", lambda *_: True)


def _quiet_for_too_long(patch: Patch) -> None:
    patch.setattr(dedup, "_QUIET_SHARE", 0.9)


def _fingerprint_without_tenant(patch: Patch) -> None:
    patch.setattr(identity, "fingerprint", lambda _, labels, added=None: fingerprint("", labels))
    for module in (dedup, enrich):
        patch.setattr(module, "mark_key", lambda _, name: name)


def _pokes_ignore_back_off(patch: Patch) -> None:
    acquire = MemoryGroups.acquire

    def at_once(self: Any, *args: Any) -> Group | None:
        group = acquire(self, *args)
        if group is not None and group.intent is not None:
            group.intent = msgspec.structs.replace(group.intent, not_before_s=0.0)
        return group

    patch.setattr(MemoryGroups, "acquire", at_once)


def _resolve_by_its_own_severity(patch: Patch) -> None:
    def own(configs: Iterable[TenantConfig], alert: Any) -> set[Any]:
        return {key for config in configs for key in groups_for(config, alert)}

    patch.setattr(wanted, "groups_that_may_know", own)


def _late_events_count(patch: Patch) -> None:
    patch.setattr(episode, "rank", lambda _: -1)
    merge = episode.merge

    def merge_any(member: Any, change: Any) -> Any:
        if member is not None:
            member = msgspec.structs.replace(member, order_at_s=0.0)
        return merge(member, change)

    patch.setattr(grouping, "merge", merge_any)


def _commit_without_version(patch: Patch) -> None:
    commit = MemoryGroups.commit

    def blind(self: Any, groups: Any, records: Any, at_s: float) -> None:
        for group in groups:
            stored = self.groups.get(group.key)
            group.version = 0 if stored is None else stored.version
        commit(self, groups, records, at_s)

    patch.setattr(MemoryGroups, "commit", blind)


def _done_without_a_second_look(patch: Patch) -> None:
    settle = MemoryGroups.settle

    def blind(self: Any, group: Group, **fields: Any) -> bool:
        group.version = self.groups[group.key].version
        return settle(self, group, **fields)

    patch.setattr(MemoryGroups, "settle", blind)


def _lost_pokes_stay_lost(patch: Patch) -> None:
    patch.setattr(grouping, "_index_at_s", lambda *_: None)


def _nothing_times_out(patch: Patch) -> None:
    patch.setattr(grouping, "time_out", lambda *_: None)


def _letters_do_not_revive(patch: Patch) -> None:
    patch.setattr(notify, "revive", dict)


def _an_unheard_episode_leaves_no_record(patch: Patch) -> None:
    patch.setattr(grouping, "_superseded", lambda *_: ())


def _old_end_is_not_told(patch: Patch) -> None:
    decide = reconcile.decide

    def skip(member: Any, told: Any, receiver: Any, **how: Any) -> Any:
        if told is not None and told.step == "firing" and told.episode < member.episode:
            told = None
        return decide(member, told, receiver, **how)

    patch.setattr(reconcile, "decide", skip)


def _told_before_it_is_sent(patch: Patch) -> None:
    intend = MemoryGroups.intend

    def settle_at_once(self: Any, group: Group, said: Any) -> None:
        intend(self, group, said)
        stored = self.groups[group.key]
        stored.intent = None
        stored.told = intent.settle_steps(stored.told, said, "delivered")

    patch.setattr(MemoryGroups, "intend", settle_at_once)


def _a_refusal_is_always_certain(patch: Patch) -> None:
    close = notify.Notify._close

    def refuse(self: Any, *args: Any) -> bool:
        *about, (ended, reason) = args
        ended = "refused" if reason == "HTTP 410" else ended
        return close(self, *about, (ended, reason))

    patch.setattr(notify.Notify, "_close", refuse)


def _nobody_hears_of_failures(patch: Patch) -> None:
    patch.setattr(MemoryBreakers, "read", lambda *_: None)


def _used_up_is_given_up(patch: Patch) -> None:
    patch.setattr(endpoint.Endpoints, "has_taken_since", lambda *_: True)


def _probes_use_up_attempts(patch: Patch) -> None:
    call = safecall.SafeCall.call

    def counted(self: Any, attempt: Any, count: Any) -> Any:
        verdict = call(self, attempt, count)
        if isinstance(verdict, safecall.Deferred) and attempt.attempts >= 2:
            return safecall.Dead(reason=verdict.reason)
        return verdict

    patch.setattr(safecall.SafeCall, "call", counted)


def _changed_rules_forget_what_fires(patch: Patch) -> None:
    patch.setattr(identity.Identifier, "has_aliases", False)


# The mode that finds it soon, and the bug.
MUTANTS: tuple[tuple[str, Callable[[Patch], None]], ...] = (
    ("calm", _no_lease),
    ("severity", _no_intent),
    ("calm", _marks_before_forward),
    ("unchanged", _old_mark_overwrites_newer),
    ("severity", _unstamped_repeats_are_dropped),
    ("unchanged", _memory_is_always_trusted),
    ("steady", _quiet_for_too_long),
    ("tenants", _fingerprint_without_tenant),
    ("calm", _pokes_ignore_back_off),
    ("severity", _resolve_by_its_own_severity),
    ("timeouts", _late_events_count),
    ("plain", _commit_without_version),
    ("tenants", _done_without_a_second_look),
    ("severity", _lost_pokes_stay_lost),
    ("timeouts", _nothing_times_out),
    ("refusing", _letters_do_not_revive),
    ("calm", _an_unheard_episode_leaves_no_record),
    ("severity", _old_end_is_not_told),
    ("plain", _told_before_it_is_sent),
    ("all", _a_refusal_is_always_certain),
    ("rules", _changed_rules_forget_what_fires),
    ("outage", _nobody_hears_of_failures),
    ("outage", _used_up_is_given_up),
    ("outage", _probes_use_up_attempts),
    *PLANTED_IN_PACES,
    *PLANTED_IN_INCIDENTS,
    *(("climbs", plant) for plant in PLANTED),
    *(("policies", plant) for plant in PLANTED_IN_POLICIES),
)
