"""Secrets from AWS Secrets Manager, read once a process."""

from typing import Any

from tocsin.adapters.aws import translated


class SecretsManager:
    """Read secrets by ARN or name; a value stays in memory for the life of the process."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._values: dict[str, str] = {}

    def get(self, secret_id: str) -> str:
        """Return the current value of a secret."""
        if secret_id not in self._values:
            with translated("secretsmanager"):
                answer = self._client.get_secret_value(SecretId=secret_id)
            self._values[secret_id] = answer["SecretString"]
        return self._values[secret_id]
