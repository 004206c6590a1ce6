"""The wiring that checks signatures; imported only for a tenant that wants them."""

from collections.abc import Callable
from functools import cache

from tocsin.adapters.aws import client
from tocsin.adapters.secrets import RecentSecrets
from tocsin.pipeline.signed import SignedRequests
from tocsin.ports import Seen, SnsAuthority
from tocsin.runtime.clock import now_s


def signed_requests(seen: Callable[[], Seen]) -> SignedRequests:
    """Wire the checks of signatures for this process."""
    secrets = RecentSecrets(client("secretsmanager"), now_s)
    return SignedRequests(secrets, seen, cache(_authority))


def _authority() -> SnsAuthority:
    # The HTTP client and the cryptography cost as much as all the rest of a cold start.
    from tocsin.adapters.http import Http
    from tocsin.adapters.sns import AwsSns

    return AwsSns(Http(), now_s)
