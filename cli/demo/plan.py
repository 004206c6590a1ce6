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

    `path` is where it goes; "sns" for a message that SNS delivers, "acknowledge" for an action.
    `news` alerts are told to somebody and the other accepted ones are duplicates. `points` are
    accepted points of metrics, of which rules make `made` alerts.
    """

    tenant: str
    title: str
    path: str
    payload: Any
    accepted: int
    news: int
    rejected: tuple[int, ...] = ()
    made: int = 0
    points: int = 0
    notices: tuple[Notice, ...] = ()


class Act(msgspec.Struct, frozen=True):
    """Sendings whose notices must all have arrived before the next act begins.

    It lasts at least `lasts_s`, for what must not be told meanwhile.
    """

    title: str
    sendings: tuple[Sending, ...]
    lasts_s: float = 0.0


class Totals(msgspec.Struct, frozen=True):
    """What the plan expects of one tenant."""

    accepted: int
    delivered: int
    duplicate: int


def totals(acts: Iterable[Act], tenant: str) -> Totals:
    """Add up what is planned for a tenant."""
    own = [each for act in acts for each in act.sendings if each.tenant == tenant]
    accepted = sum(each.accepted + each.made for each in own)
    news = sum(each.news for each in own)
    return Totals(accepted=accepted, delivered=news, duplicate=accepted - news)


def notices(acts: Iterable[Act]) -> list[Notice]:
    """Return everything that must be told in these acts."""
    return [notice for act in acts for each in act.sendings for notice in each.notices]
