"""The words that people and tools use for firing and for resolved, in lower case."""

from tocsin.domain.alert import Status

STATUS_WORDS: dict[str, Status] = {
    **dict.fromkeys(
        ("firing", "fire", "alerting", "alert", "alarm", "active", "open", "opened", "new",
         "triggered", "trigger", "problem", "critical", "warning", "error", "down", "failed",
         "failing", "failure", "unhealthy", "acknowledged"),
        "firing",
    ),
    **dict.fromkeys(
        ("resolved", "resolve", "ok", "okay", "closed", "close", "recovered", "recovery", "normal",
         "inactive", "cleared", "clear", "up", "healthy", "success", "fixed"),
        "resolved",
    ),
}  # fmt: skip
