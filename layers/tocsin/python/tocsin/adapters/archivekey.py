"""The layout of the archive."""

from datetime import UTC, datetime


def archive_key(tenant: str, at_s: float, name: str) -> str:
    """Return where the archive keeps an object: by tenant and hour, as Hive partitions."""
    at = datetime.fromtimestamp(at_s, UTC)
    return f"raw/tenant={tenant}/{at:year=%Y/month=%m/day=%d/hour=%H}/{name}.zst"
