"""People who do something about alerts now and then, as the API lets them."""

from random import Random

from tests.simulation.climbs import Silenced
from tocsin.adapters.memory import MemoryBlobs, MemoryGroups, MemoryOutbox, MemorySilences
from tocsin.domain.group import Group, Member, is_digest
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence
from tocsin.pipeline.actions import Order, pack_orders

_KINDS: tuple[ActionKind, ...] = (
    "acknowledge", "acknowledge", "unacknowledge", "snooze", "comment", "resolve",
)  # fmt: skip
# Where it is about who tells what, rather than for how long anybody climbs.
_KINDS_IN_STORMS: tuple[ActionKind, ...] = (
    "acknowledge", "unacknowledge", "snooze", "snooze", "snooze",
)  # fmt: skip
_SNOOZES_S = (60.0, 200.0, 900.0)
# A silence is known to whoever looks at the clock after this, and to nobody before.
_SOON_S = 0.001


class People:
    """They see what is stored, and send to evaluate what they do about it."""

    def __init__(
        self,
        random: Random,
        groups: MemoryGroups,
        silences: MemorySilences,
        silenced: Silenced,
        outbox: MemoryOutbox,
        blobs: MemoryBlobs,
        *,
        in_storms: bool = False,
    ) -> None:
        # What they resolved by hand, by tenant and alert.
        self.ended: set[tuple[str, str]] = set()
        # Until when they put off what, by tenant and alert.
        self.put_off_until_s: dict[tuple[str, str], list[float]] = {}
        # What they had in hand at any time, by tenant and alert.
        self.acknowledged: set[tuple[str, str]] = set()
        self._random = random
        self._silenced = silenced
        self._groups = groups
        self._silences = silences
        self._outbox = outbox
        self._blobs = blobs
        self._kinds = _KINDS_IN_STORMS if in_storms else _KINDS
        self._count = 0

    def act(self, now_s: float) -> str:
        """Let somebody do something about one alert that fires; return what, "" if none does."""
        firing = self._firing()
        if not firing:
            return ""
        group, member = self._random.choice(firing)
        if self._random.random() < 0.1:
            return self._silence(group, member, now_s)
        return self._do(self._random.choice(self._kinds), group, member, now_s)

    def give_back(self, now_s: float) -> list[str]:
        """Let nobody have anything in hand any more."""
        seen: dict[tuple[str, str], tuple[Group, Member]] = {}
        for group, member in self._firing():
            if member.is_acknowledged:
                seen.setdefault((group.key.tenant, member.fingerprint), (group, member))
        return [self._do("unacknowledge", *each, now_s) for each in seen.values()]

    def _silence(self, group: Group, member: Member, now_s: float) -> str:
        self._count += 1
        whose = (group.key.tenant, member.alert.labels["instance"])
        from_s, until_s = now_s + _SOON_S, now_s + self._random.choice(_SNOOZES_S)
        self._silenced.add(whose, from_s, until_s)
        silence = Silence(
            id=f"s{self._count:04}",
            matchers=(Matcher("instance", "=", whose[1]),),
            starts_at_s=from_s,
            ends_at_s=until_s,
            updated_at_s=now_s,
        )
        self._silences.write(whose[0], [silence], until_s)
        return f"silence {whose[1]} of {whose[0]} until {until_s}"

    def _firing(self) -> list[tuple[Group, Member]]:
        return [
            (group, member)
            for group in self._listed()
            for _, member in sorted(group.members.items())
            if member.status == "firing"
        ]

    def _listed(self) -> list[Group]:
        """Return what the API shows, which is no digest."""
        groups = sorted(self._groups.groups.values(), key=lambda each: each.key.id)
        return [each for each in groups if not is_digest(each.key)]

    def _do(self, kind: ActionKind, group: Group, member: Member, now_s: float) -> str:
        self._count += 1
        tenant, whose = group.key.tenant, (group.key.tenant, member.alert.labels["instance"])
        if kind == "resolve":
            self.ended.add(whose)
        if kind == "acknowledge":
            self.acknowledged.add(whose)
        until_s = now_s + self._random.choice(_SNOOZES_S) if kind == "snooze" else 0.0
        if until_s:
            self.put_off_until_s.setdefault(whose, []).append(until_s)
        orders = [
            Order(
                each.key,
                Action(
                    id=f"a{self._count:04}",
                    kind=kind,
                    fingerprint=member.fingerprint,
                    episode=each.members[member.fingerprint].episode,
                    by="eve",
                    at_s=now_s,
                    until_s=until_s,
                ),
            )
            for each in self._listed()
            if each.key.tenant == tenant and member.fingerprint in each.members
        ]
        self._outbox.send("evaluate", [pack_orders(tenant, orders, now_s, self._blobs)])
        lasts = f" for {until_s - now_s:.0f} s" if until_s else ""
        return f"{kind} {whose[1]} of {tenant}{lasts}"
