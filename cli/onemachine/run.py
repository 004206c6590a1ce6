"""Runs until a signal ends it."""

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from cli.onemachine.configuration import ConfigurationFile, Read
from cli.onemachine.intake import api_ports
from cli.onemachine.lifecycle import Lifecycle
from cli.onemachine.links import Links, action_key
from cli.onemachine.lockfile import held
from cli.onemachine.logs import log
from cli.onemachine.machine import Machine
from cli.onemachine.options import Options
from cli.onemachine.routes import Routes
from cli.onemachine.server import Server
from cli.onemachine.stores import open_stores
from cli.onemachine.worker import log_broken
from tocsin import __version__
from tocsin.domain.errors import ConfigurationError, TocsinError
from tocsin.runtime.clock import now_s

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# A request waits a second at most for what it sent to be merged.
_ANSWER_S = 3.0


def run(options: Options, read: Read) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    Raises ConfigurationError if it cannot begin. Must be called in the main thread.
    """
    # Every thread inherits this, so the signals wait for the main one to take them.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    with ExitStack() as stack:
        stack.enter_context(held(options.storage))
        stores = open_stores(options.storage, options.archive_s)
        stack.callback(stores.database.close)
        file = ConfigurationFile(
            options.config_file, options.external_url, stores.configs, read, now_s
        )
        file.load()
        lifecycle = Lifecycle(stores, now_s)
        key = action_key(options.storage)
        links = Links(stores, lifecycle.ports, key, now_s)
        routes = Routes(options.route_prefix, api_ports(stores), lifecycle, links, file.reload)
        servers = [Server(address, routes) for address in options.addresses]
        machine = Machine(stores, options.external_url, options.retention_s, options.archive_s, key)
        machine.start()
        stack.callback(machine.stop)
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
            stack.callback(server.drain, _ANSWER_S)
            log("info", "Listening", address=server.address, version=__version__)
        wait(file.reload)
    log("info", "Stopped")


def wait(reload: Callable[[], Any]) -> None:
    """Return at SIGTERM or SIGINT, and call `reload` at each SIGHUP, whatever becomes of that."""
    while (number := signal.sigwait(SIGNALS)) == signal.SIGHUP:
        try:
            reload()
        except ConfigurationError:
            # It is said already, and what was configured goes on.
            continue
        except TocsinError as error:
            log("error", "the configuration cannot be kept", err=error)
        except Exception as error:  # noqa: BLE001 - a bug here is no reason to stop delivery
            log_broken("reading the configuration broke", error)
    log("info", "Stopping", signal=signal.Signals(number).name)
