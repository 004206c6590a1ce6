"""The shape of `tocsin.yaml`, one model a block; docs/configuration.md is made from it."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from pydantic import Field, PrivateAttr

from tocsin.configuration.alertmanager import NotTaken
from tocsin.configuration.block import Block
from tocsin.configuration.cataloguefiles import LoadedCatalogue
from tocsin.configuration.enrichment_models import Enrichment
from tocsin.configuration.escalation_models import EscalationPolicy, Person, Schedule
from tocsin.configuration.fields import Duration, FileName, Name, Url, between
from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.flag_models import Flag, flags_of
from tocsin.configuration.limits import Limits
from tocsin.configuration.mappings import PayloadMapping
from tocsin.configuration.messagetemplates import NamedTemplate
from tocsin.configuration.receiver_models import Receiver, ReceiverGroup
from tocsin.configuration.route_models import InhibitRule, Route
from tocsin.configuration.rulefiles.gathered import TenantRules
from tocsin.configuration.rulefiles.wanted import DefaultRules, PrometheusRules
from tocsin.configuration.signing import Signature
from tocsin.configuration.source_models import MetricSource
from tocsin.configuration.storage_models import StorageRule
from tocsin.configuration.time_intervals import NamedTimeInterval
from tocsin.domain.apikey import Scope
from tocsin.domain.config import TenantConfig
from tocsin.domain.flag import Flag as TenantFlag
from tocsin.domain.wording.language import Language

ResolveTimeout = Annotated[Duration, between("1s", "7d")]


class ListedKey(Block):
    """An API key that the tenant must have."""

    name: Name = Field(description="What the key is called in lists and logs.")
    scopes: list[Scope] = Field(
        default=["ingest"],
        min_length=1,
        description="What the key may do: `ingest` sends alerts, `read` asks questions, `silence` "
        "changes silences, `admin` is for other changes (no route needs it yet).",
    )


class Settings(Block):
    """What applies to the tenant as a whole."""

    resolve_timeout: ResolveTimeout = Field(
        default="5m",
        validate_default=True,
        description="How long a firing holds that nobody repeats, where its sender repeats "
        "firings and does not say how long they hold.",
    )
    language: Language = Field(
        default="en", description="What messages are in, for receivers that say nothing else."
    )
    plain_labels: bool = Field(
        default=False,
        description="Whether matchers and `group_by` see an alert's own labels alone, as those of "
        "Alertmanager do, and not its `severity` and `provider` besides.",
    )
    operator: bool = Field(
        default=False,
        description="Whether the tenant runs this installation: its rules may ask for tocsin's "
        "own metrics, which are about all tenants, and it has the default rules over them.",
    )


class FromAlertmanager(msgspec.Struct, frozen=True):
    """What a tenant has from an Alertmanager's file, and what of that file is not taken."""

    filename: str
    config: TenantConfig
    not_taken: tuple[NotTaken, ...]


