"""From the bytes of a body to the payload in it: a pure function of provider and bytes.

Ingest and enrich both call it, so what enrich reads again is what ingest accepted. Headers
have no say: a message between the stages carries the body and nothing else of a request.
"""

from typing import Any
from urllib.parse import parse_qsl

import orjson

from tocsin.domain.errors import InvalidInput
from tocsin.providers.registry import Provider

# More than any form of a monitoring system; each field costs time before it is refused.
_FORM_FIELDS = 1000
_JSON_BEGINS = (b"{", b"[")


def payload_of(source: Provider, body: bytes) -> Any:
    """Read a body as JSON, or as a form where the provider sends forms.

    Raises InvalidInput with status 400.
    """
    if source.sends_forms and not body.lstrip().startswith(_JSON_BEGINS):
        return form_of(body)
    return json_of(body)


def json_of(body: bytes) -> Any:
    """Parse a JSON body.

    Raises InvalidInput with status 400; NaN, lone surrogates and deep nesting are not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg} at character {error.pos}"
        raise InvalidInput(message, status=400, code="invalid_json") from error


def form_of(body: bytes) -> dict[str, str]:
    """Parse an `application/x-www-form-urlencoded` body; of a repeated name the last counts.

    Raises InvalidInput with status 400 for what is not UTF-8 or has too many fields.
    """
    try:
        text = body.decode().strip()
        fields = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_FORM_FIELDS
        )
    except ValueError as error:
        message = f"the body is not a form in UTF-8 of at most {_FORM_FIELDS} fields"
        raise InvalidInput(message, status=400, code="invalid_form") from error
    return dict(fields)
