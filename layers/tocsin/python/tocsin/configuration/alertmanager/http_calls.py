"""What an integration's http_config makes of a call: its headers, or why it cannot be made."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit

import msgspec

from tocsin.configuration.alertmanager.http_models import BasicAuth, Header, HttpConfig
from tocsin.configuration.fields import OWN_HEADERS, is_header_text
from tocsin.configuration.problems import Location

# Returns what a file holds; its name is relative to the configuration. Raises OSError.
ReadFile = Callable[[str], str]


class Call(msgspec.Struct, frozen=True):
    """The headers of a call, what of its configuration is not taken, and what is wrong.

    `undeliverable` is why the call cannot be made at all, "" if it can.
    """

    headers: dict[str, str]
    not_taken: tuple[tuple[Location, str], ...] = ()
    wrong: tuple[tuple[Location, str], ...] = ()
    undeliverable: str = ""


def call_of(http: HttpConfig | None, location: Location, read_file: ReadFile) -> Call:
    """Return what the http_config at a location makes of each call."""
    if http is None:
        return Call({})
    reader = _Reader(read_file)
    headers = dict(reader.headers(http, location))
    wrong = [
        (where, "a header value is printable ASCII, at most 4096 characters")
        for where, name in reader.places.items()
        if not is_header_text(headers.get(name, ""))
    ]
    not_taken = (*_not_taken(http, location), *reader.not_taken)
    return Call(headers, not_taken, (*reader.wrong, *wrong), _undeliverable(http))


def credentials_in(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL without a user and password in it, and the header that says them."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, {}
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return plain, {"Authorization": _basic(unquote(parts.username), unquote(parts.password or ""))}


def has_credentials(http: HttpConfig | None) -> bool:
    """Tell whether a call says who makes it."""
    return http is not None and any(
        (
            http.basic_auth,
            http.authorization,
            http.oauth2,
            http.bearer_token.get_secret_value(),
            http.bearer_token_file,
        )
    )


def _undeliverable(http: HttpConfig) -> str:
    if http.oauth2 is not None:
        return "tocsin fetches no OAuth 2.0 tokens"
    references = (
        http.authorization.credentials_ref if http.authorization else "",
        http.basic_auth.username_ref if http.basic_auth else "",
        http.basic_auth.password_ref if http.basic_auth else "",
    )
    return "tocsin asks no secret manager of Alertmanager's" if any(references) else ""


def _not_taken(http: HttpConfig, location: Location) -> Iterator[tuple[Location, str]]:
    if http.tls_config:
        message = "tocsin trusts the public authorities, and shows no certificate of its own"
        yield (*location, "tls_config"), f"not taken: {message}"
    for name in ("proxy_url", "proxy_from_environment"):
        if name in http.model_fields_set:
            yield (*location, name), "not taken: tocsin calls receivers without a proxy"


class _Reader:
    """Makes headers of the parts of one http_config."""

    def __init__(self, read_file: ReadFile) -> None:
        self._read_file = read_file
        self.wrong: list[tuple[Location, str]] = []
        self.not_taken: list[tuple[Location, str]] = []
        # Where each header comes from.
        self.places: dict[Location, str] = {}

    def headers(self, http: HttpConfig, location: Location) -> Iterator[tuple[str, str]]:
        for name, header in http.http_headers.items():
            place = (*location, "http_headers", name)
            if name.lower() in OWN_HEADERS:
                self.not_taken.append((place, "not taken: tocsin sets this header itself"))
                continue
            self.places[place] = name
            yield name, self._values(header, place)
        said = self._authorization(http, location)
        if said:
            self.places[location] = "Authorization"
            yield "Authorization", said

    def _values(self, header: Header, place: Location) -> str:
        values = [*header.values, *(each.get_secret_value() for each in header.secrets)]
        values += [self._file(name, (*place, "files", at)) for at, name in enumerate(header.files)]
        return ", ".join(values)

    def _authorization(self, http: HttpConfig, location: Location) -> str:
        if http.basic_auth is not None:
            return self._basic_auth(http.basic_auth, (*location, "basic_auth"))
        bearer = http.authorization
        if bearer is None:
            scheme, said, file = "Bearer", http.bearer_token, http.bearer_token_file
            place = (*location, "bearer_token_file")
        else:
            scheme, said, file = bearer.type, bearer.credentials, bearer.credentials_file
            place = (*location, "authorization", "credentials_file")
        credentials = self._file(file, place) if file else said.get_secret_value()
        return f"{scheme.strip() or 'Bearer'} {credentials}" if credentials else ""

    def _basic_auth(self, basic: BasicAuth, place: Location) -> str:
        username, password = basic.username, basic.password.get_secret_value()
        if basic.username_file:
            username = self._file(basic.username_file, (*place, "username_file"))
        if basic.password_file:
            password = self._file(basic.password_file, (*place, "password_file"))
        return _basic(username, password)

    def _file(self, name: str, place: Location) -> str:
        text, problem = read_secret(self._read_file, name)
        if problem:
            self.wrong.append((place, problem))
        return text


def read_secret(read_file: ReadFile, name: str) -> tuple[str, str]:
    """Return what a file holds, without white space around it, or what is wrong with it."""
    try:
        return read_file(name).strip(), ""
    except (OSError, ValueError):
        return "", "the file cannot be read"


def _basic(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()
