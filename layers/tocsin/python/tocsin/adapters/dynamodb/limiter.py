"""Token buckets counted in DynamoDB, for all instances together.

One item a bucket, in the table of circuit breakers: when the bucket will be full again, which is
all that the script of the shared cache keeps, too, and so the same requests are allowed. To take
a token is one update on a condition. An expression knows no maximum, so there are two of them,
for a bucket that is full and for one that is not; which one fits is known from the last answer,
and where others were quicker, from the item that a failed condition brings back.

Time is that of the instance, since DynamoDB tells none: a clock that is ahead lets as many
requests pass too early as come within the difference. AWS takes no request that is signed with a
clock more than five minutes off, so a wrong one keeps others waiting no longer than that.
"""

from collections.abc import Callable, Mapping, Sequence
from math import floor
from typing import Any, Literal

from botocore.exceptions import ClientError

from tocsin.adapters.aws import error_codes, translated
from tocsin.adapters.dynamodb.attributes import VERSION, Value, attribute, expiry
from tocsin.adapters.dynamodb.expressions import aliases
from tocsin.domain.errors import Retryable, TocsinError
from tocsin.domain.limits import Quota, Verdict
from tocsin.ports import Clock

# What a bucket says once it is full is worth nothing; clocks may differ by less than this.
_LATE_S = 3600.0
# The item may be another than the last answer said, and may vanish meanwhile.
_TRIES = 3
# Tenants are many, and an instance lives for hours.
_KEYS_LIMIT = 10_000

_FULL = "attribute_not_exists(#full_at_us) OR #full_at_us < :now"
_NOT_FULL = "#full_at_us BETWEEN :now AND :most"


class DynamoLimiter:
    """Ask the items of one table; `connect` returns its client, when first needed.

    It counts token buckets alone: a sliding window is a list, which no single update keeps.
    """

    state: Literal["shared"] = "shared"

    def __init__(self, connect: Callable[[], Any], table: str, clock: Clock) -> None:
        self._connect = connect
        self._table = table
        self._clock = clock
        # When each bucket will be full as far as is known here; it is never full earlier.
        self._full_at_us: dict[str, int] = {}

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota, by one update each, or two where others did too.

        What is known to be refused costs none. Raises Retryable if DynamoDB fails, whatever
        the reason, and ValueError for a quota that is no token bucket.
        """
        asked = [(quota, _interval_us(quota)) for quota in quotas]
        try:
            with translated("dynamodb"):
                return [self._verdict(tenant, *each) for each in asked]
        except TocsinError as error:
            # Nobody is refused because of it, not even where the operator has to mend it.
            raise Retryable(str(error)) from None
        except (KeyError, ValueError):
            raise Retryable("dynamodb: a bucket in a format that is not known here") from None

    def _verdict(self, tenant: str, quota: Quota, interval_us: int) -> Verdict:
        key = f"{tenant}#limit#{quota.scope}"
        now_us = round(self._clock() * 1e6)
        most_us = now_us + (quota.limit - 1) * interval_us
        full_at_us = self._full_at_us.get(key, 0)
        for _ in range(_TRIES):
            if full_at_us > most_us:
                return _said(quota, full_at_us - now_us, interval_us, is_allowed=False)
            full_at_us, is_allowed = self._take(
                key, now_us, interval_us, most_us, is_full=full_at_us < now_us
            )
            self._note(key, full_at_us)
            if is_allowed:
                return _said(quota, full_at_us - now_us, interval_us, is_allowed=True)
        raise Retryable("dynamodb: a bucket that changes all the time")

    def _note(self, key: str, full_at_us: int) -> None:
        if len(self._full_at_us) >= _KEYS_LIMIT:
            self._full_at_us.clear()
        self._full_at_us[key] = full_at_us

    def _take(
        self, key: str, now_us: int, interval_us: int, most_us: int, *, is_full: bool
    ) -> tuple[int, bool]:
        """Take a token; return when the bucket will be full, or 0, and whether there was one."""
        bound: dict[str, Value] = {":now": now_us, ":v": VERSION}
        bound[":expiry"] = expiry((most_us + interval_us) / 1e6 + _LATE_S) or 0
        if is_full:
            condition, full = _FULL, ":full"
            bound[":full"] = now_us + interval_us
        else:
            condition, full = _NOT_FULL, "#full_at_us + :interval"
            bound |= {":most": most_us, ":interval": interval_us}
        change = f"SET #full_at_us = {full}, #expires_at_s = :expiry, #v = :v"
        try:
            answer = self._connect().update_item(
                TableName=self._table,
                Key={"pk": attribute(key)},
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames=aliases(change),
                ExpressionAttributeValues={name: attribute(each) for name, each in bound.items()},
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error_codes(error) != {"ConditionalCheckFailedException"}:
                raise
            response: Mapping[str, Any] = error.response
            return _full_at_us(response.get("Item", {})), False
        return _full_at_us(answer["Attributes"]), True


def _interval_us(quota: Quota) -> int:
    """Return how long one token takes, rounded up: no bucket may fill faster than it is told to."""
    if quota.rate_per_s is None:
        raise ValueError("only token buckets are counted in DynamoDB")
    return -int(-1e6 // quota.rate_per_s)


def _full_at_us(stored: Mapping[str, Any]) -> int:
    return int(stored["full_at_us"]["N"]) if "full_at_us" in stored else 0


def _said(quota: Quota, missing_us: int, interval_us: int, *, is_allowed: bool) -> Verdict:
    """Return the verdict on a bucket that will be full in so many microseconds."""
    missing_us = max(0, missing_us)
    remaining = max(0, floor(quota.limit - missing_us / interval_us))
    next_us = missing_us - (quota.limit - remaining - 1) * interval_us
    return Verdict(
        quota=quota, is_allowed=is_allowed, remaining=remaining, next_s=max(0.0, next_us / 1e6)
    )
