"""The secret under which links of notifications are signed, for who signs and who checks them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from tocsin.adapters.secrets import RecentSecrets
from tocsin.runtime.clock import now_s

# With another secret, for so long links are sent and taken that are signed with the former one.
KEY_TTL_S = 60.0
# While the service that keeps it does not answer, people still act.
_KEPT_S = 86_400.0


def action_key(arn: str, client: Callable[[], Any]) -> Callable[[], bytes]:
    """Return how the secret is read: when it is first asked for, and once a minute from then on."""

    @cache
    def secrets() -> RecentSecrets:
        return RecentSecrets(client(), now_s, KEY_TTL_S, kept_s=_KEPT_S)

    return lambda: secrets().get(arn).encode()
