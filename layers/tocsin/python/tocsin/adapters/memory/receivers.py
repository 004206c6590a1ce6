"""Receivers that only remember."""

from tocsin.domain.errors import TocsinError
from tocsin.ports import Notification


class MemoryReceivers:
    """Keep what was delivered; `failures` are raised first, one a call.

    With `names`, each notification that is taken gets one, after its place in the order.
    """

    def __init__(self) -> None:
        self.delivered: list[Notification] = []
        self.attempted: list[Notification] = []
        self.failures: list[TocsinError] = []
        self.names = False

    def send(self, notification: Notification) -> str:
        """Deliver, or fail as told."""
        self.attempted.append(notification)
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(notification)
        return f"message-{len(self.delivered)}" if self.names else ""
