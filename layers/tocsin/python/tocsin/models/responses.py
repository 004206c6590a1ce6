"""Pages of lists."""

from collections.abc import Sequence
from typing import Annotated, Generic, Self, TypeVar

from pydantic import Field

from tocsin.models.alert import Alert
from tocsin.models.model import Model
from tocsin.models.notifications import NotificationConfig
from tocsin.models.rules import AlertRule

Item = TypeVar("Item", bound=Model)
Offset = Annotated[int, Field(ge=0)]


class _Page(Model, Generic[Item]):
    items: tuple[Item, ...]
    total: Offset
    offset: Offset = 0
    next_offset: Offset | None = Field(default=None, description="null: this is the last page.")

    @classmethod
    def of(cls, items: Sequence[Item], *, offset: int = 0, limit: int = 100) -> Self:
        """Make a page of a whole list; past its end it is empty."""
        end = offset + limit
        return cls(
            items=tuple(items[offset:end]),
            total=len(items),
            offset=offset,
            next_offset=end if end < len(items) else None,
        )


class AlertListResponse(_Page[Alert]):
    """A page of alerts.

    >>> AlertListResponse.of([]).next_offset is None
    True
    """


class AlertRuleListResponse(_Page[AlertRule]):
    """A page of rules.

    >>> rules = [AlertRule(name=f"r{n}", category="absent") for n in range(3)]
    >>> page = AlertRuleListResponse.of(rules, limit=2)
    >>> [rule.name for rule in page.items], page.next_offset
    (['r0', 'r1'], 2)
    """


class NotificationConfigListResponse(_Page[NotificationConfig]):
    """A page of receivers, with their secrets masked."""
