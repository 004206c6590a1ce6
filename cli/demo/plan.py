"""What the demonstration sends, and what must come of it."""

from collections.abc import Iterable
from typing import Any

import msgspec


class Notice(msgspec.Struct, frozen=True, order=True):
    """One thing that one receiver must hear exactly once."""

    tenant: str
    receiver: str
    alert: str
    step: str

    def __str__(self) -> str:
        return f"{self.tenant}/{self.receiver}: {self.alert} {self.step}"


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One request, and what tocsin must make of it.

    `path` is where it goes; "sns" for a message that SNS delivers. `news` alerts are told to
    somebody and the other accepted ones are duplicates.
    """

    tenant: str
    title: str
    path: str
    payload: Any
    accepted: int
    news: int
    rejected: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()


class Act(msgspec.Struct, frozen=True):
    """Sendings whose notices must all have arrived before the next act begins."""

    title: str
    sendings: tuple[Sending, ...]


class Totals(msgspec.Struct, frozen=True):
    """What the plan expects of one tenant."""

    accepted: int
    delivered: int
    duplicate: int


def totals(acts: Iterable[Act], tenant: str) -> Totals:
    """Add up what is planned for a tenant."""
    own = [each for act in acts for each in act.sendings if each.tenant == tenant]
    accepted = sum(each.accepted for each in own)
    news = sum(each.news for each in own)
    return Totals(accepted=accepted, delivered=news, duplicate=accepted - news)


def notices(acts: Iterable[Act]) -> list[Notice]:
    """Return everything that must be told in these acts."""
    return [notice for act in acts for each in act.sendings for notice in each.notices]
