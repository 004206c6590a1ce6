"""When to try a failed notification again, and when to give up."""

from hashlib import blake2b

import msgspec


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Exponential back-off with jitter.

    `attempts` end a notification only where its receiver takes others meanwhile; where the
    receiver as a whole is down, `give_up_after_s` does (see pipeline.safecall).
    """

    attempts: int = 3
    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 60.0
    jitter: float = 0.1
    # Since the notification was written down.
    give_up_after_s: float = 4 * 3600.0

    def delay_s(self, attempt: int, key: str, retry_after_s: float | None = None) -> float:
        """Return how long to wait after failed attempt number `attempt` (from 1), in seconds.

        The jitter follows from `key`, so that the same failure always gives the same plan.
        Never less than what the receiver asked for.
        """
        delay_s = min(self.base_s * self.factor ** (attempt - 1), self.cap_s)
        delay_s *= jittered(self.jitter, f"{key}#{attempt}")
        return max(delay_s, retry_after_s or 0.0)


def share(text: str) -> float:
    """Return a number from 0 to 1 that follows from a text and looks random."""
    digest = blake2b(text.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0xFFFFFFFF


def jittered(jitter: float, text: str) -> float:
    """Return a factor from 1 - `jitter` to 1 + `jitter` that follows from a text."""
    return 1 + jitter * (2 * share(text) - 1)
