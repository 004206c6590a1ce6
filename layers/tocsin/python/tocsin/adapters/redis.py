"""The cache on Redis or Valkey; so far only the question whether it is there."""


class CachePing:
    """Ask a cache whether it is there."""

    def ping(self, url: str, timeout_s: float = 0.05) -> str:
        """Return "ok", or the name of what is wrong.

        Never raises, and never repeats the URL, which may hold a password.
        """
        # 180 ms of import, for one question of one function.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        try:
            with redis.Redis.from_url(
                url,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                retry=Retry(NoBackoff(), 0),
            ) as cache:
                cache.ping()
        except (redis.RedisError, OSError, ValueError) as error:
            return type(error).__name__
        return "ok"
