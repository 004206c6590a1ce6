"""The timers of a route, in `tocsin.yaml` and in Alertmanager's files."""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from tocsin.domain.config import Timing

# What a top route has that does not say it. Source: Alertmanager, dispatch/route.go.
DEFAULT_TIMING = Timing(group_wait_s=30.0, group_interval_s=300.0, repeat_interval_s=4 * 3600.0)


class Timed(Protocol):
    """The fields of a route that are about time; None is what its parent has, in seconds."""

    @property
    def group_wait(self) -> float | None: ...
    @property
    def group_interval(self) -> float | None: ...
    @property
    def repeat_interval(self) -> float | None: ...
    @property
    def mute_time_intervals(self) -> Sequence[str]: ...
    @property
    def active_time_intervals(self) -> Sequence[str]: ...


def to_timing(route: Timed, parent: Timing) -> Timing:
    """Return when the groups of a route speak; its time intervals are its own."""
    given = {
        "group_wait_s": route.group_wait,
        "group_interval_s": route.group_interval,
        "repeat_interval_s": route.repeat_interval,
    }
    return replace(
        parent,
        **{name: value for name, value in given.items() if value is not None},
        mute=tuple(route.mute_time_intervals),
        active=tuple(route.active_time_intervals),
    )
