"""What can go wrong with the local cloud, as one plain message."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli.explanation import explained
from cli.localcloud.cloud import LocalCloudBusyError
from cli.localcloud.polling import TimedOutError
from cli.localcloud.processes import ChildError
from cli.localcloud.seams import FunctionFailedError

_KNOWN = (ChildError, FunctionFailedError, LocalCloudBusyError, TimedOutError)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn a known failure into an error message without a traceback."""
    with explained():
        try:
            yield
        except _KNOWN as error:
            raise click.ClickException(str(error)) from error
