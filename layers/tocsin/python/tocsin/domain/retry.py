"""When to try a failed notification again, and when to give up."""

from hashlib import blake2b

import msgspec


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Exponential back-off with jitter.

    Ten attempts under a cap of a minute bridge ten minutes of a receiver that is down.
    """

    attempts: int = 10
    base_s: float = 1.0
    factor: float = 2.0
    cap_s: float = 60.0
    jitter: float = 0.1

    def delay_s(self, attempt: int, key: str, retry_after_s: float | None = None) -> float:
        """Return how long to wait after failed attempt number `attempt` (from 1), in seconds.

        The jitter follows from `key`, so that the same failure always gives the same plan.
        Never less than what the receiver asked for.
        """
        delay_s = min(self.base_s * self.factor ** (attempt - 1), self.cap_s)
        digest = blake2b(f"{key}#{attempt}".encode(), digest_size=4).digest()
        share = int.from_bytes(digest, "big") / 0xFFFFFFFF
        delay_s *= 1 + self.jitter * (2 * share - 1)
        return max(delay_s, retry_after_s or 0.0)
