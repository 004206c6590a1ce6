"""Who may send what, and how a tenant is configured."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from tocsin.domain.config import TenantConfig
from tocsin.domain.limits import Quota, Verdict
from tocsin.domain.signatures.sns import SnsMessage


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored API key: never the secret, only its keyed hash."""

    id: str
    tenant: str
    name: str
    digest: str
    scopes: tuple[str, ...] = ("ingest",)
    created_at_s: float
    revoked_at_s: float | None = None
    expires_at_s: float | None = None

    def is_live(self, now_s: float) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return self.revoked_at_s is None and (
            self.expires_at_s is None or now_s < self.expires_at_s
        )


class Keys(Protocol):
    """API keys by their public id."""

    def find(self, key_id: str) -> ApiKey | None: ...

    def all(self, tenant: str) -> list[ApiKey]: ...

    def put(self, key: ApiKey) -> None: ...


class Accepted(msgspec.Struct, frozen=True):
    """What is remembered of a signed request: the digest of its body."""

    digest: str


class Seen(Protocol):
    """What ingest remembers of senders; it can be lost at any time, and then nothing is known."""

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        """Return what was accepted under this name and is not forgotten yet, consistently."""

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None: ...

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        """Note that a key was used at about this time."""

    def stamps(self, tenant: str) -> dict[str, float]:
        """Return when each of a tenant's keys was last used, by id; unused ones are left out."""


class Secrets(Protocol):
    """Secrets by name."""

    def get(self, name: str) -> str: ...


class SnsAuthority(Protocol):
    """What only AWS can say of SNS messages."""

    def check(self, message: SnsMessage) -> None:
        """Raise InvalidSignature unless AWS signed this message."""

    def confirm(self, url: str) -> None:
        """Open the link that confirms a subscription. Raises Retryable if SNS did not take it."""


class Configs(Protocol):
    """Applied configuration, every version kept."""

    def current(self, tenant: str) -> TenantConfig | None: ...

    def version(self, tenant: str, version: int) -> TenantConfig | None: ...

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store `config` as the next version. Raises Conflict if its number is taken."""

    def tenants(self) -> list[str]: ...

    def rules(self) -> dict[str, int]:
        """Return how many rules each tenant has; a tenant of before there were any is left out."""


class Limiter(Protocol):
    """Counts requests against limits.

    `state` says who counted last: all instances together (`shared`), or this one alone, as it
    is set up (`local`) or for want of an answer (`away`).
    """

    @property
    def state(self) -> Literal["shared", "local", "away"]: ...

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota; a quota counts only what it allows."""
