"""Secrets from AWS Secrets Manager and from SSM, read seldom."""

from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.domain.errors import Permanent, Unsendable
from tocsin.domain.secret import Secret
from tocsin.ports import Clock

# How long a secret that cannot be read is not asked for again.
_ABSENT_TTL_S = 5.0


class SecretsManager:
    """Read secrets by ARN or name; a value stays in memory for the life of the process."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._values: dict[str, str] = {}

    def get(self, secret_id: str) -> str:
        """Return the current value of a secret."""
        if secret_id not in self._values:
            self._values[secret_id] = read(self._client, secret_id)
        return self._values[secret_id]


class RecentSecrets:
    """Read secrets that people change; a value is at most `ttl_s` behind."""

    def __init__(
        self,
        client: Any,
        clock: Clock,
        ttl_s: float = 300.0,
        reads: Callable[[Any, str], str] | None = None,
    ) -> None:
        self._client = client
        self._reads = reads or read
        self._clock = clock
        self._ttl_s = ttl_s
        self._values: dict[str, tuple[float, str | Permanent]] = {}

    def get(self, name: str) -> str:
        """Return a secret as of at most `ttl_s` ago; what is absent is asked for again soon."""
        now_s = self._clock()
        until_s, value = self._values.get(name, (now_s, ""))
        if until_s <= now_s:
            until_s, value = self._read(name, now_s)
            self._values[name] = until_s, value
        if isinstance(value, Permanent):
            raise value.with_traceback(None)
        return value

    def _read(self, name: str, now_s: float) -> tuple[float, str | Permanent]:
        try:
            return now_s + self._ttl_s, self._reads(self._client, name)
        except Permanent as error:
            return now_s + _ABSENT_TTL_S, error


def read(client: Any, secret_id: str) -> str:
    """Read a secret that is text. Raises Permanent for one that is not, or is not there."""
    with translated("secretsmanager"):
        answer = client.get_secret_value(SecretId=secret_id)
    if "SecretString" not in answer:
        raise Permanent("secretsmanager: the secret is not text")
    value: str = answer["SecretString"]
    return value


def read_parameter(client: Any, name: str) -> str:
    """Read a parameter of SSM, decrypted. Raises Permanent for one that is not there."""
    with translated("ssm"):
        answer = client.get_parameter(Name=name, WithDecryption=True)
    value: str = answer["Parameter"]["Value"]
    return value


class KeptSecrets:
    """Find what references to secrets lead to; a service is asked only where one is kept there."""

    def __init__(self, client: Callable[[str], Any], clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._secrets: RecentSecrets | None = None
        self._parameters: RecentSecrets | None = None

    def __call__(self, secret: Secret) -> str:
        """Return a secret as of at most five minutes ago.

        Raises:
            Unsendable: It is not there, is not text, or lacks the field. The reason says where it
                should be, never what is there.
            Retryable: The service that keeps it does not answer.
        """
        if not (secret.name or secret.parameter):
            return secret.value
        try:
            return _field(self._kept(secret), secret)
        except Permanent as error:
            # Who is to be told was never called, so this says nothing of them.
            raise Unsendable(f"{secret!r}: {error.reason}") from None

    def _kept(self, secret: Secret) -> str:
        if secret.name:
            if self._secrets is None:
                self._secrets = RecentSecrets(self._client("secretsmanager"), self._clock)
            return self._secrets.get(secret.name)
        if self._parameters is None:
            client = self._client("ssm")
            self._parameters = RecentSecrets(client, self._clock, reads=read_parameter)
        return self._parameters.get(secret.parameter)


def _field(text: str, secret: Secret) -> str:
    if not secret.field:
        return text
    try:
        found = msgspec.json.decode(text, type=dict[str, str]).get(secret.field)
    except msgspec.DecodeError:
        found = None
    if found is None:
        raise Permanent(f"it has no text {secret.field!r}")
    return found
