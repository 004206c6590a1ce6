"""The page that lists the providers, made of what is known of each."""

from collections.abc import Iterable

from cli.reference.table import Row, table
from tocsin.providers.facts import FACTS, NEVER_SAID, SOME_HOLD, Facts
from tocsin.providers.registry import NAMES, provider

_PAGE = """\
# Providers

<!-- Made by `tocsin docs` from tocsin/providers/facts.py; change that. -->

Each page says how to point the sender here, what becomes what, and what it never says.
The address of a provider is `/v1/alerts/NAME`; {addresses}.
JSON of one's own that is neither of these is read with a [mapping](mapping.md).

{providers}
- *identity* is what tells two alerts apart and joins a firing with its end. "The name is none"
  means that it can change while a problem lasts: the label `alertname` is empty then.
- *severity*: "in order" is `critical`, `high`, `warning`, `info`, `low`.
- *resolved* is what ends an alert. Some senders never say it: such a firing ends by itself after
  65 minutes without a repeat, so that the next one is told.
- *signature* is what the sender signs with. A key is asked for in any case;
  [access](../access.md) says which signatures are looked at where a tenant wants it.

## When nobody says that it is over

{silent}
A firing that names its own end holds until then: `endsAt` of Prometheus and vmalert, an end in
[generic JSON](generic.md), what a [mapping](mapping.md) reads or says. Each repeat moves the end
on. What ends so is told as resolved, and a later repeat is a new episode.
Where the last row applies and the sender's last word was lost, an alert fires until somebody
[resolves it by hand](../lifecycle.md).

`tocsin normalize --all-samples` reads every body of [events/providers](../../events/providers)
and prints a line for each.
"""


def providers_page() -> str:
    """Return the whole page."""
    head = ("provider", "of", "payloads", "identity", "severity", "resolved", "signature")
    rows = (_row(name, FACTS[name]) for name in NAMES)
    return _PAGE.format(addresses=_addresses(), providers=table(head, rows), silent=_silent_table())


def _silent_table() -> str:
    """List when an alert ends whose sender falls silent, and with which providers."""
    resending = [name for name in NAMES if provider(name).resends]
    ending = [name for name in NAMES if FACTS[name].resolved.startswith(NEVER_SAID)]
    some = [name for name in NAMES if SOME_HOLD in FACTS[name].resolved]
    lasting = [name for name in NAMES if name not in {*resending, *ending}]
    rows = (
        ("at its `endsAt`, else `resolve_timeout` after the last repeat", _names(resending), "all"),
        ("65 minutes after the last repeat", _names(ending), "all"),
        ("65 minutes after the last repeat", _names(some), "those that the table above names"),
        ("never", _names(lasting), "all others"),
    )
    return table(("it ends", "providers", "of their alerts"), rows)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(name: str, facts: Facts) -> Row:
    return (
        f"[`{name}`]({facts.page or name}.md)",
        facts.title,
        facts.kinds,
        facts.identity,
        facts.severity,
        facts.resolved,
        facts.signature,
    )


def _addresses() -> str:
    others = [f"that of `{name}` is `{FACTS[name].address}`" for name in NAMES if _is_other(name)]
    renamed = [
        f"the alerts of `{name}` have the provider `{FACTS[name].alerts_of}`"
        for name in NAMES
        if FACTS[name].alerts_of
    ]
    return ", ".join(others) + ". It is the `provider` of its alerts too; " + ", ".join(renamed)


def _is_other(name: str) -> bool:
    return FACTS[name].address != ""
