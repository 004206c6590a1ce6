"""Alerts whose sender never says that they are over."""

# Each message of such a sender is told if none came for this long. Without an end the first
# one would fire for ever, and every later one pass for its repeat and page nobody. Slightly
# more than an hour, so that what a search finds each hour stays one alert.
HOLD_S = 3900.0


def holds_until(received_at_s: float) -> float:
    """Return until when a firing holds that nobody will resolve, in epoch seconds."""
    return received_at_s + HOLD_S
