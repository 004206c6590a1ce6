"""Secrets from AWS Secrets Manager and from SSM, read seldom."""

from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.domain.errors import Permanent, Retryable, Unsendable
from tocsin.domain.secret import Secret
from tocsin.ports import Clock

# How long a secret that cannot be read is not asked for again.
_ABSENT_TTL_S = 5.0
# How long one that was read is as good as new.
_FRESH_S = 10.0
# How long people are told with a secret whose keeper does not answer: a page with an old one may
# arrive, one without any never does.
_KEPT_S = 86_400.0


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


class _Known(msgspec.Struct):
    """A value, or why there is none; when it was read, and until when it is not asked for."""

    value: str | Permanent
    read_at_s: float
    until_s: float


class RecentSecrets:
    """Read secrets that people change; a value is at most `ttl_s` behind.

    While the service that keeps it does not answer, one that was read at most `kept_s` ago counts.
    """

    def __init__(
        self,
        client: Any,
        clock: Clock,
        ttl_s: float = 300.0,
        reads: Callable[[Any, str], str] | None = None,
        kept_s: float = 0.0,
    ) -> None:
        self._client = client
        self._reads = reads or read
        self._clock = clock
        self._ttl_s = ttl_s
        self._kept_s = kept_s
        self._known: dict[str, _Known] = {}

    def get(self, name: str) -> str:
        """Return a secret as of at most `ttl_s` ago; what is absent is asked for again soon.

        While the service that keeps it does not answer, what it said last holds for `kept_s`.
        Raises Retryable where it said nothing that late.
        """
        now_s = self._clock()
        known = self._known.get(name)
        if known is None or known.until_s <= now_s:
            known = self._known[name] = self._anew(name, known, now_s)
        if isinstance(known.value, Permanent):
            raise known.value.with_traceback(None)
        return known.value

    def has_changed(self, name: str) -> bool:
        """Tell whether a secret is another one by now than what `get` returned last.

        Asks for it, unless that was done just now.
        """
        now_s = self._clock()
        known = self._known.get(name)
        if known is None or isinstance(known.value, Permanent):
            return False
        if now_s < known.read_at_s + _FRESH_S:
            return False
        try:
            self._known[name] = found = self._read(name, now_s)
        except Retryable:
            return False
        return isinstance(found.value, str) and found.value != known.value

    def _anew(self, name: str, known: _Known | None, now_s: float) -> _Known:
        try:
            return self._read(name, now_s)
        except Retryable:
            is_kept = known is not None and isinstance(known.value, str)
            if known is None or not is_kept or known.read_at_s + self._kept_s <= now_s:
                raise
            return msgspec.structs.replace(known, until_s=now_s + _ABSENT_TTL_S)

    def _read(self, name: str, now_s: float) -> _Known:
        try:
            return _Known(self._reads(self._client, name), now_s, now_s + self._ttl_s)
        except Permanent as error:
            return _Known(error, now_s, now_s + _ABSENT_TTL_S)


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
        """Return a secret as of at most five minutes ago; of a day, while its keeper is down.

        Raises:
            Unsendable: It is not there, is not text, or lacks the field. The reason says where it
                should be, never what is there.
            Retryable: The service that keeps it does not answer.
        """
        if not (secret.name or secret.parameter):
            return secret.value
        try:
            return _field(self._keeper(secret).get(secret.name or secret.parameter), secret)
        except Permanent as error:
            # Who is to be told was never called, so this says nothing of them.
            raise Unsendable(f"{secret!r}: {error.reason}") from None

    def has_changed(self, secret: Secret) -> bool:
        """Tell whether a secret is another one by now; its keeper is not asked often."""
        if not (secret.name or secret.parameter):
            return False
        return self._keeper(secret).has_changed(secret.name or secret.parameter)

    def _keeper(self, secret: Secret) -> RecentSecrets:
        if secret.name:
            if self._secrets is None:
                self._secrets = self._recent("secretsmanager", read)
            return self._secrets
        if self._parameters is None:
            self._parameters = self._recent("ssm", read_parameter)
        return self._parameters

    def _recent(self, service: str, reads: Callable[[Any, str], str]) -> RecentSecrets:
        return RecentSecrets(self._client(service), self._clock, reads=reads, kept_s=_KEPT_S)


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
