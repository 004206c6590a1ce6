"""Applying a configuration through the ports, and issuing API keys."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from tocsin.configuration.fields import NAME_RULE, is_name
from tocsin.configuration.models import Document
from tocsin.configuration.plan import Applied, TenantPlan
from tocsin.domain import apikey
from tocsin.domain.errors import InvalidInput
from tocsin.domain.fingerprint_rules import activated
from tocsin.ports import ApiKey, Clock, Configs, Keys, References


class IssuedKey(msgspec.Struct, frozen=True):
    """A new key: what is stored, and the one chance to see its secret."""

    key: ApiKey
    text: str

    def __repr__(self) -> str:
        return f"IssuedKey(key={self.key!r}, text=...)"


# Tenant, name (its id if empty) and scopes of the key to make, which does not expire.
Issue = Callable[[str, str, Iterable[str]], IssuedKey]


class Issuer:
    """Makes and stores API keys for one environment."""

    def __init__(
        self,
        keys: Keys,
        *,
        environment: str,
        pepper: bytes,
        random_bytes: Callable[[int], bytes],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._environment = environment
        self._pepper = pepper
        self._random_bytes = random_bytes
        self._clock = clock

    def issue(
        self, tenant: str, name: str, scopes: Iterable[str], lives_s: float | None = None
    ) -> IssuedKey:
        """Store a new key that expires after `lives_s`, if given; without a name it has its id.

        Raises InvalidInput for a name that `tocsin.yaml` would not take.
        """
        self._check_name(tenant, name)
        text = apikey.generate(self._environment, self._random_bytes(apikey.ENTROPY_BYTES))
        presented = apikey.parse(text)
        at_s = self._clock()
        key = ApiKey(
            id=presented.id,
            tenant=tenant,
            name=name or presented.id,
            digest=apikey.digest(self._pepper, presented.secret),
            scopes=tuple(scopes),
            created_at_s=at_s,
            expires_at_s=None if lives_s is None else at_s + lives_s,
        )
        self._keys.put(key)
        return IssuedKey(key, text)

    def _check_name(self, tenant: str, name: str) -> None:
        # Keys made by earlier releases have any name, and must be rotated under that.
        if name and not is_name(name) and all(name != key.name for key in self._keys.all(tenant)):
            raise InvalidInput(NAME_RULE)


def read_applied(document: Document, configs: Configs, keys: Keys) -> dict[str, Applied]:
    """Read what is in force for the tenants of a document."""
    return {name: Applied(configs.current(name), keys.all(name)) for name in document.tenants}


def put_files(step: TenantPlan, references: Callable[[], References]) -> None:
    """Store the reference files of one tenant, which must be there before what names them.

    They are stored again where nothing changes, in case one was lost. `references` is called
    only if there are any.
    """
    for data in step.files:
        references().put(step.tenant, data)


def apply_settings(
    step: TenantPlan, configs: Configs, keys: Keys, source: str, at_s: float
) -> None:
    """Write what is planned for one tenant, but for its files and its new keys.

    Raises Conflict if another configuration was applied since the plan was made.
    """
    if step.config is not None:
        sets = activated(step.config.fingerprints, at_s)
        config = msgspec.structs.replace(step.config, fingerprints=sets)
        configs.apply(config, source, at_s)
    for key in step.rescoped_keys:
        keys.put(key)


def issue_keys(step: TenantPlan, issue: Issue) -> Iterator[IssuedKey]:
    """Yield each new key as soon as it is stored, so that a later failure hides no secret."""
    for new in step.new_keys:
        yield issue(step.tenant, new.name, new.scopes)
