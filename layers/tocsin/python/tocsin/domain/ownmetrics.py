"""tocsin's own metrics by name, and those of the default rules that nothing gives yet."""

# Of the tenant that asks, minute by minute.
OF_TENANT = {
    "tocsin_alerts_accepted": "alerts that were accepted, by `provider`",
    "tocsin_alerts_duplicate": "alerts that repeated what was known, by `provider`",
    "tocsin_alerts_dead": "alerts that could not be read, by `provider`",
    "tocsin_duplicate_ratio": "the share of repeats among what was accepted, 0 to 1",
    "tocsin_deliveries": "notifications, by `receiver` and `outcome`",
    "tocsin_delivery_failed_ratio": "the share of tries that failed, 0 to 1, by `receiver`",
    "tocsin_breaker_open": "1 while the breaker of a receiver is open, else 0, by `receiver`",
}
# Of the whole installation, as of now.
OF_INSTALLATION = {
    "tocsin_queue_messages": "messages that wait, by `queue`",
    "tocsin_dead_letters": "dead letters, by `queue`",
}
# A rule may ask for these and has no data: nothing measures them so far.
NOT_YET = {
    "tocsin_invocation_seconds": "how long invocations take, by `stage`",
    "tocsin_limited_requests": "requests that were asked to wait, by `provider`",
    "tocsin_success_ratio": "the share of fetches or model calls that succeed, by `task`",
    "tocsin_model_seconds": "how long a model takes to answer, by `model`",
    "tocsin_model_tokens_ratio": "tokens of the last minutes over those usual, by `model`",
}
KNOWN = {**OF_TENANT, **OF_INSTALLATION, **NOT_YET}
