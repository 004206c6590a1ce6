"""What came to a vendor, in words that are the same for all of them."""

from collections.abc import Callable
from hashlib import sha256
from threading import Lock

import msgspec

_DIGEST_CHARACTERS = 16


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One message as a vendor read it.

    What comes twice has the same `key` both times. What people see as belonging together has the
    same `thread`; "" where the vendor has none. `faults` are why it was refused.
    """

    key: str
    text: str
    is_over: bool
    thread: str = ""
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it as one line."""
        refused = f"  (refused: {'; '.join(self.faults)})" if self.faults else ""
        return f"{self.text.strip().partition(chr(10))[0]}{refused}"


class Vendor:
    """Whoever takes or refuses messages, and keeps both; it may be called by several threads."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.on_received: Callable[[Received], None] = lambda _received: None
        self.lock = Lock()

    def keep(self, received: Received) -> None:
        """Keep what came."""
        self.received.append(received)
        self.on_received(received)


def digest(*parts: bytes) -> str:
    """Return a key for what has none of its own."""
    return sha256(b"\0".join(parts)).hexdigest()[:_DIGEST_CHARACTERS]
