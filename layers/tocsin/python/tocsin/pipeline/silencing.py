"""What people do with silences: look at them, make one, change one, end one."""

from collections.abc import Callable

from tocsin.domain.errors import Conflict, InvalidInput
from tocsin.domain.silence import (
    KEPT_S,
    SILENCES_LIMIT,
    Silence,
    WantedSilence,
    applied,
    check,
    expired,
    kept,
)
from tocsin.ports import Silences

# Two people who change one silence at the same moment.
_TRIES = 4


def find(silences: Silences, tenant: str, silence_id: str, now_s: float) -> Silence:
    """Return one silence. Raises InvalidInput with status 404 for one that is not there."""
    for each in kept(silences.all(tenant), now_s):
        if each.id == silence_id:
            return each
    raise _not_found()


def put(
    silences: Silences, tenant: str, wanted: WantedSilence, new_id: Callable[[], str], now_s: float
) -> str:
    """Make or change a silence and return its id, which may be another than was asked for.

    Raises InvalidInput with status 400 for what is no silence and 404 for an unknown id, and
    Conflict if others keep changing it.
    """
    check(wanted, now_s)

    def change() -> str:
        known = kept(silences.all(tenant), now_s)
        former = next((each for each in known if each.id == wanted.id), None)
        if wanted.id and former is None:
            raise _not_found()
        found_id, written = applied(former, wanted, new_id(), now_s)
        if found_id != wanted.id and len(known) >= SILENCES_LIMIT:
            raise InvalidInput(
                f"exceeded maximum number of silences: {len(known)} (limit: {SILENCES_LIMIT})",
                status=400,
            )
        _write(silences, tenant, written)
        return found_id

    return _undisturbed(change)


def end(silences: Silences, tenant: str, silence_id: str, now_s: float) -> None:
    """End a silence now; one that has ended stays as it is.

    Raises InvalidInput with status 404 for an unknown id.
    """

    def change() -> str:
        ended = expired(find(silences, tenant, silence_id, now_s), now_s)
        if ended is not None:
            _write(silences, tenant, [ended])
        return silence_id

    _undisturbed(change)


def _write(silences: Silences, tenant: str, written: list[Silence]) -> None:
    silences.write(tenant, written, max(each.ends_at_s for each in written) + KEPT_S)


def _undisturbed(change: Callable[[], str]) -> str:
    for _ in range(_TRIES - 1):
        try:
            return change()
        except Conflict:
            continue
    return change()


def _not_found() -> InvalidInput:
    return InvalidInput("silence not found", status=404, code="not_found")
