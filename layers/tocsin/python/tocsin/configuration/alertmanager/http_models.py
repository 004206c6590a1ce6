"""How an Alertmanager calls a receiver by HTTP.

Source: Prometheus, docs/configuration ("http_config") and prometheus/common,
config/http_config.go.
"""

from typing import Any, Self

from pydantic import Field, SecretStr, model_validator

from tocsin.configuration.alertmanager.fields import Flag, Secret, Text
from tocsin.configuration.block import Block
from tocsin.configuration.fields import wrong


class BasicAuth(Block):
    """A user name and a password."""

    username: Text = ""
    username_file: Text = ""
    username_ref: Text = ""
    password: Secret = SecretStr("")
    password_file: Text = ""
    password_ref: Text = ""


class Authorization(Block):
    """The header Authorization."""

    type: Text = "Bearer"
    credentials: Secret = SecretStr("")
    credentials_file: Text = ""
    credentials_ref: Text = ""

    @model_validator(mode="after")
    def _is_not_basic(self) -> Self:
        if self.type.strip().lower() == "basic":
            raise wrong('type cannot be "basic"; use basic_auth')
        return self


class Header(Block):
    """The values of one more header."""

    values: list[Text] = Field(default=[])
    secrets: list[Secret] = Field(default=[])
    files: list[Text] = Field(default=[])


class HttpConfig(Block):
    """The block http_config."""

    basic_auth: BasicAuth | None = None
    authorization: Authorization | None = None
    oauth2: dict[str, Any] | None = None
    bearer_token: Secret = SecretStr("")
    bearer_token_file: Text = ""
    tls_config: dict[str, Any] = Field(default={})
    follow_redirects: Flag = True
    enable_http2: Flag = True
    proxy_url: Secret = SecretStr("")
    no_proxy: Text = ""
    proxy_from_environment: Flag = False
    proxy_connect_header: dict[str, Any] = Field(default={})
    http_headers: dict[str, Header] = Field(default={})

    @model_validator(mode="after")
    def _has_one_credential(self) -> Self:
        given = [
            self.basic_auth is not None,
            self.authorization is not None,
            self.oauth2 is not None,
            bool(self.bearer_token.get_secret_value()),
            bool(self.bearer_token_file),
        ]
        if sum(given) > 1:
            raise wrong(
                "at most one of basic_auth, authorization, oauth2, bearer_token and "
                "bearer_token_file"
            )
        return self
