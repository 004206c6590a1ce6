"""What stages work with is made when the first tenant needs it."""

from typing import Any

from tocsin.domain.errors import Retryable
from tocsin.runtime.enrichmenttools import catalogues


class Slow:
    """An S3 that asks to be left alone."""

    def get_object(self, **_: Any) -> Any:
        raise Retryable("s3 GetObject: SlowDown")


def test_no_client_is_made_where_no_tenant_has_a_catalogue() -> None:
    made: list[Slow] = []

    def make() -> Slow:
        made.append(Slow())
        return made[0]

    found = catalogues(make, "bucket")
    assert made == []
    for _ in range(2):
        assert "SlowDown" in str(found("acme", "0" * 64))
    assert len(made) == 1
