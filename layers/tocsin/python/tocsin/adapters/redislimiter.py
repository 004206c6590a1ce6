"""Limits counted in Redis or Valkey, for all instances together.

One script call a quota, one key a call, so that a cluster can run it. Both scripts take their
time from the server, since clocks of instances differ.
"""

from collections.abc import Sequence
from hashlib import sha1
from time import monotonic
from typing import Any, Literal

from tocsin.domain.errors import Retryable
from tocsin.domain.limits import Quota, Verdict

# Connecting and asking have this long, each.
TIMEOUT_S = 0.05
# A handshake is some computation, and a small function has a fraction of a processor.
HANDSHAKE_S = 0.25

# The newest requests that were allowed, newest first, never more than the limit: if the last of
# so many is within the window, the window is full. So no window of this length, wherever it
# begins, ever holds more than the limit.
WINDOW = """
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local newest = tonumber(redis.call('LINDEX', KEYS[1], 0) or 0)
if newest > now + window then
  redis.call('DEL', KEYS[1])
elseif newest > now then
  now = newest
end
redis.call('LTRIM', KEYS[1], 0, limit - 1)
local oldest = now
for _ = 1, 1000 do
  oldest = tonumber(redis.call('LINDEX', KEYS[1], -1) or now)
  if oldest > now - window then break end
  redis.call('RPOP', KEYS[1])
end
local count = redis.call('LLEN', KEYS[1])
local allowed = 0
if count < limit then
  redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', window / 1000 + 1))
  count = count + 1
  allowed = 1
end
return {allowed, limit - count, oldest + window - now}
"""

# When the bucket will be full again, in whole microseconds: how far that is from now says how
# many tokens are missing. A clock that was set back can cost no more than one filling.
BUCKET = """
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stored = tonumber(redis.call('GET', KEYS[1]) or now)
local full = math.min(math.max(stored, now), now + interval * burst)
local allowed = 0
if full + interval <= now + interval * burst then
  full = full + interval
  allowed = 1
end
if full ~= stored then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX',
             string.format('%.0f', (full - now) / 1000 + 1))
end
local remaining = math.floor((now + interval * burst - full) / interval)
return {allowed, remaining, full - now - (burst - remaining - 1) * interval}
"""


class _Script:
    def __init__(self, text: str) -> None:
        self.text = text
        # Redis names scripts so; nothing is secured by it.
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


_WINDOW, _BUCKET = _Script(WINDOW), _Script(BUCKET)


class RedisLimiter:
    """Ask one server, or the one address of a cluster that routes by itself."""

    state: Literal["shared"] = "shared"

    def __init__(self, url: str, environment: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._environment = environment
        self._timeout_s = timeout_s
        self._connection: Any = None

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota, in one exchange.

        Raises Retryable if the server is away, slow or not what it should be; the reason never
        repeats the URL, which may hold a password.
        """
        if not quotas:
            return []
        calls = [self._call(tenant, quota) for quota in quotas]
        answers = self._guarded(calls)
        return [
            Verdict(
                quota=quota,
                is_allowed=bool(allowed),
                remaining=max(0, remaining),
                next_s=max(0.0, next_us / 1e6),
            )
            for quota, (allowed, remaining, next_us) in zip(quotas, answers, strict=True)
        ]

    def _call(self, tenant: str, quota: Quota) -> tuple[_Script, tuple[str, ...]]:
        # The braces keep what is asked together in one slot of a cluster.
        key = f"tocsin:{{{self._environment}:{tenant}}}:{quota.scope}"
        if quota.rate_per_s is None:
            return _WINDOW, (key, str(quota.limit), str(round(quota.window_s * 1e6)))
        # Rounded up: a bucket must never fill faster than it is told to.
        interval_us = -int(-1e6 // quota.rate_per_s)
        return _BUCKET, (key, str(interval_us), str(quota.limit))

    def _guarded(self, calls: Sequence[tuple[_Script, tuple[str, ...]]]) -> list[Any]:
        # 120 ms of import, which only functions with a cache pay.
        import redis

        try:
            try:
                return self._exchange(calls)
            except redis.TimeoutError:
                raise
            except redis.ConnectionError:
                if self._is_new:
                    raise
                # The other side closed a connection that was idle; that is no failure yet.
                return self._exchange(calls)
        except (redis.RedisError, OSError, ValueError, TypeError) as error:
            self._drop()
            raise Retryable(f"cache: {type(error).__name__}") from None

    def _exchange(self, calls: Sequence[tuple[_Script, tuple[str, ...]]]) -> list[Any]:
        connection = self._connected()
        until_s = monotonic() + self._timeout_s
        found = self._ask(connection, [("EVALSHA", s.sha, "1", *a) for s, a in calls], until_s)
        unknown = [index for index, answer in enumerate(found) if answer is None]
        if unknown:
            again = [("EVAL", calls[i][0].text, "1", *calls[i][1]) for i in unknown]
            for index, answer in zip(unknown, self._ask(connection, again, until_s), strict=True):
                found[index] = answer
        return found

    def _ask(
        self, connection: Any, commands: Sequence[tuple[str, ...]], until_s: float
    ) -> list[Any]:
        """Send commands and read their answers; None where the server lacks the script."""
        from redis.exceptions import NoScriptError

        connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        answers: list[Any] = []
        for _ in commands:
            left_s = max(0.001, until_s - monotonic())
            try:
                answers.append(connection.read_response(timeout=left_s))
            except NoScriptError:
                answers.append(None)
        return answers

    def _connected(self) -> Any:
        self._is_new = self._connection is None or not self._connection.is_connected
        if self._connection is None:
            self._connection = _connection(self._url, self._timeout_s)
        if self._is_new:
            self._connection.connect()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
        self._connection = None


def _connection(url: str, timeout_s: float) -> Any:
    from redis import connection as kinds
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    parse_url: Any = kinds.parse_url
    options = parse_url(url)
    make = options.pop("connection_class", kinds.Connection)
    return make(
        **{
            **options,
            "socket_connect_timeout": timeout_s,
            # Of a handshake, and else of nothing: each answer has a time limit of its own.
            "socket_timeout": HANDSHAKE_S if make is kinds.SSLConnection else timeout_s,
            "retry": Retry(NoBackoff(), 0),
            # Saves two round trips when connecting.
            "protocol": 2,
            "driver_info": None,
        }
    )
