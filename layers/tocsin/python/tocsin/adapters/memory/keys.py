"""API keys in memory."""

from tocsin.domain.errors import Conflict
from tocsin.ports import ApiKey


class MemoryKeys:
    """Keys by id."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}

    def find(self, key_id: str) -> ApiKey | None:
        """Return the key with this id, whoever's it is."""
        return self.keys.get(key_id)

    def all(self, tenant: str) -> list[ApiKey]:
        """Return the keys of a tenant, revoked ones too, by id."""
        return [key for _, key in sorted(self.keys.items()) if key.tenant == tenant]

    def put(self, key: ApiKey) -> None:
        """Store or change a key. Raises Conflict if its id belongs to another tenant."""
        if self.keys.get(key.id, key).tenant != key.tenant:
            raise Conflict(f"key id {key.id} is taken")
        self.keys[key.id] = key
