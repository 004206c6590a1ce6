"""What became of alerts in their own groups since a digest has them.

Two writes of two groups are none: an acknowledgement, or an end that waits for its group's next
look, is in the one long before the digest hears of it. So the digest asks just before it speaks,
which is one read for each hundred groups, and at most as often as it may speak.
"""

from collections.abc import Mapping

from tocsin.domain.config import Receiver
from tocsin.domain.decision import is_pending
from tocsin.domain.group import Group, GroupKey, Member, alert_of
from tocsin.pipeline.suppression import in_hand
from tocsin.ports import Groups

_OVER = "over in its group"


class Origins:
    """Asks the groups that handed something over."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    def muted(self, digest: Group, receiver: Receiver, now_s: float) -> dict[str, str]:
        """Return which alerts that fire in a digest it is not to tell of now, and why.

        Somebody has them in hand, or put them off; or they are over, so that what their group hands
        over next is their end. A receiver that takes no ends is told all the same.
        """
        untold = {
            name: member.handed_by
            for name, member in digest.members.items()
            if member.status == "firing" and member.handed_by and is_pending(member, digest.told)
        }
        keys = list(dict.fromkeys(untold.values()))
        found = self._groups.read(keys) if keys else {}
        known = {name: _known(found, key, name) for name, key in untold.items()}
        reasons = {
            name: _why_not(member, receiver, now_s) for name, member in known.items() if member
        }
        return {name: why for name, why in reasons.items() if why}


def _known(found: Mapping[GroupKey, Group], key: GroupKey, name: str) -> Member | None:
    group = found.get(key)
    return None if group is None else group.members.get(alert_of(name))


def _why_not(member: Member, receiver: Receiver, now_s: float) -> str:
    if member.status == "firing":
        return in_hand(member, now_s)
    return _OVER if receiver.send_resolved else ""
