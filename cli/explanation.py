"""What went wrong outside, as one line for the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from tocsin.domain.errors import TocsinError

_OR_LOCAL = "or use --local while `make up` runs"


@contextmanager
def explained() -> Iterator[None]:
    """Turn a failure of AWS or of a store into an error message without a traceback."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except BotoCoreError as error:
        raise click.ClickException(_advice(error) or str(error)) from error
    except (TocsinError, ClientError) as error:
        raise click.ClickException(str(error)) from error


def _advice(error: Exception) -> str:
    """Say what to do where a setting is missing or wrong; else nothing."""
    from botocore.exceptions import (
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
    )

    if isinstance(error, NoRegionError):
        return f"no AWS region is set: set AWS_REGION, {_OR_LOCAL}"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return f"no AWS credentials are found: set AWS_PROFILE, or log in, {_OR_LOCAL}"
    if isinstance(error, EndpointConnectionError):
        url = error.kwargs["endpoint_url"]
        return f"{url} does not answer: check AWS_REGION and the network, {_OR_LOCAL}"
    return ""
