"""What the kinds of receivers may use, made for this process."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from tocsin.adapters.aws import client, single_attempt_client
from tocsin.adapters.http import Http
from tocsin.adapters.receivers.posting import Tools
from tocsin.adapters.secrets import KeptSecrets
from tocsin.runtime.clock import now_s

# As long as a receiver that is told by HTTP may take.
_TIMEOUT_S = 10.0


def tools(http: Http, external_url: str = "", own_queue_urls: Iterable[str] = ()) -> Tools:
    """Return what receivers are told with. None of them may be a queue of `own_queue_urls`."""
    secrets = KeptSecrets(client, now_s)
    return Tools(
        http=http,
        clock=now_s,
        secret=secrets,
        has_changed=secrets.has_changed,
        aws=_once,
        external_url=external_url,
        own_queue_urls=frozenset(own_queue_urls),
    )


@cache
def _once(service: str, region: str = "") -> Any:
    """Return a client that tries once: how often a receiver is tried is for notify to say."""
    return single_attempt_client(service, _TIMEOUT_S, region)
