"""How a tenant wants its alerts enriched, as the stages use it."""

from typing import Literal

import msgspec

from tocsin.domain.enrichment.order import EARLY
from tocsin.domain.matchers import Matcher
from tocsin.domain.storage_rules import RedactionKind

ModelKind = Literal["extract", "bedrock", "gemini"]


class LinkTemplate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link for the alerts that match. `url` and `title` may hold `{{ $labels.x }}` and so on."""

    title: str
    url: str
    matchers: tuple[Matcher, ...] = ()


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who writes summaries and triage. "extract" is built in: it picks sentences, offline."""

    kind: ModelKind = "extract"
    # The model's id at its provider, and the name that Secrets Manager has for its key.
    model: str = ""
    secret: str = ""


class EnrichmentSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tenant's stages and what they need. A stage that is named in neither list is off."""

    early: tuple[str, ...] = EARLY
    late: tuple[str, ...] = ()
    # What texts are cleared of besides secrets, which all are, and what storage rules did at the
    # door: kinds of personal data.
    redact: tuple[RedactionKind, ...] = ()
    # What happens to news about sports and the like: it is marked, or told to nobody.
    irrelevant: Literal["mark", "drop"] = "mark"
    # The digest that names the tenant's service catalogue among its reference files; "": none.
    catalogue: str = ""
    links: tuple[LinkTemplate, ...] = ()
    # How long before an alert a change may have been made to be shown.
    changes_within_s: float = 3600.0
    # The hosts whose pages may be read, each with all below it; none: no page is read.
    content_hosts: tuple[str, ...] = ()
    model: ModelSettings = ModelSettings()
    # Similar alerts are looked for among those of the same values of these labels.
    similar_within: tuple[str, ...] = ("cluster", "namespace", "service", "job", "instance", "host")
    similar_within_s: float = 86400.0
