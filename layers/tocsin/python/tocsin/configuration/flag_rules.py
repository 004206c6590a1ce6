"""What must hold between feature flags, tenants and rules."""

from collections.abc import Collection, Iterator, Mapping

from tocsin.configuration.findings import Finding
from tocsin.configuration.flag_models import Flag
from tocsin.domain.flag import STAGE_FLAGS, STAGE_PREFIX
from tocsin.domain.rule import Rule


def broken_flags(flags: Mapping[str, Flag], tenants: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong, and where, from the top of the document."""
    for name, flag in flags.items():
        if name.startswith(STAGE_PREFIX) and name not in STAGE_FLAGS.values():
            known = ", ".join(STAGE_FLAGS.values())
            message = f"a flag that begins with {STAGE_PREFIX} is of a stage; there is {known}"
            yield ("flags", name), message
        for field, listed in (("tenants", flag.tenants or ()), ("except", flag.excepted)):
            for index, tenant in enumerate(listed):
                if tenant not in tenants:
                    yield ("flags", name, field, index), f"there is no tenant {tenant!r}"
                if field == "except" and tenant in (flag.tenants or ()):
                    yield ("flags", name, field, index), f"{tenant!r} stands in `tenants` as well"


def wrong_flag(rule: Rule, flags: Collection[str]) -> str:
    """Return what is wrong with the flag that a rule names; "" if nothing is."""
    if not rule.flag:
        return ""
    if rule.flag.startswith(STAGE_PREFIX):
        return f"{rule.flag!r} is the flag of a stage, and of no rule"
    if rule.flag in flags:
        return ""
    known = ", ".join(sorted(each for each in flags if not each.startswith(STAGE_PREFIX)))
    return f"there is no flag {rule.flag!r} in `flags` of tocsin.yaml; there are {known or 'none'}"
