"""Where ingest stores what is pushed and is no alert."""

from collections.abc import Callable
from typing import Protocol

from tocsin.ports import ChangeEvents, Metrics


class Stores(Protocol):
    """What there is to store in, each made when first asked for."""

    @property
    def metrics(self) -> Callable[[], Metrics]: ...

    @property
    def change_events(self) -> Callable[[], ChangeEvents]: ...
