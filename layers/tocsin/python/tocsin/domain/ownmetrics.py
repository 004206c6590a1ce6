"""tocsin's own metrics by name."""

# Of the tenant that asks.
OF_TENANT = {
    "tocsin_alerts_accepted": "alerts that were accepted, by `provider`",
    "tocsin_alerts_duplicate": "alerts that repeated what was known, by `provider`",
    "tocsin_alerts_dead": "alerts that were dead-lettered before they were merged, by `provider`",
    "tocsin_deliveries": "tries and ends of notifications, by `receiver` and `outcome`",
    "tocsin_retry_percent": "tries that failed, of all tries, by `domain`, the receiver",
    "tocsin_breaker_open": "1 while a receiver is left alone, else 0, by `domain`, the receiver",
}
# Of the whole installation.
OF_INSTALLATION = {
    "tocsin_queue_messages": "messages that wait, by `queue`",
    "tocsin_dead_letters": "dead letters, by `queue`",
    "tocsin_queue_age_seconds": "how old the oldest message is, by `queue`",
    "tocsin_invocation_seconds": "the p95 of how long invocations take, by `stage`",
    "tocsin_duplicate_percent": "alerts that repeat what is known, of all, by `stage`",
    "tocsin_limited_requests": "requests that were asked to wait",
    "tocsin_provider_alerts": "alerts that were accepted, by `provider`",
    "tocsin_tasks": "pages and models that were asked, by `task`",
    "tocsin_success_percent": "pages and models that answered, of those asked, by `task`",
    "tocsin_model_seconds": "how long a question to a model takes on average, by `model`",
    "tocsin_model_tokens_ratio": "tokens of a minute over those of one the day before, by `model`",
}
KNOWN = {**OF_TENANT, **OF_INSTALLATION}