class Tenant(Block):
    """One tenant; nothing of it is visible to another."""

    keys: list[ListedKey] = Field(
        default=[],
        max_length=100,
        description="API keys to create where they do not exist yet; secrets are shown once.",
    )
    signatures: list[Signature] = Field(
        default=[],
        max_length=50,
        description="What requests of a provider must be signed with, besides the API key; see "
        "access.md.",
    )
    receivers: list[Receiver] = Field(
        default=[],
        max_length=200,
        description="The destinations of notifications; at least one without `alertmanager`.",
    )
    receiver_groups: list[ReceiverGroup] = Field(
        default=[], max_length=200, description="Receivers that are told together."
    )
    templates: list[NamedTemplate] = Field(
        default=[],
        max_length=50,
        description="The tenant's own wording of messages, by name; see templates.md.",
    )
    route: Route | None = Field(
        default=None,
        description="The top of the routing tree; required without `alertmanager`.",
    )
    inhibit_rules: list[InhibitRule] = Field(
        default=[], max_length=200, description="Which alerts keep others from being told."
    )
    time_intervals: list[NamedTimeInterval] = Field(
        default=[], max_length=200, description="Times at which routes keep silent, or do not."
    )
    policies: list[EscalationPolicy] = Field(
        default=[],
        max_length=200,
        description="Escalation policies: who is told of what nobody acknowledges; see "
        "escalation.md.",
    )
    schedules: list[Schedule] = Field(default=[], max_length=200, description="On-call schedules.")
    people: list[Person] = Field(
        default=[], max_length=1000, description="Who can be on call, and where to tell them."
    )
    alertmanager: FileName | None = Field(
        default=None,
        description="A configuration file of Alertmanager's, relative to this one: the "
        "receivers, routes, inhibition and time intervals are those that it has.",
    )
    external_url: Url = Field(
        default="", description="The address that notifications say they come from."
    )
    mappings: list[PayloadMapping] = Field(
        default=[], max_length=50, description="How JSON of one's own becomes alerts."
    )
    fingerprints: list[FingerprintRule] = Field(
        default=[],
        max_length=50,
        description="What of an alert is its identity, where that is not all of its labels.",
    )
    storage: list[StorageRule] = Field(
        default=[], max_length=50, description="How request bodies are stored."
    )
    enrichment: Enrichment | None = Field(
        default=None,
        description="What is found out about alerts for whoever is told; see enrichment.md. With "
        "`alertmanager`, and without this block, nothing is.",
    )
    rule_files: list[FileName] = Field(
        default=[],
        max_length=100,
        description="Rule files, relative to this one; `rules/*.yaml` is all that match. See "
        "rules.md.",
    )
    prometheus_rules: list[PrometheusRules] = Field(
        default=[],
        max_length=20,
        description="Rule files of Prometheus, of which the alerting rules are taken.",
    )
    default_rules: DefaultRules = Field(
        default=True,
        description="Whether the rules that ship with tocsin hold, or the names of those to leave "
        "out. A rule of the same name stands in for one of them.",
    )
    sources: list[MetricSource] = Field(
        default=[],
        max_length=20,
        description="Where rules get numbers from, besides those pushed to `/v1/metrics`.",
    )
    settings: Settings = Field(
        default=Settings(), description="What applies to the tenant as a whole."
    )
    limits: Limits = Field(
        default=Limits(),
        description="From how many requests on senders are asked to wait; see limits.md. 0 is "
        "`unlimited`.",
    )

    _taken: FromAlertmanager | None = PrivateAttr(default=None)
    _rules: TenantRules = PrivateAttr(default=TenantRules())
    _catalogue: LoadedCatalogue | None = PrivateAttr(default=None)
    _flags: dict[str, TenantFlag] = PrivateAttr(default={})

    @property
    def taken(self) -> FromAlertmanager | None:
        """What the file that `alertmanager` names says, once that was read."""
        return self._taken

    def take(self, taken: FromAlertmanager) -> None:
        """Keep what was read from the file that `alertmanager` names."""
        self._taken = taken

    @property
    def rules(self) -> TenantRules:
        """The rules of the files that are named and the default ones, once those were read."""
        return self._rules

    def take_rules(self, rules: TenantRules) -> None:
        """Keep the rules that were read."""
        self._rules = rules

    @property
    def catalogue(self) -> LoadedCatalogue | None:
        """The service catalogue of the file that `enrichment` names, once that was read."""
        return self._catalogue

    def take_catalogue(self, catalogue: LoadedCatalogue) -> None:
        """Keep the service catalogue that was read."""
        self._catalogue = catalogue

    @property
    def flags(self) -> Mapping[str, TenantFlag]:
        """What every feature flag of the document comes to for this tenant."""
        return self._flags

    def take_flags(self, flags: dict[str, TenantFlag]) -> None:
        """Keep what the feature flags of the document come to."""
        self._flags = flags


class Document(Block):
    """The whole of `tocsin.yaml`."""

    tenants: dict[Name, Tenant] = Field(
        min_length=1, max_length=1000, description="The tenants by name."
    )
    flags: dict[Name, Flag] = Field(
        default={},
        max_length=200,
        description="Feature flags by name: what is on for some tenants, or for a percentage; see "
        "feature-flags.md.",
    )

    def model_post_init(self, context: Any) -> None:
        """Tell each tenant what the flags come to for it."""
        for name, tenant in self.tenants.items():
            tenant.take_flags(flags_of(name, self.flags))
