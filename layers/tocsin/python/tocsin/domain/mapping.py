"""How a tenant's own JSON becomes alerts, as the pipeline uses it; docs/providers/mapping.md."""

import msgspec


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one value of an alert comes from: a path or template, or else a constant.

    `words` are pairs of a sender's word, in lower case, and what it means. `default` stands
    for what is missing.
    """

    text: str = ""
    constant: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    required: bool = False


class PayloadMapping(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True
):
    """One mapping; paths and templates are as written and known to be right.

    `match` are pairs of a path and the words, in lower case, one of which must be there.
    Labels and annotations are pairs of a name, or `*`, and a source. `hold_s` is how long a
    firing holds that nobody repeats; None: until it is resolved.
    """

    name: str
    is_default: bool = False
    sends_forms: bool = False
    alerts: str = ""
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    title: Source
    name_stays: bool = True
    status: Source | None = None
    severity: Source | None = None
    labels: tuple[tuple[str, Source], ...] = ()
    annotations: tuple[tuple[str, Source], ...] = ()
    starts_at: str = ""
    ends_at: str = ""
    observed_at: str = ""
    url: str = ""
    value: str = ""
    hold_s: float | None = None
