"""What each function reads from its environment: one model a function, checked at start.

`template.yaml` sets every variable; a test compares the two. Nobody sets one by hand.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec

from tocsin.domain.errors import ConfigurationError

Text = Annotated[str, msgspec.Meta(min_length=1)]


def _says(description: str) -> msgspec.Meta:
    return msgspec.Meta(min_length=1, description=description)


def _whole(description: str) -> msgspec.Meta:
    return msgspec.Meta(pattern="^[0-9]{1,9}$", description=description)


def _switch(description: str) -> msgspec.Meta:
    return msgspec.Meta(pattern="^(true|false)$", description=description)


class Common(msgspec.Struct, frozen=True, rename=str.upper, kw_only=True):
    """What every function reads."""

    tocsin_env: Annotated[str, _says("Name of the deployment; part of its API keys.")]
    powertools_service_name: Annotated[str, _says("Stage name in logs and metrics.")]
    powertools_metrics_namespace: Annotated[str, _says("CloudWatch namespace of the metrics.")]
    powertools_log_level: Annotated[str, _says("Lowest level that is logged.")]


ControlTable = Annotated[str, _says("Table of applied configuration and API keys.")]
FingerprintTable = Annotated[str, _says("Table of fingerprint marks.")]
GroupTable = Annotated[str, _says("Table of notification groups.")]
JournalTable = Annotated[str, _says("Table of packed records.")]
BreakerTable = Annotated[str, _says("Table of failing endpoints, paces and limits of models.")]
RuleTable = Annotated[str, _says("Table of what is remembered of rules.")]
SeenTable = Annotated[str, _says("Table of signed requests, and of when keys were used.")]
EnrichmentTable = Annotated[str, _says("Table of what enrichment remembers.")]
MetricTable = Annotated[str, _says("Table of the metrics that tenants push.")]
ArchiveBucket = Annotated[str, _says("Bucket of the archives, claims and large groups.")]
KeyPepper = Annotated[str, _says("Secret under which API keys are hashed.")]
ActionSecret = Annotated[str, _says("Secret under which the links of notifications are signed.")]
EnrichQueue = Annotated[str, _says("Queue from ingest to enrich.")]
EnrichUrgentQueue = Annotated[str, _says("The same, for critical alerts.")]
EvaluateQueue = Annotated[str, _says("Queue from enrich to evaluate.")]
EvaluateUrgentQueue = Annotated[str, _says("The same, for critical alerts.")]
NotifyQueue = Annotated[str, _says("Queue from evaluate to notify.")]
NotifyUrgentQueue = Annotated[str, _says("The same, for critical alerts.")]
RulesQueue = Annotated[str, _says("Queue of what rules are to look at.")]
InvestigateQueue = Annotated[str, _says("Queue of alerts to investigate.")]
CacheUrl = Annotated[str, msgspec.Meta(description="Redis URL of the cache; empty: none.")]
MetricKept = Annotated[str, _whole("Seconds for which pushed metrics are kept.")]
AllowLoopback = Annotated[
    str,
    _switch(
        "Whether receivers and metric sources may be on the function's own host; for development."
    ),
]
UseEnrichment = Annotated[str, _switch("Whether alerts are enriched at all.")]
ResOptions = Annotated[
    str, _says("How long the C library looks up a host's name, as resolver(5) says.")
]
DeadLetterQueue = Annotated[str, _says("Where messages end that failed for good.")]
FunctionName = Annotated[str, _says("What CloudWatch calls the function.")]


class IngestSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the ingest function."""

    control_table: ControlTable
    seen_table: SeenTable
    metric_table: MetricTable
    metric_kept_s: MetricKept
    enrichment_table: EnrichmentTable
    key_pepper_secret_arn: KeyPepper
    enrich_queue_url: EnrichQueue
    enrich_urgent_queue_url: EnrichUrgentQueue
    archive_bucket: ArchiveBucket
    cache_url: CacheUrl
    backlog_limit_messages: Annotated[
        str,
        _whole("Messages waiting in the enrich queue from which on it is full; 0: never."),
    ]
    urgent_backlog_limit_messages: Annotated[str, _whole("The same of the urgent enrich queue.")]
    backlog_age_limit_s: Annotated[
        str,
        _whole(
            "Seconds that a message would wait from which on the enrich queue is full; 0: never."
        ),
    ]


class EnrichSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the enrich function."""

    control_table: ControlTable
    fingerprint_table: FingerprintTable
    journal_table: JournalTable
    evaluate_queue_url: EvaluateQueue
    evaluate_urgent_queue_url: EvaluateUrgentQueue
    enrich_dead_letter_queue_url: DeadLetterQueue
    archive_bucket: ArchiveBucket
    enrichment_table: EnrichmentTable
    use_modular_enrichment: UseEnrichment
    engine_fail_closed: Annotated[
        str, _switch("Whether an alert of which a stage failed goes to the dead letters.")
    ]


class EvaluateSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the evaluate function."""

    control_table: ControlTable
    group_table: GroupTable
    journal_table: JournalTable
    notify_queue_url: NotifyQueue
    notify_urgent_queue_url: NotifyUrgentQueue
    rules_queue_url: RulesQueue
    investigate_queue_url: InvestigateQueue
    use_modular_enrichment: UseEnrichment
    archive_bucket: ArchiveBucket


class NotifySettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the notify function."""

    control_table: ControlTable
    group_table: GroupTable
    journal_table: JournalTable
    breaker_table: BreakerTable
    notify_dead_letter_queue_url: DeadLetterQueue
    archive_bucket: ArchiveBucket
    action_secret_arn: ActionSecret
    public_url: Annotated[
        str, _says("Where the API is reached: links of notifications lead there.")
    ]
    allow_loopback_receivers: AllowLoopback
    res_options: ResOptions


class TickSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the tick function."""

    control_table: ControlTable
    group_table: GroupTable
    archive_bucket: ArchiveBucket
    evaluate_queue_url: EvaluateQueue
    evaluate_urgent_queue_url: EvaluateUrgentQueue
    notify_queue_url: NotifyQueue
    notify_urgent_queue_url: NotifyUrgentQueue
    rules_queue_url: RulesQueue


class RulesSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the rules function."""

    control_table: ControlTable
    rule_table: RuleTable
    metric_table: MetricTable
    metric_kept_s: MetricKept
    breaker_table: BreakerTable
    journal_table: JournalTable
    archive_bucket: ArchiveBucket
    enrich_queue_url: EnrichQueue
    enrich_urgent_queue_url: EnrichUrgentQueue
    evaluate_queue_url: EvaluateQueue
    evaluate_urgent_queue_url: EvaluateUrgentQueue
    notify_queue_url: NotifyQueue
    notify_urgent_queue_url: NotifyUrgentQueue
    rules_queue_url: RulesQueue
    enrich_dead_letter_queue_url: DeadLetterQueue
    enrich_urgent_dead_letter_queue_url: DeadLetterQueue
    evaluate_dead_letter_queue_url: DeadLetterQueue
    evaluate_urgent_dead_letter_queue_url: DeadLetterQueue
    notify_dead_letter_queue_url: DeadLetterQueue
    notify_urgent_dead_letter_queue_url: DeadLetterQueue
    rules_dead_letter_queue_url: DeadLetterQueue
    investigate_dead_letter_queue_url: DeadLetterQueue
    ingest_function_name: FunctionName
    enrich_function_name: FunctionName
    evaluate_function_name: FunctionName
    notify_function_name: FunctionName
    allow_loopback_receivers: AllowLoopback
    res_options: ResOptions


class LettersSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the letters function."""

    journal_table: JournalTable
    archive_bucket: ArchiveBucket
    enrich_dead_letter_queue_url: DeadLetterQueue
    enrich_urgent_dead_letter_queue_url: DeadLetterQueue
    evaluate_dead_letter_queue_url: DeadLetterQueue
    evaluate_urgent_dead_letter_queue_url: DeadLetterQueue
    notify_dead_letter_queue_url: DeadLetterQueue
    notify_urgent_dead_letter_queue_url: DeadLetterQueue
    rules_dead_letter_queue_url: DeadLetterQueue
    investigate_dead_letter_queue_url: DeadLetterQueue


class ApiSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the api function."""

    control_table: ControlTable
    fingerprint_table: FingerprintTable
    group_table: GroupTable
    journal_table: JournalTable
    archive_bucket: ArchiveBucket
    seen_table: SeenTable
    key_pepper_secret_arn: KeyPepper
    action_secret_arn: ActionSecret
    enrich_queue_url: EnrichQueue
    evaluate_queue_url: EvaluateQueue
    evaluate_urgent_queue_url: EvaluateUrgentQueue
    notify_queue_url: NotifyQueue
    cache_url: CacheUrl


class InvestigateSettings(Common, frozen=True, rename=str.upper, kw_only=True):
    """Environment of the investigate function."""

    control_table: ControlTable
    enrichment_table: EnrichmentTable
    archive_bucket: ArchiveBucket
    evaluate_queue_url: EvaluateQueue
    engine_max_workers: Annotated[str, _whole("Alerts that are investigated at the same time.")]
    engine_alert_timeout_s: Annotated[str, _whole("Seconds for one alert.")]
    engine_total_timeout_s: Annotated[str, _whole("Seconds for all alerts of a message.")]
    breaker_table: BreakerTable
    cache_url: CacheUrl
    connection_pool_size: Annotated[
        str, _whole("Idle connections that are kept to each host whose pages are read.")
    ]
    connection_pool_max: Annotated[str, _whole("Hosts to which connections are kept.")]
    max_requests_per_minute: Annotated[
        str, _whole("Requests a minute to models, of all tenants together.")
    ]
    retry_max_attempts: Annotated[str, _whole("Attempts to ask a model after the first.")]
    enable_semantic_dedup: Annotated[
        str, _switch("Whether similar alerts are found by their meaning, too.")
    ]
    semantic_dedup_threshold: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(0(\.[0-9]+)?|1(\.0+)?)$",
            description="The least cosine of two alerts that mean the same, 0 to 1.",
        ),
    ]
    semantic_model: Annotated[
        str, _says("Model that embeds texts: `static`, or the id of one of Bedrock's.")
    ]
    allow_loopback_receivers: AllowLoopback
    res_options: ResOptions


ALL: dict[str, type[Common]] = {
    "ingest": IngestSettings,
    "enrich": EnrichSettings,
    "evaluate": EvaluateSettings,
    "notify": NotifySettings,
    "rules": RulesSettings,
    "investigate": InvestigateSettings,
    "tick": TickSettings,
    "letters": LettersSettings,
    "api": ApiSettings,
}

_S = TypeVar("_S", bound=Common)


def load(model: type[_S], environ: Mapping[str, str]) -> _S:
    """Read a function's settings.

    Raises ConfigurationError that names every variable that is missing or wrong.
    """
    names = [field.encode_name for field in msgspec.structs.fields(model)]
    missing = [name for name in names if name not in environ]
    if missing:
        raise ConfigurationError(
            f"{model.__name__}: the environment lacks {', '.join(missing)}; "
            "template.yaml sets them, so deploy the stack again"
        )
    try:
        return msgspec.convert({name: environ[name] for name in names}, model)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{model.__name__}: {error}") from error
