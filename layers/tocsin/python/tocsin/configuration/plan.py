"""What applying a configuration would change, decided before anything is written."""

from collections.abc import Mapping, Sequence

import msgspec

from tocsin.configuration.conversion import to_tenant_config
from tocsin.configuration.models import Document, ListedKey, Tenant
from tocsin.configuration.renaming import renamings
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint_rules import succeeding
from tocsin.ports import ApiKey


class NewKey(msgspec.Struct, frozen=True):
    """A key that is listed and does not exist yet."""

    name: str
    scopes: tuple[str, ...]


class TenantPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for one tenant; `config` is None if the configuration stays as it is."""

    tenant: str
    version: int
    config: TenantConfig | None
    new_keys: tuple[NewKey, ...] = ()
    # Keys that exist and get other scopes.
    rescoped_keys: tuple[ApiKey, ...] = ()
    # The reference files that the configuration names, whether it changes or not.
    files: tuple[bytes, ...] = ()
    # What the change does to alerts that fire.
    warnings: tuple[str, ...] = ()


class Applied(msgspec.Struct, frozen=True):
    """What is in force for one tenant now."""

    config: TenantConfig | None
    keys: Sequence[ApiKey]


def plan(document: Document, applied: Mapping[str, Applied]) -> list[TenantPlan]:
    """Compare a document with what is in force, tenant by tenant in the document's order."""
    nothing = Applied(config=None, keys=())
    return [
        _plan_tenant(name, tenant, applied.get(name, nothing))
        for name, tenant in document.tenants.items()
    ]


def _plan_tenant(name: str, tenant: Tenant, applied: Applied) -> TenantPlan:
    version = applied.config.version if applied.config else 0
    wanted = _succeeding(to_tenant_config(name, tenant, version), applied.config)
    is_unchanged = wanted == applied.config
    return TenantPlan(
        tenant=name,
        version=version if is_unchanged else version + 1,
        config=None if is_unchanged else msgspec.structs.replace(wanted, version=version + 1),
        new_keys=_new_keys(tenant.keys, applied.keys),
        rescoped_keys=_rescoped_keys(tenant.keys, applied.keys),
        files=() if tenant.catalogue is None else (tenant.catalogue.data,),
        warnings=tuple(renamings(applied.config, wanted)),
    )


def _succeeding(wanted: TenantConfig, applied: TenantConfig | None) -> TenantConfig:
    """Let fingerprint rules follow those in force, under which alerts may fire."""
    if applied is None:
        return wanted
    rules = wanted.fingerprints[0].rules if wanted.fingerprints else ()
    return msgspec.structs.replace(wanted, fingerprints=succeeding(rules, applied.fingerprints))


def _new_keys(listed: Sequence[ListedKey], existing: Sequence[ApiKey]) -> tuple[NewKey, ...]:
    # A revoked key counts as existing: applying a file again must not undo a revocation.
    names = {key.name for key in existing}
    return tuple(NewKey(key.name, tuple(key.scopes)) for key in listed if key.name not in names)


def _rescoped_keys(listed: Sequence[ListedKey], existing: Sequence[ApiKey]) -> tuple[ApiKey, ...]:
    scopes = {key.name: tuple(key.scopes) for key in listed}
    return tuple(
        msgspec.structs.replace(key, scopes=scopes[key.name])
        for key in existing
        if key.revoked_at_s is None
        and key.name in scopes
        and set(key.scopes) != set(scopes[key.name])
    )
