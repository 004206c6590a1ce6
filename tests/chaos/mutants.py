"""Bugs to plant, so that it is known what this harness notices.

Each is a mistake that somebody has made in a pipeline like this one. A plan says where to
look for it: scenarios under every single fault, or seeds.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from tests.chaos import climbmutants, enrichmutants
from tests.chaos.faults import KINDS, Kind
from tests.chaos.seeded import Mode, play_seed
from tests.chaos.single import Verdict, play, single_faults
from tests.chaos.stack import Stack
from tocsin.adapters import sqs
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.receivers import posting
from tocsin.adapters.s3 import S3Archive
from tocsin.domain import breaker, dedup, episode, grouping, identity, intent
from tocsin.domain.errors import Conflict
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Settlement
from tocsin.pipeline import endpoint, enrich, evaluate, ingest, intents, notify
from tocsin.runtime import worker

Patch = pytest.MonkeyPatch
_SEEDS = 40
_HOUR_S = 3600.0


class Mutant(msgspec.Struct, frozen=True):
    """A planted bug, and where it must be noticed."""

    plant: Callable[[Patch], None]
    scenarios: tuple[str, ...] = ()
    seeds: Mode | None = None
    # Where the faults strike that reveal it, and which they are; everywhere, and all, unless said.
    stage: str = ""
    only: tuple[Kind, ...] = KINDS
    # The first seed to play: what takes many seeds to show is known to show soon after it.
    first_seed: int = 0

    @property
    def name(self) -> str:
        """What is wrong, in words."""
        return self.plant.__name__.strip("_").replace("_", " ")

    def runs(self, stack: Stack) -> Iterator[Verdict]:
        """Play what must notice it: undisturbed, under each single fault, then by seeds."""
        for scenario in self.scenarios:
            yield play(stack, scenario, {})
            for faults in single_faults(stack, scenario, self.stage, self.only):
                yield play(stack, scenario, faults)
        for seed in range(self.first_seed, self.first_seed + _SEEDS if self.seeds else 0):
            assert self.seeds is not None
            yield play_seed(stack, self.seeds, seed)


def caught_by(mutant: Mutant, stack: Stack, patch: Patch) -> Verdict | None:
    """Return the first run that notices a planted bug."""
    mutant.plant(patch)
    return next((verdict for verdict in mutant.runs(stack) if verdict.violations), None)


def _failed_entries_are_ignored(patch: Patch) -> None:
    patch.setattr(sqs, "_failed", lambda _: ())


def _a_failed_condition_is_skipped(patch: Patch) -> None:
    commit = DynamoGroups.commit

    def skip(self: Any, *args: Any) -> None:
        try:
            commit(self, *args)
        except Conflict:
            return

    patch.setattr(DynamoGroups, "commit", skip)


def _marked_before_forwarded(patch: Patch) -> None:
    decide = enrich.Enrich._decide

    def decide_and_mark(self: Any, *args: Any) -> Any:
        forward, fresh = decide(self, *args)
        if fresh:
            self._ports.fingerprints.write(list(fresh.values()))
        return forward, fresh

    patch.setattr(enrich.Enrich, "_decide", decide_and_mark)
    patch.setattr(dedup, "_is_stamped", lambda _: True)


def _a_new_key_for_each_try(patch: Patch) -> None:
    patch.setattr(intents, "Notification", _with_random_key(intents.Notification))


def _with_random_key(kind: Any) -> Any:
    def make(**fields: Any) -> Any:
        return kind(**{**fields, "key": uuid4().hex})

    return make


def _the_status_of_an_answer_is_ignored(patch: Patch) -> None:
    patch.setattr(posting, "_raise_for", lambda *_: None)


def _the_last_write_wins(patch: Patch) -> None:
    merge = episode.merge

    def merge_any(member: Any, change: Any) -> Any:
        if member is not None:
            member = msgspec.structs.replace(member, order_at_s=0.0)
        return merge(member, change)

    patch.setattr(grouping, "merge", merge_any)


def _the_fingerprint_lacks_the_tenant(patch: Patch) -> None:
    patch.setattr(identity, "fingerprint", lambda _, labels, added=None: fingerprint("", labels))
    for module in (dedup, enrich):
        patch.setattr(module, "mark_key", lambda _, name: name)
    patch.setattr(dedup, "_is_stamped", lambda _: True)


def _a_bad_message_fails_its_batch(patch: Patch) -> None:
    run = worker.run

    def all_or_nothing(event: Any, *args: Any) -> Any:
        answer = run(event, *args)
        failed = event["Records"] if answer["batchItemFailures"] else []
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in failed]}

    for stage in ("enrich", "evaluate", "notify"):
        patch.setattr(f"tocsin.runtime.{stage}.run", all_or_nothing)


def _no_lease(patch: Patch) -> None:
    patch.setattr(DynamoGroups, "acquire", _acquire_always(DynamoGroups.acquire))


def _acquire_always(acquire: Any) -> Any:
    def take(self: Any, key: Any, owner: str, now_s: float, until_s: float) -> Any:
        # As if every lease had run out, and without one of its own.
        return acquire(self, key, "nobody", now_s + 1e6, until_s)

    return take


def _no_intent(patch: Patch) -> None:
    patch.setattr(DynamoGroups, "intend", lambda *_: None)


def _leases_shorter_than_a_function_runs(patch: Patch) -> None:
    patch.setattr(notify, "LEASE_S", 1.0)


def _clocks_differ_more_than_a_lease_allows(patch: Patch) -> None:
    patch.setattr("tests.chaos.schedule._SKEW_S", 60.0)


def _told_before_it_is_sent(patch: Patch) -> None:
    send = notify.Notify._send

    def settle_first(self: Any, group: Any, planned: Any, said: Any, *args: Any) -> Any:
        told = intent.settle_steps(planned.told, said, "delivered")
        self._ports.groups.settle(group, Settlement(told=told), [], self._ports.clock())
        return send(self, group, planned, said, *args)

    patch.setattr(notify.Notify, "_send", settle_first)


def _lost_pokes_stay_lost(patch: Patch) -> None:
    patch.setattr(grouping, "_index_at_s", lambda *_: None)


def _nothing_is_poked(patch: Patch) -> None:
    patch.setattr(evaluate.Evaluate, "_poke", lambda *_: None)
    patch.setattr(grouping, "_index_at_s", lambda *_: None)


def _a_breaker_that_never_closes(patch: Patch) -> None:
    patch.setattr(breaker, "_closed", lambda state, _: state)


def _no_breaker(patch: Patch) -> None:
    def admit(_: Any, key: str, policy: Any, owner: str) -> Any:
        known = breaker.Breaker(key=key)
        return breaker.Admission("go"), endpoint.Endpoint(key, policy, known)

    patch.setattr(endpoint.Endpoints, "admit", admit)


def _due_an_hour_late(patch: Patch) -> None:
    settle = DynamoGroups.settle

    def settle_late(self: Any, group: Any, left: Settlement, *args: Any) -> Any:
        if left.due_at_s is not None:
            left = msgspec.structs.replace(left, due_at_s=left.due_at_s + _HOUR_S)
        return settle(self, group, left, *args)

    patch.setattr(DynamoGroups, "settle", settle_late)


def _a_poke_that_is_lost_is_due_an_hour_late(patch: Patch) -> None:
    patch.setattr(grouping, "POKE_GRACE_S", _HOUR_S)


def _archived_under_the_wrong_hour(patch: Patch) -> None:
    store = S3Archive.store

    def store_late(self: Any, tenant: str, at_s: float, *args: Any) -> Any:
        return store(self, tenant, at_s + _HOUR_S, *args)

    patch.setattr(S3Archive, "store", store_late)


def _archived_twice(patch: Patch) -> None:
    store = S3Archive.store

    def store_twice(self: Any, tenant: str, at_s: float, name: str, data: bytes) -> Any:
        store(self, tenant, at_s, f"{name}-again", data)
        return store(self, tenant, at_s, name, data)

    patch.setattr(S3Archive, "store", store_twice)


def _archived_by_every_part_of_a_request(patch: Patch) -> None:
    patch.setattr(ingest, "_parts", _always_archived(ingest._parts))


def _always_archived(parts: Any) -> Any:
    return lambda *args: [(queue, indices, True) for queue, indices, _ in parts(*args)]


def _archived_as_of_the_time_of_enrich(patch: Patch) -> None:
    archived = enrich._archived

    def archived_late(tenant: str, opened: Any) -> bytes:
        late = msgspec.structs.replace(opened.envelope, at_s=opened.envelope.at_s + 10.0)
        return archived(tenant, msgspec.structs.replace(opened, envelope=late))

    patch.setattr(enrich, "_archived", archived_late)


def _what_one_page_fails_at_opens_for_all(patch: Patch) -> None:
    """The breaker opens at each failure."""
    patch.setattr(breaker, "_is_too_much", lambda *_: True)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(_failed_entries_are_ignored, ("several_messages",), stage="enrich", only=("partial",)),
    Mutant(_a_failed_condition_is_skipped, ("overtaken",), stage="evaluate"),
    Mutant(_marked_before_forwarded, ("fire",), stage="enrich"),
    Mutant(_a_new_key_for_each_try, ("fire",), stage="notify"),
    Mutant(_the_status_of_an_answer_is_ignored, ("broken_receiver",)),
    Mutant(_the_last_write_wins, ("over_before_told",), "faulty"),
    Mutant(_the_fingerprint_lacks_the_tenant, ("two_tenants",)),
    Mutant(_a_bad_message_fails_its_batch, ("poison",)),
    Mutant(_no_lease, (), "faultless"),
    Mutant(_no_intent, ("fire_and_resolve",), stage="notify"),
    Mutant(_leases_shorter_than_a_function_runs, (), "faultless", first_seed=50),
    Mutant(_clocks_differ_more_than_a_lease_allows, (), "faultless"),
    Mutant(_told_before_it_is_sent, ("fire",)),
    Mutant(_lost_pokes_stay_lost, ("lost_poke",)),
    Mutant(_nothing_is_poked, ("fire",)),
    Mutant(_a_breaker_that_never_closes, ("broken_receiver",)),
    Mutant(_no_breaker, ("dead_receiver",)),
    Mutant(_due_an_hour_late, ("broken_receiver",)),
    Mutant(_a_poke_that_is_lost_is_due_an_hour_late, ("lost_poke",)),
    Mutant(_archived_under_the_wrong_hour, ("fire",)),
    Mutant(_archived_twice, ("fire",)),
    Mutant(_archived_by_every_part_of_a_request, ("urgent",)),
    Mutant(_archived_as_of_the_time_of_enrich, ("fire",)),
    Mutant(_what_one_page_fails_at_opens_for_all, ("indigestible",)),
    *(Mutant(plant, ("escalating",)) for plant in climbmutants.PLANTED),
    *(Mutant(plant, (name,), stage=stage) for plant, name, stage in enrichmutants.PLANTED),
)
